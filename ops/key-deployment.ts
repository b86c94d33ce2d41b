import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type AccessKeys, accessKeysFile, describeStatuses, formatAccessKeys } from "../lib/access-keys";
import { ConfigError, type StackConfig } from "../lib/config";
import { type KeySlot, keySlots, plainOutputs, secretOutputs } from "../lib/naming";
import { readTerraformOutputs } from "../lib/terraform-outputs";
import { shortId, waitUntilAccepted } from "./access-keys";
import type { Cluster } from "./cluster";
import { Failure } from "./failure";
import { LiteLlmKey } from "./litellm-key";
import { say } from "./result";
import { type Plan, planAws } from "./terraform";
import { verifyCheapest } from "./verification";

/** Brings what the file of the access keys says to AWS and to LiteLLM. Each part can be run again, and then does nothing. */
export class KeyDeployment {
  private readonly config: StackConfig;
  private readonly cluster: Cluster;
  private readonly start = Date.now();

  constructor(config: StackConfig, cluster: Cluster) {
    this.config = config;
    this.cluster = cluster;
  }

  /**
   * What it would change in AWS. Discard it.
   * @throws Failure when that is more than keys
   */
  async plan(): Promise<Plan> {
    const plan = await planAws(this.config);
    const others = plan.changes.filter(({ address }) => !address.startsWith("aws_iam_access_key."));
    if (others.length === 0) return plan;
    plan.discard();
    throw new Failure(
      ["More than access keys waits to be deployed:", ...others.map((one) => `  ${one.action} ${one.address}`)].join(
        "\n",
      ),
      "npm run deploy, and then the same command again",
    );
  }

  /** Describes other keys. */
  write(keys: AccessKeys): void {
    writeKeys(accessKeysFile(this.config.aws.userName), keys);
  }

  /** Brings what is described to AWS. @returns whether there was anything to do */
  async deploy(): Promise<boolean> {
    const plan = await this.plan();
    try {
      if (!plan.isEmpty) await plan.apply();
      return !plan.isEmpty;
    } finally {
      plan.discard();
    }
  }

  /**
   * Brings the key in use to LiteLLM where it isn't yet, and sees it work.
   * @returns when no pod of LiteLLM was seen to have another one
   * @throws Failure when it doesn't work
   */
  async prove(): Promise<Date> {
    const { aws } = this.config;
    const key = deployedKey(aws.userName);
    const id = shortId(key.accessKeyId);
    const proxy = new LiteLlmKey(this.cluster, this.config);
    if (!(await proxy.isBrought(key.accessKeyId))) {
      await waitUntilAccepted(key, aws.region);
      this.tell(`AWS takes the key ${id}`);
      await proxy.bringToSecret(key.accessKeyId);
      this.tell("the Secret has it; LiteLLM's pods are replaced");
      await proxy.bringToPods(key.accessKeyId);
    }
    const since = new Date();
    this.tell(`every pod of LiteLLM has the key ${id}`);
    const { name, outcome, error, fix } = await verifyCheapest(this.cluster, this.config);
    if (outcome !== "answered") throw new Failure(`${name} doesn't answer with the key ${id}: ${error}`, fix);
    this.tell(`${name} answers`);
    return since;
  }

  /** With the time since the start. */
  tell(text: string): void {
    say(`${String(Math.round((Date.now() - this.start) / 1000)).padStart(4)} s  ${text}`);
  }
}

/** The deployed key in use: for a call with it, and never to be printed. */
export interface DeployedKey {
  readonly slot: KeySlot;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Reads it from Terraform's outputs. @throws Failure when there is none */
export function deployedKey(userName: string): DeployedKey {
  const outputs = readOutputs(userName);
  const accessKeyId = outputs[secretOutputs.awsAccessKeyId];
  const secretAccessKey = outputs[secretOutputs.awsSecretAccessKey];
  const slot = keySlots.find((one) => one === outputs[plainOutputs.accessKeySlot]);
  if (accessKeyId === undefined || secretAccessKey === undefined || slot === undefined)
    throw new Failure("No access key is deployed.", "npm run deploy");
  return { slot, accessKeyId, secretAccessKey };
}

/** @throws ConfigError where LiteLLM needs no key */
export function requireAccessKey({ aws }: StackConfig): void {
  if (aws.credentials.kind === "access-key") return;
  const message = 'aws.credentials.kind is "web-identity": there is no access key.';
  throw new ConfigError(accessKeysFile(aws.userName), [{ path: "", message }]);
}

/** What is deployed of the keys, such as `a Active, b Active; in use: a`. @throws Failure when nothing is */
export function readDeployed(userName: string): string {
  const outputs = readOutputs(userName);
  return describeDeployment(outputs[plainOutputs.accessKeySlot], outputs[plainOutputs.accessKeys]);
}

function readOutputs(userName: string): Readonly<Record<string, string>> {
  try {
    return readTerraformOutputs(userName);
  } catch (error) {
    throw new Failure(error instanceof Error ? error.message : String(error));
  }
}

/** The same of what a file says. */
export function describeKeys(keys: AccessKeys): string {
  const statuses = keySlots.flatMap((slot): [KeySlot, string][] => {
    const key = keys[slot];
    return key === undefined ? [] : [[slot, key.status]];
  });
  return describeDeployment(keys.inUse, describeStatuses(Object.fromEntries(statuses)));
}

function describeDeployment(inUse = "nothing", statuses = "no status"): string {
  return `${statuses}; in use: ${inUse}`;
}

/** As a whole or not at all: half a file would stop every other command. */
export function writeKeys(file: string, keys: AccessKeys): void {
  const aside = `${file}.new`;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(aside, formatAccessKeys(keys));
  renameSync(aside, file);
}
