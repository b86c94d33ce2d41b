import { mkdirSync } from "node:fs";
import path from "node:path";
import { parseAllDocuments } from "yaml";
import { secretOutputs } from "../../lib/naming";
import { type Run, runProgram } from "../support/command-line";
import { minimal } from "../support/config-input";
import { findObject, type KubernetesObject, listObjects } from "../support/kubernetes";
import { readTree, temporaryFolder, writeFile } from "../support/temporary-folder";

/** Values that are told apart, and from everything else that is printed. */
const values = Object.fromEntries(
  Object.values(secretOutputs).map((output, index) => [output, `Confidential${index}${output.replaceAll("_", "")}`]),
);

interface Scenario {
  /** Settings of the configuration file, next to the minimal ones. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** What the deployed stack puts out, by name. @default all values */
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** Shell commands that the fake `terraform` runs. @default it prints the outputs */
  readonly terraform?: string;
  /** Whether `cdktf deploy` ran in this folder. @default true */
  readonly deployed?: boolean;
}

/** A folder with a configuration and a fake Terraform, in which `npm run secrets` can run. */
function prepare({ settings = {}, outputs = values, terraform, deployed = true }: Scenario) {
  const folder = temporaryFolder();
  const config = { ...minimal, namespace: "chat", aws: { userName: "test-chat" }, ...settings };
  writeFile(folder, "stack.config.ts", `export default ${JSON.stringify(config)};`);
  const json = Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [name, { sensitive: true, type: "string", value }]),
  );
  writeFile(folder, "outputs.json", JSON.stringify(json));
  // It answers one question only.
  const asked = `[ "$*" = "-chdir=cdktf.out/stacks/test-chat output -json -no-color" ] || exit 64`;
  const script = `#!/bin/sh\n${asked}\n${terraform ?? "cat outputs.json"}\n`;
  const program = writeFile(folder, "fake-terraform", script, 0o755);
  if (deployed) mkdirSync(path.join(folder, "cdktf.out", "stacks", "test-chat", ".terraform"), { recursive: true });
  return { folder, environment: { TERRAFORM_BINARY_NAME: program } };
}

function runSecrets(scenario: Scenario): Promise<Run> {
  const { folder, environment } = prepare(scenario);
  return runProgram("k8s/secrets.ts", folder, environment);
}

function objectsOf({ stdout }: Run): readonly KubernetesObject[] {
  return parseAllDocuments(stdout).map((document) => document.toJSON() as KubernetesObject);
}

/** The values (or parts of them) that a text gives away. */
function leaks(text: string): readonly string[] {
  return Object.values(values).filter((value) => text.includes(value.slice(0, 13)));
}

function refusal(message: string): Run {
  return { exitCode: 1, stdout: "", stderr: `secrets: 1 problem; nothing was written.\n  - ${message}\n` };
}

