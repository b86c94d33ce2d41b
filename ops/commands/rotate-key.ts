import { setTimeout as sleep } from "node:timers/promises";
import { Command, InvalidArgumentError, Option } from "commander";
import {
  type AccessKeys,
  accessKeysFile,
  describeAccessKeys,
  isAtRest,
  nextStep,
  otherSlot,
  previousStep,
  type RotationStep,
  stepsToRest,
} from "../../lib/access-keys";
import { ConfigError, loadConfig, type StackConfig } from "../../lib/config";
import { deployAws, switchKeyCommands } from "../../lib/deploy-commands";
import { describeUse, shortId, UserKeys } from "../access-keys";
import { connectToAws } from "../aws";
import { Cluster } from "../cluster";
import { requireConsent } from "../consent";
import { Failure } from "../failure";
import { interruption } from "../interruption";
import { deployedKey, describeKeys, KeyDeployment, readDeployed, requireAccessKey, writeKeys } from "../key-deployment";
import { yesOption } from "../options";
import { type Result, say, tell } from "../result";

interface RotateKeyOptions {
  readonly status?: true;
  readonly next?: true;
  readonly back?: true;
  readonly yes: boolean;
  readonly deleteAfter?: number;
}

/** `rotate-key`: replaces the AWS access key without an outage; or says where that is, or moves it by one step. */
export function rotateKeyCommand(): Command {
  return new Command("rotate-key")
    .description("Replace the AWS access key without an outage, each step proven before the next.")
    .addOption(yesOption())
    .option(
      "--delete-after <minutes>",
      "wait so long after the old key is inactive, and delete it in the same run",
      parseMinutes,
    )
    .addOption(new Option("--status", "say where the rotation is, and change nothing").conflicts(["next", "back"]))
    .addOption(new Option("--next", "write the next step into the file, to deploy it yourself").conflicts("back"))
    .addOption(new Option("--back", "write the step before into the file, to deploy it yourself"))
    .addHelpText(
      "after",
      "\nIt ends with the old key inactive; run again, it deletes that one. Stopped anywhere and run again, it goes on.",
    )
    .action(async (options: RotateKeyOptions) => {
      const config = loadConfig();
      requireAccessKey(config);
      if (options.status || options.next || options.back) {
        for (const line of move(config, options, new Date())) say(line);
      } else tell(await rotate(config, options));
    });
}

function parseMinutes(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError("Allowed: minutes, 0 to 9999.");
  return Number(text);
}

/** The whole way to the next rest. */
async function rotate(config: StackConfig, { yes, deleteAfter }: RotateKeyOptions): Promise<Result> {
  const cluster = await Cluster.current();
  const deployment = new KeyDeployment(config, cluster);
  const plan = await deployment.plan();
  try {
    const { accessKeys } = config;
    // A file that isn't deployed is a run that was stopped. Its step is finished first, which may be all there is.
    const steps = !plan.isEmpty && isAtRest(accessKeys) ? [] : stepsToRest(accessKeys, new Date());
    for (const line of explain(config, plan.isEmpty, steps)) say(line);
    await requireConsent(`Do this in AWS, and on ${cluster}`, yes);
    if (!plan.isEmpty) await plan.apply();
    const rotation = new Rotation(config, deployment);
    return await rotation.end(await rotation.take(accessKeys, steps), deleteAfter);
  } finally {
    plan.discard();
  }
}

function explain(
  { aws, accessKeys }: StackConfig,
  isDeployed: boolean,
  steps: readonly RotationStep[],
): readonly string[] {
  return [
    `Access key of ${aws.userName}: ${describeAccessKeys(accessKeys, new Date())}.`,
    ...(isDeployed ? [] : ["The last step isn't deployed, which is done first."]),
    "See that every pod of LiteLLM has the key in use, and that a model answers. After each step, the same again:",
    ...steps.map(({ does }) => `  this ${does}`),
  ];
}

class Rotation {
  private readonly config: StackConfig;
  private readonly deployment: KeyDeployment;
  private readonly keys: UserKeys;

  constructor(config: StackConfig, deployment: KeyDeployment) {
    this.config = config;
    this.deployment = deployment;
    this.keys = new UserKeys(connectToAws(config), config.aws.userName);
  }

  /** Proves what is deployed, and takes the steps from there. @returns what the last one led to */
  async take(from: AccessKeys, steps: readonly RotationStep[]): Promise<AccessKeys> {
    let keys = from;
    let since = await this.prove(keys);
    for (const step of steps) {
      const endsOldKey = keys[otherSlot(keys.inUse)] !== undefined && !step.changesSecret;
      if (endsOldKey) await this.requireUnused(since);
      this.deployment.write(step.keys);
      await this.deployment.deploy();
      this.deployment.tell(`this ${step.does}`);
      keys = step.keys;
      since = await this.prove(keys);
    }
    return keys;
  }

