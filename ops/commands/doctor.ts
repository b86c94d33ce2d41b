import { Command } from "commander";
import { loadConfig } from "../../lib/config";
import { describeExaminations, type Examination, examine, problemsOf } from "../doctor";
import { jsonOption } from "../options";
import { type Result, tell } from "../result";

/** `doctor`: what keeps a deployment from working, why, and what mends it. */
export function doctorCommand(): Command {
  return new Command("doctor")
    .description("Look at this machine, the cluster and AWS, before a deployment and after it. Changes nothing.")
    .addOption(jsonOption())
    .action(async ({ json }: { readonly json: boolean }) => {
      tell(resultOf(await examine(loadConfig(), json)), json);
    });
}

function resultOf(examinations: readonly Examination[]): Result {
  const problems = problemsOf(examinations);
  const findings = examinations.flatMap(({ part, findings }) => findings.map((finding) => ({ part, ...finding })));
  return {
    lines: [...describeExaminations(examinations), ""],
    data: { findings },
    next:
      problems.length === 0
        ? "npm run deploy, or npm run verify when it is deployed"
        : `mend what is a problem above, and run npm run doctor again`,
    failed: problems.length > 0,
  };
}
