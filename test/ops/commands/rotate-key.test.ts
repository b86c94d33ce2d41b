import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type AccessKeys, formatAccessKeys } from "../../../lib/access-keys";
import { rotateKeyCommand } from "../../../ops/commands/rotate-key";
import { denied } from "../../support/aws-stand-in";
import { minimal } from "../../support/config-input";
import { changeOf, type KeyScenario, runKeyCommand, told } from "../../support/key-command";
import { temporaryFolder, writeFile } from "../../support/temporary-folder";

const old = { status: "Active", created: "2026-01-01T00:00:00Z" } as const;
const recent = { status: "Active", created: "2026-02-01T00:00:00Z" } as const;
const phases = {
  one: { inUse: "a", a: old },
  created: { inUse: "a", a: old, b: recent },
  switched: { inUse: "b", a: old, b: recent },
  deactivated: { inUse: "b", a: { ...old, status: "Inactive" }, b: recent },
} satisfies Readonly<Record<string, AccessKeys>>;

const keysFile = "access-keys/test-chat.json";
const before = { folder: process.cwd(), terraform: process.env["TERRAFORM_BINARY_NAME"] };
const printed: string[] = [];

beforeEach(() => {
  // The clock alone.
  jest.useFakeTimers({
    now: new Date("2026-03-01T00:00:00Z"),
    doNotFake: ["nextTick", "setImmediate", "setInterval", "setTimeout", "queueMicrotask"],
  });
  jest.spyOn(process.stdout, "write").mockImplementation((text) => printed.push(String(text)) > 0);
  printed.length = 0;
});

afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
  process.chdir(before.folder);
  if (before.terraform === undefined) delete process.env["TERRAFORM_BINARY_NAME"];
  else process.env["TERRAFORM_BINARY_NAME"] = before.terraform;
});

