import { Argument, Command, InvalidArgumentError, Option } from "commander";
import { loadConfig, type StackConfig } from "../../lib/config";
import { components, postgres } from "../../lib/naming";
import { Cluster } from "../cluster";
import { Failure } from "../failure";
import { interruption } from "../interruption";
import type { Pod } from "../start";

interface LogsOptions {
  readonly follow: boolean;
  readonly previous: boolean;
  readonly since?: string;
  readonly tail?: string;
}

/** The values of the `app` label, by what people call them: the prefix only tells them from others' in the cluster. */
const apps: Readonly<Record<string, string>> = Object.fromEntries(
  [...Object.values(components), postgres].map((app) => [app.replace(/^open-webui-/, ""), app]),
);

const usualTail = 200;

/** `logs`: what a component writes. Its lines alone are on the standard output, for whoever reads on. */
export function logsCommand(): Command {
  return new Command("logs")
    .description("Print a component's log; of several pods each line begins with the pod's name.")
    .addArgument(new Argument("<component>", "whose").choices(Object.keys(apps)))
    .option("-f, --follow", "go on until Ctrl-C", false)
    .addOption(
      new Option("--previous", "of the time before a container was started again").default(false).conflicts("follow"),
    )
    .option("--since <duration>", "only what is newer, such as 30s, 10m or 2h", parseDuration)
    .option(
      "--tail <lines>",
      `only that many last lines of each pod (default: ${usualTail}, or all with --since)`,
      parseLines,
    )
    .action(async (component: string, options: LogsOptions) => {
      await printLogs(await Cluster.current(), loadConfig(), component, options);
    });
}

function parseDuration(text: string): string {
  if (!/^(?:\d+[hms])+$/.test(text)) throw new InvalidArgumentError("Allowed: such as 30s, 10m or 2h.");
  return text;
}

function parseLines(text: string): string {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("Allowed: a number of lines.");
  return text;
}

async function printLogs(
  cluster: Cluster,
  { namespace }: StackConfig,
  component: string,
  options: LogsOptions,
): Promise<void> {
  const selector = `app=${apps[component]}`;
  const pods = await cluster.list<Pod>(["pods", "-n", namespace, "-l", selector]);
  if (pods.length === 0) {
    throw new Failure(`There is no pod of ${component} in Namespace ${namespace} on ${cluster}.`, "npm run status");
  }
  const whose = options.previous ? restarted(pods, component) : [["-l", selector]];
  for (const which of whose) {
    const prefix = pods.length > 1 ? ["--prefix"] : [];
    const code = await cluster.print(["logs", "-n", namespace, ...which, ...argsOf(options), ...prefix]);
    if (!options.follow) interruption.throwIfAborted();
    if (typeof code === "number" && code !== 0) throw new Failure("The log couldn't be read.", "npm run status");
  }
}

/** kubectl takes one pod at a time, and fails for one without a time before. */
function restarted(pods: readonly Pod[], component: string): readonly (readonly string[])[] {
  const found = pods.filter(({ status }) => status.containerStatuses?.some(({ restartCount = 0 }) => restartCount > 0));
  if (found.length > 0) return found.map(({ metadata }) => [metadata.name]);
  const message = `No container of ${component} was started again: there is no log of a time before.`;
  throw new Failure(message, `npm run logs -- ${component}`);
}

function argsOf({ follow, previous, since, tail }: LogsOptions): readonly string[] {
  return [
    `--tail=${tail ?? (since === undefined ? usualTail : -1)}`,
    ...(since === undefined ? [] : [`--since=${since}`]),
    ...(follow ? ["--follow", "--max-log-requests=50"] : []),
    ...(previous ? ["--previous"] : []),
  ];
}