describe("npm run secrets", () => {
  it("prints the Namespace and the three Secrets, with the values that Terraform holds, and writes no file", async () => {
    const { folder, environment } = prepare({});
    const before = readTree(folder);
    const run = await runProgram("k8s/secrets.ts", folder, environment);
    expect(run).toMatchObject({ exitCode: 0, stderr: "" });
    const objects = objectsOf(run);
    expect(listObjects(objects)).toEqual([
      "Namespace chat",
      "Secret litellm",
      "Secret open-webui",
      "Secret open-webui-redis",
    ]);
    expect(findObject(objects, "Secret", "litellm").stringData).toEqual({
      LITELLM_MASTER_KEY: values["litellm_master_key"],
      CONSUMER_KEY_OPEN_WEBUI: values["litellm_key_open_webui"],
      CONSUMER_KEY_PROMETHEUS: values["litellm_key_prometheus"],
      CONSUMER_KEY_VERIFY: values["litellm_key_verify"],
      AWS_ACCESS_KEY_ID: values["aws_access_key_id"],
      AWS_SECRET_ACCESS_KEY: values["aws_secret_access_key"],
      REDIS_PASSWORD: values["redis_password_litellm"],
    });
    expect(findObject(objects, "Secret", "open-webui").stringData).toEqual({
      OPENAI_API_KEY: values["litellm_key_open_webui"],
      WEBUI_SECRET_KEY: values["open_webui_secret_key"],
      WEBUI_ADMIN_PASSWORD: values["open_webui_admin_password"],
      REDIS_PASSWORD: values["redis_password_open_webui"],
    });
    expect(leaks(JSON.stringify(findObject(objects, "Secret", "open-webui-redis")))).toEqual([]);
    expect(readTree(folder)).toEqual(before);
  });

  it("prints a fourth Secret where Prometheus is, with its own key alone", async () => {
    const objects = objectsOf(await runSecrets({ settings: { monitoring: { kind: "prometheus-operator" } } }));
    expect(listObjects(objects)).toEqual([
      "Namespace chat",
      "Secret litellm",
      "Secret open-webui",
      "Secret litellm-prometheus",
      "Secret open-webui-redis",
    ]);
    expect(findObject(objects, "Secret", "litellm-prometheus").stringData).toEqual({
      LITELLM_KEY: values["litellm_key_prometheus"],
    });
  });

  it("refuses a screen", async () => {
    const { folder, environment } = prepare({});
    const screen = writeFile(folder, "screen.cjs", "process.stdout.isTTY = true;");
    expect(await runProgram("k8s/secrets.ts", folder, { ...environment, NODE_OPTIONS: `-r ${screen}` })).toEqual(
      refusal(
        "this prints secrets, which don't belong on a screen; pipe them: npm run -s secrets | kubectl apply --server-side -f -",
      ),
    );
  });

  it.each<readonly [string, Scenario, string]>([
    [
      "an empty value",
      { outputs: { ...values, litellm_master_key: "" } },
      `Terraform output litellm_master_key: got an empty text; allowed: a text that isn't empty. Run "npx cdktf deploy" first.`,
    ],
    [
      "a missing value",
      { outputs: { ...values, aws_secret_access_key: undefined } },
      `Terraform output aws_secret_access_key: got nothing; allowed: a text that isn't empty. Run "npx cdktf deploy" first.`,
    ],
    [
      "a stack that wasn't deployed from here",
      { deployed: false },
      `cdktf.out/stacks/test-chat: got no initialised Terraform folder; run "npx cdktf deploy" first.`,
    ],
    [
      "Secrets that exist already",
      { settings: { secrets: { kind: "existing" } }, terraform: "echo asked >&2; exit 1" },
      `secrets.kind is "existing": the Secrets come from elsewhere, so there is nothing to make here.`,
    ],
    [
      "Secrets from an external store",
      {
        settings: { secrets: { kind: "external", store: { name: "vault" } } },
        terraform: "echo asked >&2; exit 1",
      },
      `secrets.kind is "external": the Secrets come from elsewhere, so there is nothing to make here.`,
    ],
  ])("refuses %s, with nothing in the pipe and no secret in the message", async (_, scenario, message) => {
    const run = await runSecrets(scenario);
    expect(run).toEqual(refusal(message));
    expect(leaks(run.stderr)).toEqual([]);
  });

  it("tells Terraform's own error, and no secret that was printed before it", async () => {
    const { folder, environment } = prepare({
      terraform: `cat outputs.json; echo "Error: state is locked" >&2; exit 1`,
    });
    const run = await runProgram("k8s/secrets.ts", folder, environment);
    const program = environment.TERRAFORM_BINARY_NAME;
    expect(run).toEqual(refusal(`"${program} output" in cdktf.out/stacks/test-chat failed: Error: state is locked`));
    expect(leaks(run.stderr)).toEqual([]);
  });

  it("repeats nothing of what Terraform printed when that is no JSON", async () => {
    const run = await runSecrets({ terraform: `tr -d '"' <outputs.json` });
    expect(run).toEqual(
      refusal("terraform output -json: got a text that is no JSON (not shown: it may hold secrets)."),
    );
  });

  it("tells an error of the configuration in its own words, without asking Terraform", async () => {
    const run = await runSecrets({ settings: { host: "https://chat" }, terraform: "echo asked >&2; exit 1" });
    expect(run).toMatchObject({ exitCode: 1, stdout: "" });
    expect(run.stderr).toMatch(/^stack\.config\.ts: 1 problem; nothing was written\.\n {2}- host: /);
    expect(run.stderr).not.toContain("asked");
  });
});