interface Scenario {
  /** What the file says. @default there is none */
  readonly keys?: AccessKeys;
  /** What the deployed stack puts out: the slot in use, and every key's status. @default nothing was deployed */
  readonly deployed?: readonly [inUse: string, statuses: string];
  /** Settings besides the minimal ones. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** A folder with a configuration, in which Terraform answers what is deployed. */
function prepare({ keys, deployed, settings = {} }: Scenario): void {
  const folder = temporaryFolder();
  process.chdir(folder);
  const config = { ...minimal, namespace: "chat", aws: { userName: "test-chat" }, ...settings };
  writeFile(folder, "stack.config.ts", `export default ${JSON.stringify(config)};`);
  if (keys !== undefined) {
    mkdirSync("access-keys");
    writeFile(folder, keysFile, formatAccessKeys(keys));
  }
  if (deployed === undefined) return;
  mkdirSync(path.join("cdktf.out", "stacks", "test-chat", ".terraform"), { recursive: true });
  const [inUse, statuses] = deployed;
  const outputs = { access_key_slot: { value: inUse }, access_keys: { value: statuses } };
  const script = `#!/bin/sh\necho '${JSON.stringify(outputs)}'\n`;
  process.env["TERRAFORM_BINARY_NAME"] = writeFile(folder, "fake-terraform", script, 0o755);
}

async function run(...args: readonly string[]): Promise<readonly string[]> {
  await rotateKeyCommand().parseAsync(args, { from: "user" });
  return printed.join("").trimEnd().split("\n");
}

function written(): unknown {
  return JSON.parse(readFileSync(keysFile, "utf8"));
}

jest.setTimeout(60_000);

describe("rotate-key", () => {
  it("says where the rotation is, which steps there are, and writes nothing", async () => {
    prepare({ keys: phases.switched });
    expect(await run("--status")).toEqual([
      "Access key of test-chat: slot b, 28 days old, in use; slot a, 59 days old, active.",
      "--next deactivates the old key in slot a; it can still come back.",
      "--back switches to the key in slot a; the one in slot b stays active.",
    ]);
    expect(written()).toEqual(phases.switched);
  });

  it("says that there is nothing to take back", async () => {
    prepare({});
    expect(await run("--status")).toEqual([
      "Access key of test-chat: slot a, age not recorded, in use.",
      "--next makes a second key, in slot b; nobody uses it yet.",
    ]);
    expect(existsSync(keysFile)).toBe(false);
  });

  it("begins without a file, and says what to do now", async () => {
    prepare({ deployed: ["a", "a Active"] });
    expect(await run("--next")).toEqual([
      "This makes a second key, in slot b; nobody uses it yet.",
      "Then: slot a, age not recorded, in use; slot b, 0 days old, active.",
      "Do now:",
      "  1. commit access-keys/test-chat.json",
      "  2. npx cdktf deploy",
      "After that --next switches to the key in slot b; the one in slot a stays active.",
    ]);
    expect(written()).toEqual({
      inUse: "a",
      a: { status: "Active" },
      b: { status: "Active", created: "2026-03-01T00:00:00Z" },
    });
  });

  it("says at the switch how the key reaches the pods, and how to see that it is used", async () => {
    prepare({ keys: phases.created, deployed: ["a", "a Active, b Active"] });
    expect(await run("--next")).toEqual([
      "This switches to the key in slot b; the one in slot a stays active.",
      "Then: slot b, 28 days old, in use; slot a, 59 days old, active.",
      "Do now:",
      "  1. commit access-keys/test-chat.json",
      "  2. npx cdktf deploy",
      "  3. npm run -s secrets | kubectl apply --server-side -f -",
      "  4. npx cdk8s synth --stdout | kubectl apply --server-side -f -",
      "  5. wait for kubectl -n chat rollout status deployment/litellm, chat once, and see with aws iam get-access-key-last-used that of the keys of test-chat the new one is used",
      "After that --next deactivates the old key in slot a; it can still come back.",
    ]);
    expect(written()).toEqual(phases.switched);
  });

  it("says at the switch to carry the key over, where Secrets come from elsewhere", async () => {
    const settings = { secrets: { kind: "existing", liteLlm: "proxy-keys" } };
    prepare({ keys: phases.created, deployed: ["a", "a Active, b Active"], settings });
    expect(await run("--next")).toContain("  3. put the new key into the Secret proxy-keys (docs/configuration.md)");
  });

  it.each([
    ["created", ["a", "a Active, b Active"], "one"],
    ["switched", ["b", "a Active, b Active"], "created"],
    ["deactivated", ["b", "a Inactive, b Active"], "switched"],
  ] as const)("goes back from %s", async (from, deployed, to) => {
    prepare({ keys: phases[from], deployed });
    await run("--back");
    expect(written()).toEqual(phases[to]);
  });

  it("takes a step back that was never deployed", async () => {
    prepare({ keys: phases.switched, deployed: ["a", "a Active, b Active"] });
    await run("--back");
    expect(written()).toEqual(phases.created);
  });

  it("leaves nothing but the file", async () => {
    prepare({ keys: phases.created, deployed: ["a", "a Active, b Active"] });
    await run("--next");
    expect(existsSync(`${keysFile}.new`)).toBe(false);
  });

  it.each<readonly [string, Scenario, string, string]>([
    [
      "to go on before the last step is deployed",
      { keys: phases.created, deployed: ["a", "a Active"] },
      "--next",
      'deployed is "a Active; in use: a", but the file says "a Active, b Active; in use: a". Run "npx cdktf deploy" first: each step is deployed before the next.',
    ],
    [
      "to go on when another slot is deployed",
      { keys: phases.switched, deployed: ["a", "a Active, b Active"] },
      "--next",
      'deployed is "a Active, b Active; in use: a", but the file says "a Active, b Active; in use: b". Run "npx cdktf deploy" first: each step is deployed before the next.',
    ],
    [
      "to go back two steps at once",
      { keys: phases.deactivated, deployed: ["a", "a Active, b Active"] },
      "--back",
      'deployed is "a Active, b Active; in use: a", but the file says "a Inactive, b Active; in use: b". Run "npx cdktf deploy" first: each step is deployed before the next.',
    ],
    [
      "to go back where there is nothing to go back to",
      { keys: phases.one, deployed: ["a", "a Active"] },
      "--back",
      "there is no step to take back: a deleted key doesn't come back. --next makes a new one.",
    ],
    [
      "without a deployment to compare with",
      { keys: phases.one },
      "--next",
      'cdktf.out/stacks/test-chat: got no initialised Terraform folder; run "npx cdktf deploy" first.',
    ],
  ])("refuses %s, and writes nothing", async (_, scenario, option, message) => {
    prepare(scenario);
    await expect(run(option)).rejects.toThrow(
      new Error(`access-keys/test-chat.json: 1 problem; nothing was written.\n  - ${message}`),
    );
    expect(written()).toEqual(scenario.keys);
  });

  it("refuses to go on and back at once", async () => {
    prepare({ keys: phases.created, deployed: ["a", "a Active, b Active"] });
    const command = rotateKeyCommand()
      .exitOverride()
      .configureOutput({ writeErr: () => undefined });
    expect(() => command.parse(["--next", "--back"], { from: "user" })).toThrow(
      "error: option '--next' cannot be used with option '--back'",
    );
  });

  it.each([[], ["--status"], ["--next"], ["--back"]])("has nothing to do without a key: %j", async (...args) => {
    const credentials = { kind: "web-identity", accountId: "123456789012", issuerUrl: "https://oidc.example.com" };
    prepare({ settings: { aws: { userName: "test-chat", credentials } } });
    await expect(run(...args)).rejects.toThrow('aws.credentials.kind is "web-identity": there is no access key.');
    expect(existsSync(keysFile)).toBe(false);
  });
});

const oldKey = { id: "AKIAOLDKEYOFTHETEST1", status: "Active", created: old.created };
const newKey = { id: "AKIANEWKEYOFTHETEST2", status: "Active", created: recent.created };
const bothKeys = [oldKey, newKey];

/** A whole run, in which the new key is deployed and everywhere, unless the scenario says otherwise. */
const rotate = (scenario: KeyScenario, ...args: readonly string[]) =>
  runKeyCommand(["rotate-key", ...args], { deployed: newKey.id, accessKeys: bothKeys, ...scenario });

describe("rotate-key, the whole way", () => {
  it("tells what it would do and changes nothing when nobody is there to consent", async () => {
    const { exitCode, stdout, stderr, keys, changes } = await rotate({ keys: phases.one });
    expect(exitCode).toBe(1);
    expect(stdout).toContain(
      [
        "See that every pod of LiteLLM has the key in use, and that a model answers. After each step, the same again:",
        "  this makes a second key, in slot b; nobody uses it yet",
        "  this switches to the key in slot b; the one in slot a stays active",
        "  this deactivates the old key in slot a; it can still come back",
      ].join("\n"),
    );
    expect(stderr).toContain(
      "Do this in AWS, and on k3s (https://192.0.2.7:6443)? There is nobody to ask; --yes answers.",
    );
    expect(keys).toEqual(phases.one);
    expect(changes).toEqual([]);
  });

  it("takes three steps, sees the key work before and after each, and leaves the old key inactive", async () => {
    const { exitCode, stdout, stderr, keys, calls, asked } = await rotate({ keys: phases.one }, "--yes");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).not.toMatch(/of-the-key|AKIA|sk-verify/);
    expect(told(stdout)).toEqual([
      "every pod of LiteLLM has the key …EST2",
      "nova-lite answers",
      "this makes a second key, in slot b; nobody uses it yet",
      "every pod of LiteLLM has the key …EST2",
      "nova-lite answers",
      "this switches to the key in slot b; the one in slot a stays active",
      "every pod of LiteLLM has the key …EST2",
      "nova-lite answers",
      "AWS noted of the old key …EST1: no use yet, which it may tell hours later",
      "this deactivates the old key in slot a; it can still come back",
      "every pod of LiteLLM has the key …EST2",
      "nova-lite answers",
    ]);
    expect(keys).toMatchObject({ inUse: "b", a: { status: "Inactive" }, b: { status: "Active" } });
    expect(calls.filter((call) => call.includes(" plan "))).toHaveLength(4);
    expect(asked).toBe(4);
    expect(stdout).toMatch(/\nnext: commit access-keys\/test-chat\.json; when nobody misses the old key, .*\n$/);
  });

  it("deletes the old key in a later run, and stops there", async () => {
    const used = [{ ...oldKey, lastUsed: "2026-02-03T04:05:00Z" }, newKey];
    const { exitCode, stdout, keys } = await rotate({ keys: phases.deactivated, accessKeys: used }, "--yes");
    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      "AWS noted of the old key …EST1: last used at 2026-02-03T04:05:00.000Z, for bedrock in us-east-1\n",
    );
    expect(told(stdout)).toContain("this deletes the old key in slot a, for good");
    expect(keys).toEqual({ inUse: "b", b: recent });
    expect(stdout).toMatch(/\nnext: commit access-keys\/test-chat\.json\n$/);
  });

