import { denied } from "../../support/aws-stand-in";
import { changeOf, type KeyScenario, runKeyCommand, told } from "../../support/key-command";

const oldKey = { id: "AKIAOLDKEYOFTHETEST1", status: "Active", created: "2026-01-01T00:00:00Z" };
const newKey = { id: "AKIANEWKEYOFTHETEST2", status: "Active", created: "2026-02-01T00:00:00Z" };
const a = { status: "Active", created: oldKey.created } as const;
const b = { status: "Active", created: newKey.created } as const;
const makesAnother = [changeOf("aws_iam_access_key.access-key_b_1", "create")];
const anyTime = expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

/** Slot b is deployed and in use. */
const revoke = (scenario: KeyScenario, ...args: readonly string[]) =>
  runKeyCommand(["revoke-key", ...args], { deployed: newKey.id, keys: { inUse: "b", b }, ...scenario });

jest.setTimeout(60_000);

describe("revoke-key", () => {
  it("lists the keys with their last use, and changes nothing", async () => {
    const accessKeys = [{ ...oldKey, lastUsed: "2026-02-03T04:05:00Z" }, newKey];
    const { exitCode, stdout, stderr, calls } = await revoke({ accessKeys });
    expect({ exitCode, stderr, calls }).toEqual({ exitCode: 0, stderr: "", calls: [] });
    expect(stdout).toBe(
      [
        "Access keys of test-chat, by the end of their ids:",
        "  …EST1: last used at 2026-02-03T04:05:00.000Z, for bedrock in us-east-1",
        "  …EST2: no use yet, which it may tell hours later",
        "next: npm run revoke-key -- ID deletes the one that leaked",
        "",
      ].join("\n"),
    );
  });

  it("deletes the key in use before all else, and replaces it in its slot", async () => {
    const run = await revoke({ accessKeys: [newKey], plan: makesAnother }, newKey.id, "--yes");
    expect({ exitCode: run.exitCode, stderr: run.stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(told(run.stdout)).toEqual([
      "the key …EST2 is deleted: AWS refuses it",
      "another key is there",
      "every pod of LiteLLM has the key …EST2",
      "nova-lite answers",
    ]);
    expect(run.changes.filter((call) => call.includes(" apply "))).toHaveLength(1);
    expect(run.accessKeys).toEqual([]);
    expect(run.keys).toEqual({ inUse: "b", b: { status: "Active", created: anyTime } });
    expect(run.keys).not.toEqual({ inUse: "b", b });
    expect(run.stdout).toMatch(
      /\nnext: commit access-keys\/test-chat\.json; see in AWS CloudTrail what was done with …EST2, and end its sessions \(docs\/operations\.md#revoke-key\)\n$/,
    );
  });

  it("takes the end of an id, and deletes a key that isn't in use without a replacement", async () => {
    const keys = { inUse: "b", a, b } as const;
    const run = await revoke({ accessKeys: [oldKey, newKey], keys }, "EST1", "--yes");
    expect(run.exitCode).toBe(0);
    expect(run.accessKeys).toEqual([newKey.id]);
    expect(run.keys).toEqual({ inUse: "b", b });
  });

  it("replaces the key in use in the middle of a rotation, and leaves the other one", async () => {
    const keys = { inUse: "b", a, b } as const;
    const run = await revoke({ accessKeys: [oldKey, newKey], keys, plan: makesAnother }, newKey.id, "--yes");
    expect(run.accessKeys).toEqual([oldKey.id]);
    expect(run.keys).toEqual({ inUse: "b", a, b: { status: "Active", created: anyTime } });
  });

  it("leaves keys alone that were made by hand", async () => {
    const { exitCode, accessKeys, keys } = await revoke({ accessKeys: [oldKey, newKey] }, oldKey.id, "--yes");
    expect({ exitCode, accessKeys }).toEqual({ exitCode: 0, accessKeys: [newKey.id] });
    expect(keys).toEqual({ inUse: "b", b });
  });

  it("goes on after it was stopped behind the deletion", async () => {
    const run = await revoke({ accessKeys: [], plan: makesAnother }, newKey.id, "--yes");
    expect(run.stdout).toContain(
      "test-chat has no key …EST2 any more: bring LiteLLM on k3s (https://192.0.2.7:6443) one that works.\n",
    );
    expect(run.keys).toEqual({ inUse: "b", b: { status: "Active", created: anyTime } });
    expect(told(run.stdout)).toContain("another key is there");
  });

  it("deletes no other key when it is run again", async () => {
    const run = await revoke({ accessKeys: [newKey] }, oldKey.id, "--yes");
    expect(run.exitCode).toBe(0);
    expect(run.accessKeys).toEqual([newKey.id]);
    expect(run.keys).toEqual({ inUse: "b", b });
    expect(told(run.stdout)).toEqual(["every pod of LiteLLM has the key …EST2", "nova-lite answers"]);
  });

  it.each<readonly [string, KeyScenario, string, readonly string[]]>([
    [
      "without consent",
      { accessKeys: [newKey] },
      "Delete the key …EST2 of test-chat for good, now, and bring LiteLLM on k3s (https://192.0.2.7:6443) another one: while it has none every chat fails, for a minute or two? There is nobody to ask; --yes answers.\n",
      [newKey.id],
    ],
    [
      "of two that end alike",
      { accessKeys: [newKey, { ...newKey, id: "AKIAANOTHEROFTHETEST2" }] },
      "test-chat has two keys that end with TEST2.\nnext: give more of the id\n",
      ["TEST2", "--yes"],
    ],
    [
      "by a part that many share",
      { accessKeys: [newKey] },
      "Allowed: capital letters and digits, at least four.",
      ["ST2", "--yes"],
    ],
    [
      "that AWS doesn't let go",
      { accessKeys: [newKey], refuse: { DeleteAccessKey: denied("iam:DeleteAccessKey") } },
      "AWS refuses: AccessDenied: ",
      [newKey.id, "--yes"],
    ],
  ])("deletes no key %s", async (_, scenario, message, args) => {
    const { exitCode, stderr, accessKeys, keys, changes } = await revoke(scenario, ...args);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(message);
    expect(accessKeys).toEqual(scenario.accessKeys?.map(({ id }) => id));
    expect(keys).toEqual({ inUse: "b", b });
    expect(changes).toEqual([]);
  });

  it("has nothing to do without a key", async () => {
    const credentials = { kind: "web-identity", accountId: "123456789012", issuerUrl: "https://oidc.example.com" };
    const { exitCode, stderr } = await revoke({ settings: { aws: { userName: "test-chat", credentials } } });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('aws.credentials.kind is "web-identity": there is no access key.');
  });
});
