import { Command } from "commander";
import { loadConfig, type StackConfig } from "../../lib/config";
import { Cluster } from "../cluster";
import { requireConsent } from "../consent";
import {
  countClaims,
  type Destruction,
  describeKept,
  describeRemovals,
  explainLosses,
  planDestruction,
  removing,
} from "../destruction";
import { Failure } from "../failure";
import { yesOption } from "../options";
import { type Row, showProgress } from "../progress";
import { type Result, say, tell } from "../result";
import { applying, type Plan, planAws } from "../terraform";
import { describeChanges } from "./diff";

interface DestroyOptions {
  readonly deleteData: boolean;
  readonly yes: boolean;
}

/** What goes from where. */
interface Removal {
  readonly config: StackConfig;
  readonly cluster: Cluster;
  readonly destruction: Destruction;
  /** Undefined when AWS stays. */
  readonly aws: Plan | undefined;
}

/** `destroy`: takes the stack down, and keeps what doesn't come back. */
export function destroyCommand(): Command {
  return new Command("destroy")
    .description("Take the stack down. Volumes, Secrets, the Namespace and AWS stay unless told otherwise.")
    .option("--delete-data", "also delete the volumes with all chats, the Secrets and the Namespace", false)
    .addOption(yesOption())
    .addHelpText(
      "after",
      "\nAWS goes only with aws.allowDestroy in the configuration.\nRun again after a failure or Ctrl-C it goes on.",
    )
    .action(async (options: DestroyOptions) => tell(await destroy(options)));
}

async function destroy({ deleteData, yes }: DestroyOptions): Promise<Result> {
  const config = loadConfig();
  const cluster = await Cluster.current();
  const destruction = await planDestruction(cluster, config, deleteData);
  const aws = config.aws.allowDestroy === undefined ? undefined : await planAws(config, { destroys: true });
  try {
    const removal = { config, cluster, destruction, aws };
    for (const line of await describe(removal)) say(line);
    const rows = rowsOf(removal);
    if (rows.length === 0) return { lines: ["Nothing is left to take down."], next: nextOf(removal) };
    await requireConsent(questionOf(removal), yes);
    await takeDown(rows);
    return { lines: ["The stack is taken down."], next: nextOf(removal) };
  } finally {
    aws?.discard();
  }
}

async function describe({ config, cluster, destruction, aws }: Removal): Promise<readonly string[]> {
  const kept = [
    ...describeKept(destruction, config),
    ...(aws === undefined ? ["AWS: whatever was deployed there, as aws.allowDestroy isn't set"] : []),
  ];
  const losses = await explainLosses(cluster, config, destruction);
  return [
    "",
    ...describeChanges(`cluster ${cluster}, Namespace ${config.namespace}`, describeRemovals(destruction, config)),
    ...(aws === undefined
      ? []
      : describeChanges(
          "AWS",
          aws.changes.map(({ address, action }) => `${action} ${address}`),
        )),
    ...(kept.length === 0 ? [] : ["What stays:", ...kept.map((line) => `  ${line}`)]),
    ...losses,
    "",
  ];
}

function rowsOf({ config, cluster, destruction, aws }: Removal): readonly Row[] {
  return [
    ...removing(cluster, config, destruction),
    // Last: pods that still answer need their key.
    ...(aws === undefined || aws.isEmpty ? [] : [applying(aws)]),
  ];
}

function questionOf({ config, cluster, destruction, aws }: Removal): string {
  const objects = describeRemovals(destruction, config).length;
  const claims = countClaims(destruction);
  const data = claims === 0 ? "" : `, and with ${count(claims, "volume claim")} all data on them`;
  return [
    ...(objects === 0 ? [] : [`On ${cluster}: remove ${count(objects, "object")}${data}`]),
    ...(aws === undefined || aws.isEmpty ? [] : [`In AWS: delete ${count(aws.changes.length, "resource")}`]),
  ].join(". ");
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

async function takeDown(rows: readonly Row[]): Promise<void> {
  try {
    await showProgress(rows);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(error.message, error.next ?? "mend that, and run the same command again: it goes on");
  }
}

/** Where there is anything left, how that goes. */
function nextOf({ destruction, aws }: Removal): string {
  if (destruction.keptData.length > 0)
    return "npm run deploy brings the chat back with what stays; npm run destroy -- --delete-data deletes that, too";
  if (aws === undefined)
    return "if AWS is to go, too: set aws.allowDestroy, and run npm run destroy again (docs/configuration.md#moving-in-and-out)";
  return "nothing: all of it is gone";
}