  it("deletes it in the same run when it is told how long to wait", async () => {
    const { stdout, keys } = await rotate({ keys: phases.switched }, "--yes", "--delete-after", "0");
    expect(told(stdout)).toContain("the old key is deleted in 0 minutes");
    expect(keys).toEqual({ inUse: "b", b: recent });
  });

  it.each([
    ["deactivates", phases.deactivated],
    ["deletes", { inUse: "b", b: recent } satisfies AccessKeys],
  ])("finishes a step that %s the old key and isn't deployed, and stops there", async (_, keys) => {
    const run = await rotate({ keys, plan: [changeOf("aws_iam_access_key.access-key_a_1", "update")] }, "--yes");
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toContain("The last step isn't deployed, which is done first.");
    expect(run.calls.filter((call) => call.includes(" apply "))).toHaveLength(1);
    expect(run.keys).toEqual(keys);
    expect(run.asked).toBe(1);
  });

  it("brings the key to LiteLLM where that didn't happen yet: the Secret through a pipe, then the pods", async () => {
    const inSecret = oldKey.id;
    const { calls, exitCode, stderr } = await rotate({ keys: phases.switched, inSecret, inPods: oldKey.id }, "--yes");
    // What kubectl answers never changes here.
    expect(exitCode).toBe(1);
    expect(stderr).toContain("The Secret litellm has another key than …EST2, which is deployed.");
    const brought = calls.filter((call) => /secrets|apply/.test(call));
    expect(brought).toEqual(["npm run -s secrets", "kubectl apply --server-side -f -"]);
  });

