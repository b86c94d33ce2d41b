import { runProgram } from "../support/command-line";
import { minimal } from "../support/config-input";
import { temporaryFolder, writeFile } from "../support/temporary-folder";

describe("ops/main.ts", () => {
  it("runs a command on the configuration of the folder, and tells errors in their own words", async () => {
    const folder = temporaryFolder();
    writeFile(folder, "stack.config.ts", `export default ${JSON.stringify(minimal)};`);
    const [status, next] = await Promise.all([
      runProgram("ops/main.ts", folder, {}, ["rotate-key", "--status"]),
      runProgram("ops/main.ts", folder, {}, ["rotate-key", "--next"]),
    ]);
    expect(status).toMatchObject({ exitCode: 0, stderr: "" });
    expect(status.stdout).toContain("Access key of open-webui-bedrock: slot a, age not recorded, in use.");
    expect(next).toMatchObject({ exitCode: 1, stdout: "" });
    expect(next.stderr).toMatch(/^access-keys\/open-webui-bedrock\.json: 1 problem; nothing was written\.\n/);
  }, 60_000);
});