  /** @throws Failure that says how to go back */
  private async prove(keys: AccessKeys): Promise<Date> {
    try {
      return await this.deployment.prove();
    } catch (error) {
      if (!(error instanceof Failure) || error.exitCode !== 1) throw error;
      const { next = "mend it, and run npm run rotate-key again" } = error;
      const previous = previousStep(keys);
      const back = previous === undefined ? "" : `. Or go back: npm run rotate-key -- --back ${previous.does}`;
      throw new Failure(`${error.message}\nNothing is changed further.`, `${next}${back}`);
    }
  }

  async end(keys: AccessKeys, deleteAfter: number | undefined): Promise<Result> {
    const isOver = keys[otherSlot(keys.inUse)] === undefined;
    if (isOver || deleteAfter === undefined) return this.tellEnd(keys);
    this.deployment.tell(`the old key is deleted in ${deleteAfter} minutes`);
    await sleep(deleteAfter * 60_000, undefined, { signal: interruption }).catch(() => interruption.throwIfAborted());
    return this.tellEnd(await this.take(keys, [nextStep(keys, new Date())]));
  }

  private async tellEnd(keys: AccessKeys): Promise<Result> {
    const { userName } = this.config.aws;
    const { accessKeyId } = deployedKey(userName);
    const isOver = keys[otherSlot(keys.inUse)] === undefined;
    const commit = `commit ${accessKeysFile(userName)}`;
    const next = isOver
      ? commit
      : `${commit}; when nobody misses the old key, npm run rotate-key deletes it (or npm run rotate-key -- --back, and it works again)`;
    const lines = [
      `Access key of ${userName}: ${describeAccessKeys(keys, new Date())}.`,
      `AWS noted of the key ${shortId(accessKeyId)}: ${describeUse(await this.keys.lastUse(accessKeyId))}.`,
    ];
    return { lines, next };
  }

  /** Nobody but LiteLLM's pods should have the old key, and these have another one by now. */
  private async requireUnused(since: Date): Promise<void> {
    const { accessKeyId } = deployedKey(this.config.aws.userName);
    for (const id of await this.keys.list()) {
      if (id === accessKeyId) continue;
      const use = await this.keys.lastUse(id);
      this.deployment.tell(`AWS noted of the old key ${shortId(id)}: ${describeUse(use)}`);
      if (use === undefined || use.time < since) continue;
      throw new Failure(
        `Somebody else uses the old key ${shortId(id)}, also now that no pod of LiteLLM has it.`,
        "find out who, in AWS CloudTrail by the key's id; npm run rotate-key goes on all the same",
      );
    }
  }
}

/** Writes the file when asked for a step. @returns what to tell */
function move(config: StackConfig, { next, back }: RotateKeyOptions, now: Date): readonly string[] {
  const { accessKeys, aws } = config;
  if (next) return write(nextStep(accessKeys, now), [accessKeys], config, now);
  const previous = previousStep(accessKeys);
  if (back) {
    if (previous === undefined) {
      throw refuse(
        aws.userName,
        "there is no step to take back: a deleted key doesn't come back. --next makes a new one.",
      );
    }
    // Also when the step that is taken back was never deployed, or failed.
    return write(previous, [accessKeys, previous.keys], config, now);
  }
  return [
    `Access key of ${aws.userName}: ${describeAccessKeys(accessKeys, now)}.`,
    `--next ${nextStep(accessKeys, now).does}.`,
    ...(previous === undefined ? [] : [`--back ${previous.does}.`]),
  ];
}

/** @param after - what may be deployed at present: a step that skips another could delete the key that pods use */
function write(step: RotationStep, after: readonly AccessKeys[], config: StackConfig, now: Date): readonly string[] {
  const { userName } = config.aws;
  checkDeployed(userName, after);
  writeKeys(accessKeysFile(userName), step.keys);
  const deploy = step.changesSecret ? [...switchKeyCommands(config), seeItUsed(config)] : [deployAws];
  const commands = [`commit ${accessKeysFile(userName)}`, ...deploy];
  return [
    `This ${step.does}.`,
    `Then: ${describeAccessKeys(step.keys, now)}.`,
    "Do now:",
    ...commands.map((command, index) => `  ${index + 1}. ${command}`),
    `After that --next ${nextStep(step.keys, now).does}.`,
  ];
}

/** What shows that nobody needs the old key any more: AWS tells the time of a key's last use per key. */
function seeItUsed({ aws, namespace }: StackConfig): string {
  return `wait for kubectl -n ${namespace} rollout status deployment/litellm, chat once, and see with aws iam get-access-key-last-used that of the keys of ${aws.userName} the new one is used`;
}

function checkDeployed(userName: string, allowed: readonly AccessKeys[]): void {
  const deployed = readState(userName);
  const expected = allowed.map(describeKeys);
  if (expected.includes(deployed)) return;
  throw refuse(
    userName,
    `deployed is "${deployed}", but the file says "${expected[0]}". Run "${deployAws}" first: each step is deployed before the next.`,
  );
}

function readState(userName: string): string {
  try {
    return readDeployed(userName);
  } catch (error) {
    throw refuse(userName, error instanceof Error ? error.message : String(error));
  }
}

function refuse(userName: string, message: string): ConfigError {
  return new ConfigError(accessKeysFile(userName), [{ path: "", message }]);
}
