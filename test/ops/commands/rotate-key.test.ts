import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type AccessKeys, formatAccessKeys } from "../../../lib/access-keys";
import { rotateKeyCommand } from "../../../ops/commands/rotate-key";
import { minimal } from "../../support/config-input";
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
  jest.useFakeTimers({ now: new Date("2026-03-01T00:00:00Z") });
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

function run(...args: readonly string[]): readonly string[] {
  rotateKeyCommand().parse(args, { from: "user" });
  return printed.join("").trimEnd().split("\n");
}

function written(): unknown {
  return JSON.parse(readFileSync(keysFile, "utf8"));
}

describe("rotate-key", () => {
  it("says where the rotation is, which steps there are, and writes nothing", () => {
    prepare({ keys: phases.switched });
    expect(run()).toEqual([
      "Access key of test-chat: slot b, 28 days old, in use; slot a, 59 days old, active.",
      "--next deactivates the old key in slot a; it can still come back.",
      "--back switches to the key in slot a; the one in slot b stays active.",
    ]);
    expect(written()).toEqual(phases.switched);
  });

  it("says that there is nothing to take back", () => {
    prepare({});
    expect(run()).toEqual([
      "Access key of test-chat: slot a, age not recorded, in use.",
      "--next makes a second key, in slot b; nobody uses it yet.",
    ]);
    expect(existsSync(keysFile)).toBe(false);
  });

  it("begins without a file, and says what to do now", () => {
    prepare({ deployed: ["a", "a Active"] });
    expect(run("--next")).toEqual([
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

  it("says at the switch how the key reaches the pods, and how to see that it is used", () => {
    prepare({ keys: phases.created, deployed: ["a", "a Active, b Active"] });
    expect(run("--next")).toEqual([
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

  it("says at the switch to carry the key over, where Secrets come from elsewhere", () => {
    const settings = { secrets: { kind: "existing", liteLlm: "proxy-keys" } };
    prepare({ keys: phases.created, deployed: ["a", "a Active, b Active"], settings });
    expect(run("--next")).toContain("  3. put the new key into the Secret proxy-keys (docs/configuration.md)");
  });

  it.each([
    ["created", ["a", "a Active, b Active"], "one"],
    ["switched", ["b", "a Active, b Active"], "created"],
    ["deactivated", ["b", "a Inactive, b Active"], "switched"],
  ] as const)("goes back from %s", (from, deployed, to) => {
    prepare({ keys: phases[from], deployed });
    run("--back");
    expect(written()).toEqual(phases[to]);
  });

  it("takes a step back that was never deployed", () => {
    prepare({ keys: phases.switched, deployed: ["a", "a Active, b Active"] });
    run("--back");
    expect(written()).toEqual(phases.created);
  });

  it("leaves nothing but the file", () => {
    prepare({ keys: phases.created, deployed: ["a", "a Active, b Active"] });
    run("--next");
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
  ])("refuses %s, and writes nothing", (_, scenario, option, message) => {
    prepare(scenario);
    expect(() => run(option)).toThrow(
      new Error(`access-keys/test-chat.json: 1 problem; nothing was written.\n  - ${message}`),
    );
    expect(written()).toEqual(scenario.keys);
  });

  it("refuses to go on and back at once", () => {
    prepare({ keys: phases.created, deployed: ["a", "a Active, b Active"] });
    const command = rotateKeyCommand()
      .exitOverride()
      .configureOutput({ writeErr: () => undefined });
    expect(() => command.parse(["--next", "--back"], { from: "user" })).toThrow(
      "error: option '--next' cannot be used with option '--back'",
    );
  });

  it.each([[], ["--next"], ["--back"]])("has nothing to do without a key: %j", (...args) => {
    const credentials = { kind: "web-identity", accountId: "123456789012", issuerUrl: "https://oidc.example.com" };
    prepare({ settings: { aws: { userName: "test-chat", credentials } } });
    expect(() => run(...args)).toThrow(
      'aws.credentials.kind is "web-identity": there is no key, and nothing to rotate.',
    );
    expect(existsSync(keysFile)).toBe(false);
  });
});
