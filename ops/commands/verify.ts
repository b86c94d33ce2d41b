import Table from "cli-table3";
import { Command } from "commander";
import { loadConfig } from "../../lib/config";
import { Cluster } from "../cluster";
import { jsonOption } from "../options";
import { type Result, tell } from "../result";
import { defaultQuestion, type Verified, verify } from "../verification";

interface VerifyCommandOptions {
  readonly json: boolean;
  readonly question: string;
}

/** `verify`: whether people get answers. */
export function verifyCommand(): Command {
  return new Command("verify")
    .description("Ask every model a question, and one through Open WebUI. It costs a fraction of a cent.")
    .addOption(jsonOption())
    .option("--question <text>", "what to ask", defaultQuestion)
    .action(async ({ json, question }: VerifyCommandOptions) => {
      const config = loadConfig();
      tell(resultOf(await verify(await Cluster.current(), config, { silent: json, question })), json);
    });
}

/** What a verification ends with, also as the end of another command. */
export function resultOf(verified: readonly Verified[]): Result {
  const failed = verified.some(({ outcome }) => outcome === "failed");
  return {
    lines: [...describeAnswers(verified), ...verified.flatMap(describeFailure), ""],
    data: { answers: verified },
    next: failed ? "mend what failed above, and run npm run verify again" : "npm run open, and chat",
    failed,
  };
}

function describeAnswers(verified: readonly Verified[]): readonly string[] {
  const rows = verified.flatMap(({ name, answer }) => {
    if (answer === undefined) return [];
    const { firstTokenMs, totalMs, inputTokens, outputTokens, costUsd } = answer;
    return [[name, `${firstTokenMs} ms`, `${totalMs} ms`, `${inputTokens} / ${outputTokens}`, costUsd.toFixed(6)]];
  });
  if (rows.length === 0) return [];
  const head = ["Answered", "first token", "all", "tokens in / out", "USD"];
  const table = new Table({ head, style: { head: [], border: [], compact: true } });
  table.push(...rows);
  return [table.toString()];
}

function describeFailure({ name, outcome, error, cause, fix }: Verified): readonly string[] {
  if (outcome === "answered") return [];
  return ["", `${name}: ${outcome}`, `  words: ${error}`, `  cause: ${cause}`, `  mend:  ${fix}`];
}
