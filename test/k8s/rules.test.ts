import { parse } from "yaml";
import { prometheusRuleGroups } from "../../k8s/alerts/rules";
import { runProgram } from "../support/command-line";
import { accept, minimal } from "../support/config-input";
import { monitored } from "../support/monitoring";
import { temporaryFolder, writeFile } from "../support/temporary-folder";

function runRules(monitoring: object) {
  const folder = temporaryFolder();
  writeFile(folder, "stack.config.ts", `export default ${JSON.stringify({ ...minimal, monitoring })};`);
  return runProgram("k8s/rules.ts", folder, {});
}

const annotations = { kind: "annotations", openMetrics: { reason: "A test of the rules." } } as const;

describe("npm run rules", () => {
  it("prints the rules as a file of Prometheus", async () => {
    const { exitCode, stdout, stderr } = await runRules(annotations);
    expect([exitCode, stderr]).toEqual([0, ""]);
    const groups = prometheusRuleGroups(monitored(accept({ ...minimal, monitoring: annotations })));
    expect(parse(stdout)).toEqual(JSON.parse(JSON.stringify({ groups })));
  });

  it("prints nothing where nothing is monitored, and says so", async () => {
    expect(await runRules({ kind: "none" })).toEqual({
      exitCode: 1,
      stdout: "",
      stderr:
        'rules: 1 problem; nothing was written.\n  - monitoring.kind is "none": there are no metrics that rules could read.\n',
    });
  });
});
