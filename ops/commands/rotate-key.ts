import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Command, Option } from "commander";
import {
  type AccessKeys,
  accessKeysFile,
  describeAccessKeys,
  describeStatuses,
  formatAccessKeys,
  nextStep,
  previousStep,
  type RotationStep,
} from "../../lib/access-keys";
import { ConfigError, loadConfig, type StackConfig } from "../../lib/config";
import { deployAws, switchKeyCommands } from "../../lib/deploy-commands";
import { type KeySlot, keySlots, plainOutputs } from "../../lib/naming";
import { readTerraformOutputs } from "../../lib/terraform-outputs";

interface RotateKeyOptions {
  readonly next?: true;
  readonly back?: true;
}

/** `rotate-key`: says where the rotation of the AWS access key is; `--next` and `--back` move it by one step. */
export function rotateKeyCommand(): Command {
  return new Command("rotate-key")
    .description("Say where the rotation of the AWS access key is, or move it by one step.")
    .addOption(new Option("--next", "go on by one step").conflicts("back"))
    .addOption(new Option("--back", "take the last step back"))
    .addHelpText("after", `\nIt writes a file and nothing else: each step is then deployed. See docs/configuration.md.`)
    .action((options: RotateKeyOptions) => {
      const config = loadConfig();
      process.stdout.write(`${rotate(config, options, new Date()).join("\n")}\n`);
    });
}

/** Writes the file when asked for a step. @returns what to tell */
function rotate(config: StackConfig, { next, back }: RotateKeyOptions, now: Date): readonly string[] {
  const { accessKeys, aws } = config;
  if (aws.credentials.kind === "web-identity") {
    throw refuse(aws.userName, 'aws.credentials.kind is "web-identity": there is no key, and nothing to rotate.');
  }
  if (next) return take(nextStep(accessKeys, now), [accessKeys], config, now);
  const previous = previousStep(accessKeys);
  if (back) {
    if (previous === undefined) {
      throw refuse(
        aws.userName,
        "there is no step to take back: a deleted key doesn't come back. --next makes a new one.",
      );
    }
    // Also when the step that is taken back was never deployed, or failed.
    return take(previous, [accessKeys, previous.keys], config, now);
  }
  return [
    `Access key of ${aws.userName}: ${describeAccessKeys(accessKeys, now)}.`,
    `--next ${nextStep(accessKeys, now).does}.`,
    ...(previous === undefined ? [] : [`--back ${previous.does}.`]),
  ];
}

/** @param after - what may be deployed at present: a step that skips another could delete the key that pods use */
function take(step: RotationStep, after: readonly AccessKeys[], config: StackConfig, now: Date): readonly string[] {
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
  const deployed = readDeployed(userName);
  const expected = allowed.map((keys) => describeDeployment(keys.inUse, statusesOf(keys)));
  if (expected.includes(deployed)) return;
  throw refuse(
    userName,
    `deployed is "${deployed}", but the file says "${expected[0]}". Run "${deployAws}" first: each step is deployed before the next.`,
  );
}

function readDeployed(userName: string): string {
  try {
    const outputs = readTerraformOutputs(userName);
    const { accessKeySlot, accessKeys } = plainOutputs;
    return describeDeployment(outputs[accessKeySlot], outputs[accessKeys]);
  } catch (error) {
    throw refuse(userName, error instanceof Error ? error.message : String(error));
  }
}

function describeDeployment(inUse = "nothing", statuses = "no status"): string {
  return `${statuses}; in use: ${inUse}`;
}

function statusesOf(keys: AccessKeys): string {
  const statuses = keySlots.flatMap((slot): [KeySlot, string][] => {
    const key = keys[slot];
    return key === undefined ? [] : [[slot, key.status]];
  });
  return describeStatuses(Object.fromEntries(statuses));
}

/** As a whole or not at all: half a file would stop every other command. */
function writeKeys(file: string, keys: AccessKeys): void {
  const aside = `${file}.new`;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(aside, formatAccessKeys(keys));
  renameSync(aside, file);
}

function refuse(userName: string, message: string): ConfigError {
  return new ConfigError(accessKeysFile(userName), [{ path: "", message }]);
}