  it("replaces pods that had started before the Secret had the key", async () => {
    const { calls, exitCode, stderr, keys } = await rotate({ keys: phases.switched, inPods: oldKey.id }, "--yes");
    expect(exitCode).toBe(1);
    expect(calls.filter((call) => / (?:apply|rollout) /.test(call))).toEqual([
      "kubectl apply --server-side -f -",
      "kubectl -n chat rollout status deployment/litellm --timeout=600s",
      "kubectl -n chat rollout restart deployment/litellm",
      "kubectl -n chat rollout status deployment/litellm --timeout=600s",
    ]);
    expect(stderr).toBe(
      "LiteLLM's pods don't start with the key …EST2.\nNothing is changed further.\nnext: mend it, and run npm run rotate-key again. " +
        "Or go back: npm run rotate-key -- --back switches to the key in slot a; the one in slot b stays active\n",
    );
    expect(keys).toEqual(phases.switched);
  });

  it("stops where a Secret's values come from elsewhere, and says what to do", async () => {
    const settings = { secrets: { kind: "existing", liteLlm: "proxy-keys" } };
    const { stderr, calls } = await rotate({ keys: phases.switched, settings, inSecret: oldKey.id }, "--yes");
    expect(stderr).toContain("The Secret proxy-keys has another key than …EST2, which is deployed.\n");
    expect(stderr).toContain(
      "next: put the new key into the Secret proxy-keys (docs/configuration.md), and run the command again. Or go back: ",
    );
    expect(calls).not.toContain("npm run -s secrets");
  });

  it.each<readonly [string, KeyScenario, string]>([
    ["when no model answers", { answers: 403 }, "nova-lite doesn't answer with the key …EST2: "],
    [
      "when somebody else uses the old key",
      { accessKeys: [{ ...oldKey, lastUsed: "2999-01-01T00:00:00Z" }, newKey] },
      "Somebody else uses the old key …EST1, also now that no pod of LiteLLM has it.\n",
    ],
    [
      "when AWS can't be asked",
      { refuse: { ListAccessKeys: denied("iam:ListAccessKeys") } },
      "AWS refuses: AccessDenied: ",
    ],
    ["when LiteLLM isn't there", { pods: 0 }, "LiteLLM's pods don't start with the key …EST2.\n"],
  ])("stops before the old key is deactivated %s", async (_, scenario, message) => {
    const { exitCode, stderr, keys } = await rotate({ keys: phases.switched, ...scenario }, "--yes");
    expect(exitCode).toBe(1);
    expect(stderr).toContain(message);
    expect(keys).toEqual(phases.switched);
  });

  it("refuses while more than keys waits to be deployed", async () => {
    const plan = [changeOf("aws_iam_access_key.access-key_b_1", "create"), changeOf("aws_iam_policy.policy", "update")];
    const { exitCode, stderr, changes } = await rotate({ keys: phases.created, plan }, "--yes");
    expect({ exitCode, changes }).toEqual({ exitCode: 1, changes: [] });
    expect(stderr).toBe(
      "More than access keys waits to be deployed:\n  update aws_iam_policy.policy\nnext: npm run deploy, and then the same command again\n",
    );
  });

  it.each(["-1", "soon"])("refuses to wait %s", async (minutes) => {
    const { stderr } = await rotate({ keys: phases.one }, `--delete-after=${minutes}`);
    expect(stderr).toContain("Allowed: minutes, 0 to 9999.");
  });
});
