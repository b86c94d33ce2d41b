import { Command, InvalidArgumentError } from "commander";
import { accessKeysFile, afterRevocation, describeAccessKeys, loadAccessKeys, otherSlot } from "../../lib/access-keys";
import { loadConfig, type StackConfig } from "../../lib/config";
import type { KeySlot } from "../../lib/naming";
import { describeUse, shortId, UserKeys } from "../access-keys";
import { connectToAws } from "../aws";
import { Cluster } from "../cluster";
import { requireConsent } from "../consent";
import { Failure } from "../failure";
import { type DeployedKey, deployedKey, KeyDeployment, requireAccessKey } from "../key-deployment";
import { yesOption } from "../options";
import { type Result, tell } from "../result";

/** `revoke-key`: deletes an access key that leaked, at once, and replaces it. */
export function revokeKeyCommand(): Command {
  return new Command("revoke-key")
    .description("Delete an access key that leaked, at once, and replace it. Chats fail meanwhile.")
    .argument("[id]", "the key's id, or its last four characters or more; without it, the keys are listed", parseId)
    .addOption(yesOption())
    .addHelpText("after", "\nStopped anywhere and run again with the same id, it goes on, and deletes no other key.")
    .action(async (id: string | undefined, { yes }: { readonly yes: boolean }) => {
      const config = loadConfig();
      requireAccessKey(config);
      const keys = new UserKeys(connectToAws(config), config.aws.userName);
      tell(id === undefined ? await listKeys(keys) : await revoke(config, keys, id, yes));
    });
}

function parseId(text: string): string {
  if (!/^[A-Z0-9]{4,128}$/.test(text))
    throw new InvalidArgumentError("Allowed: capital letters and digits, at least four.");
  return text;
}

async function listKeys(keys: UserKeys): Promise<Result> {
  const lines: string[] = [];
  for (const id of await keys.list()) lines.push(`${shortId(id)}: ${describeUse(await keys.lastUse(id))}`);
  return {
    lines: [`Access keys of ${keys.userName}, by the end of their ids:`, ...lines.map((line) => `  ${line}`)],
    next: "npm run revoke-key -- ID deletes the one that leaked",
  };
}

async function revoke(config: StackConfig, keys: UserKeys, id: string, yes: boolean): Promise<Result> {
  const cluster = await Cluster.current();
  const { userName } = config.aws;
  const leaked = await findKey(keys, id);
  await requireConsent(
    leaked === undefined
      ? `${userName} has no key ${shortId(id)} any more: bring LiteLLM on ${cluster} one that works`
      : `Delete the key ${shortId(id)} of ${userName} for good, now, and bring LiteLLM on ${cluster} another one: while it has none every chat fails, for a minute or two`,
    yes,
  );
  const deployment = new KeyDeployment(config, cluster);
  if (leaked !== undefined) {
    await keys.delete(leaked);
    deployment.tell(`the key ${shortId(leaked)} is deleted: AWS refuses it`);
  }
  await replace(config, keys, deployment);
  return {
    lines: [`Access key of ${userName}: ${describeAccessKeys(loadAccessKeys(userName), new Date())}.`],
    next: `commit ${accessKeysFile(userName)}; see in AWS CloudTrail what was done with ${shortId(id)}, and end its sessions (docs/operations.md#revoke-key)`,
  };
}

/** @returns nothing when there is no such key */
async function findKey(keys: UserKeys, id: string): Promise<string | undefined> {
  const [found, second] = (await keys.list()).filter((key) => key.endsWith(id));
  if (second === undefined) return found;
  throw new Failure(`${keys.userName} has two keys that end with ${id}.`, "give more of the id");
}

/** Describes and deploys what AWS doesn't have any more, and brings it to LiteLLM. */
async function replace(config: StackConfig, keys: UserKeys, deployment: KeyDeployment): Promise<void> {
  const { accessKeys, aws } = config;
  const gone = goneSlots(deployedKey(aws.userName), await keys.list()).filter((slot) => accessKeys[slot] !== undefined);
  const now = new Date();
  const left = gone.reduce((described, slot) => afterRevocation(described, slot, now), accessKeys);
  if (gone.length > 0) deployment.write(left);
  if (await deployment.deploy()) deployment.tell("another key is there");
  await deployment.prove();
}

/** @param ids - of the keys that AWS has */
function goneSlots({ accessKeyId, slot }: DeployedKey, ids: readonly string[]): readonly KeySlot[] {
  const others = ids.filter((id) => id !== accessKeyId);
  return [...(ids.includes(accessKeyId) ? [] : [slot]), ...(others.length > 0 ? [] : [otherSlot(slot)])];
}
