import childProcess from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { parseOutputs, readTerraformOutputs, stackFolder } from "../../lib/terraform-outputs";
import { temporaryFolder, writeFile } from "../support/temporary-folder";

describe("stackFolder", () => {
  it("is where cdktf puts the stack", () => {
    expect(stackFolder("family-chat")).toBe("cdktf.out/stacks/family-chat");
  });
});

describe("parseOutputs", () => {
  it("reads texts by name, sensitive ones too", () => {
    const json = JSON.stringify({
      user_arn: { sensitive: false, type: "string", value: "arn:aws:iam::123456789012:user/chat" },
      redis_password_litellm: { sensitive: true, type: "string", value: "made up" },
      empty: { sensitive: false, type: "string", value: "" },
    });
    expect(parseOutputs(json)).toEqual({
      user_arn: "arn:aws:iam::123456789012:user/chat",
      redis_password_litellm: "made up",
      empty: "",
    });
  });

  it("leaves out what is no text", () => {
    const json = JSON.stringify({
      policy_arns: { value: ["arn:aws:iam::123456789012:policy/chat"] },
      count: { value: 1 },
      nothing: { value: null },
      missing: {},
      text: { value: "kept" },
    });
    expect(parseOutputs(json)).toEqual({ text: "kept" });
  });

  it("reads no outputs as none", () => {
    expect(parseOutputs("{}")).toEqual({});
  });

  it("refuses what is no JSON", () => {
    expect(() => parseOutputs("Warning: no outputs found")).toThrow(
      new Error("terraform output -json: got a text that is no JSON (not shown: it may hold secrets)."),
    );
  });
});

describe("readTerraformOutputs", () => {
  const folder = "cdktf.out/stacks/family-chat";
  const projectFolder = process.cwd();
  const programBefore = process.env["TERRAFORM_BINARY_NAME"];
  beforeEach(() => {
    process.chdir(temporaryFolder());
    mkdirSync(path.join(folder, ".terraform"), { recursive: true });
  });
  afterEach(() => {
    jest.restoreAllMocks();
    process.chdir(projectFolder);
    if (programBefore === undefined) delete process.env["TERRAFORM_BINARY_NAME"];
    else process.env["TERRAFORM_BINARY_NAME"] = programBefore;
  });

  /** Puts a shell script in Terraform's place. */
  function terraform(script: string): string {
    const program = writeFile(process.cwd(), "fake-terraform", `#!/bin/sh\n${script}\n`, 0o755);
    process.env["TERRAFORM_BINARY_NAME"] = program;
    return program;
  }

  it("asks Terraform in the stack's folder for JSON", () => {
    terraform(`printf '{"arguments":{"value":"%s"}}' "$*"`);
    expect(readTerraformOutputs("family-chat")).toEqual({
      arguments: "-chdir=cdktf.out/stacks/family-chat output -json -no-color",
    });
  });

  it("keeps Terraform's warnings out of the answer", () => {
    terraform(`echo 'Warning: deprecated' >&2; echo '{"user_arn":{"value":"arn"}}'`);
    expect(readTerraformOutputs("family-chat")).toEqual({ user_arn: "arn" });
  });

  it.each([undefined, ""])("runs terraform when TERRAFORM_BINARY_NAME is %j", (name) => {
    if (name === undefined) delete process.env["TERRAFORM_BINARY_NAME"];
    else process.env["TERRAFORM_BINARY_NAME"] = name;
    const run = jest.spyOn(childProcess, "execFileSync").mockReturnValue("{}");
    expect(readTerraformOutputs("family-chat")).toEqual({});
    expect(run.mock.calls.map(([program]) => program)).toEqual(["terraform"]);
  });

  it("refuses a stack that wasn't deployed from here", () => {
    const run = jest.spyOn(childProcess, "execFileSync");
    expect(() => readTerraformOutputs("other-chat")).toThrow(
      new Error('cdktf.out/stacks/other-chat: got no initialised Terraform folder; run "npx cdktf deploy" first.'),
    );
    expect(run).not.toHaveBeenCalled();
  });

  it("tells what Terraform says when it fails, and nothing of what it printed before", () => {
    const program = terraform(`echo '{"password":"half an answer"}'; echo 'Error: state is locked' >&2; exit 1`);
    expect(() => readTerraformOutputs("family-chat")).toThrow(
      new Error(`"${program} output" in ${folder} failed: Error: state is locked`),
    );
  });

  it("tells the command when Terraform fails without a word", () => {
    const program = terraform("exit 3");
    expect(() => readTerraformOutputs("family-chat")).toThrow(
      new Error(
        `"${program} output" in ${folder} failed: Error: Command failed: ${program} -chdir=${folder} output -json -no-color`,
      ),
    );
  });

  it("tells that there is no such program", () => {
    process.env["TERRAFORM_BINARY_NAME"] = "no-such-terraform";
    expect(() => readTerraformOutputs("family-chat")).toThrow(
      new Error(`"no-such-terraform output" in ${folder} failed: Error: spawnSync no-such-terraform ENOENT`),
    );
  });
});
