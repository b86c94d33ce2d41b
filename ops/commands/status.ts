import { setTimeout as sleep } from "node:timers/promises";
import { Command, InvalidArgumentError } from "commander";
import { loadConfig, type StackConfig } from "../../lib/config";
import { connectToAws } from "../aws";
import { Cluster } from "../cluster";
import { interruption } from "../interruption";
import { jsonOption } from "../options";
import { type Result, say, tell } from "../result";
import { describeStatus } from "../status/describe";
import { findHints, type Hint } from "../status/hints";
import { readStatus, type Status } from "../status/status";

interface StatusOptions {
  readonly json: boolean;
  readonly watch: boolean;
  readonly interval: number;
}

/** `status`: how the stack is, at this moment or all the time. */
export function statusCommand(): Command {
  return new Command("status")
    .description("Tell how pods, models, spending, access key and backup are. Changes nothing.")
    .addOption(jsonOption())
    .option("--watch", "tell it again and again, until Ctrl-C", false)
    .option("--interval <seconds>", "how often with --watch, 2 to 3600", parseSeconds, 10)
    .addHelpText("after", "\nIt fails when a pod isn't ready. What can't be read says why, and is no failure.")
    .action(async ({ json, watch, interval }: StatusOptions) => {
      const config = loadConfig();
      const [cluster, aws] = [await Cluster.current(), connectToAws(config)];
      const read = () => readStatus(cluster, aws, config);
      if (watch) await repeat(read, config, { json, interval });
      else tell(resultOf(await read(), config), json);
    });
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!/^\d+$/.test(text) || seconds < 2 || seconds > 3600)
    throw new InvalidArgumentError("Allowed: seconds, 2 to 3600.");
  return seconds;
}

function resultOf(status: Status, config: StackConfig): Result {
  const hints = findHints(status, config);
  const failed = hints.some(({ level }) => level === "problem");
  return {
    lines: [...describeStatus(status, config), ...hints.flatMap(describeHint), ""],
    data: { ...status, hints },
    next: hints[0]?.mend ?? "npm run verify asks every model a question",
    failed,
  };
}

function describeHint({ level, what, mend }: Hint): readonly string[] {
  return ["", `${level}: ${what}`, `  mend: ${mend}`];
}

interface RepeatOptions {
  readonly json: boolean;
  readonly interval: number;
}

const clearScreen = "\u001b[H\u001b[2J\u001b[3J";

/** In place on a terminal, else one after the other; with `json` a line each. Its end by Ctrl-C is no failure. */
async function repeat(read: () => Promise<Status>, config: StackConfig, { json, interval }: RepeatOptions) {
  try {
    for (;;) {
      const { lines = [], data } = resultOf(await read(), config);
      if (json) say(JSON.stringify(data));
      else say(`${process.stdout.isTTY ? clearScreen : ""}${lines.join("\n")}\nevery ${interval} s until Ctrl-C`);
      await sleep(interval * 1000, undefined, { signal: interruption });
    }
  } catch (error) {
    if (!interruption.aborted) throw error;
  }
}
