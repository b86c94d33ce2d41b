import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { runProgram } from "../support/command-line";
import { minimal } from "../support/config-input";
import { readTree, temporaryFolder, writeFile } from "../support/temporary-folder";

describe("terraform/main.ts, which cdktf runs", () => {
  it("renders the configuration of the folder into cdktf.out, next to a state folder for its owner only", async () => {
    const folder = temporaryFolder();
    const config = { ...minimal, aws: { userName: "test-chat" } };
    writeFile(folder, "stack.config.ts", `export default ${JSON.stringify(config)};`);
    expect(await runProgram("terraform/main.ts", folder, {})).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    expect(Object.keys(readTree(folder))).toContain("cdktf.out/stacks/test-chat/cdk.tf.json");
    expect(statSync(path.join(folder, "state")).mode & 0o777).toBe(0o700);
  });

  it("tells a wrong configuration in its own words, and writes nothing", async () => {
    const folder = temporaryFolder();
    const config = { ...minimal, aws: { userName: "test chat" } };
    writeFile(folder, "stack.config.ts", `export default ${JSON.stringify(config)};`);
    const { exitCode, stdout, stderr } = await runProgram("terraform/main.ts", folder, {});
    expect([exitCode, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^stack\.config\.ts: 1 problem; nothing was written\.\n {2}- aws\.userName: [^\n]+\n$/);
    expect(Object.keys(readTree(folder))).toEqual(["stack.config.ts"]);
    expect(existsSync(path.join(folder, "state"))).toBe(false);
  });
});
