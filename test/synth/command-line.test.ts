import { mkdirSync, readdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { summarise } from "../../synth/summary";
import { project, type Run, runProgram } from "../support/command-line";
import { loadExample } from "../support/examples";
import { readTree, temporaryFolder, writeFile } from "../support/temporary-folder";

// Processes are slow: all good runs start together, and the tests look at what they left.
const example = path.join(project, "examples", "homelab.ts");
const surroundings = [
  { TZ: "UTC", LC_ALL: "C", LANG: "C" },
  { TZ: "Asia/Kathmandu", LC_ALL: "de_DE.UTF-8", LANG: "de_DE.UTF-8" },
  { TZ: "Asia/Kathmandu", LC_ALL: "tr_TR.UTF-8", LANG: "tr_TR.UTF-8" },
] as const;
const folders = surroundings.map(() => temporaryFolder());
const trees: Readonly<Record<string, string>>[] = [];
const runs: Run[] = [];

beforeAll(async () => {
  const started = surroundings.map((env, index) =>
    runProgram("synth/main.ts", folders[index] ?? "", { ...env, STACK_CONFIG: example }),
  );
  runs.push(...(await Promise.all(started)));
  trees.push(...folders.map(readTree));
}, 30_000);

/** Absolute paths of this machine in a text. */
function machinePaths(text: string): readonly string[] {
  return [project, ...folders, homedir()].filter((folder) => text.includes(folder));
}

describe("npm run synth with a good configuration", () => {
  it("exits with 0 and writes nothing on standard error", () => {
    expect(runs.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual(
      surroundings.map(() => ({ exitCode: 0, stderr: "" })),
    );
  });

  it("prints the tables, the address and the next steps", () => {
    const summary = runs[0]?.stdout ?? "";
    expect(summary).toMatch(/^Rendered dist\/ \(Kubernetes\) and cdktf\.out\/ \(AWS\):\n┌─/);
    expect(summary).toMatch(/\n│ IngressRoute +│ 1 +│ aws_iam_user +│ 1 +│\n/);
    const [, tail] = summary.split("\n\nModels, called");
    const expected = summarise(loadExample("homelab"), { objectKinds: [], resourceTypes: [] });
    expect(`${tail}`).toBe(`${expected.split("\n\nModels, called")[1]}\n`);
  });

  it("writes dist/ and cdktf.out/, and makes the folder of the state for its owner only", () => {
    const folder = folders[0] ?? "";
    expect(readdirSync(folder).sort()).toEqual(["cdktf.out", "dist", "state"]);
    expect(Object.keys(trees[0] ?? {})).toContain("dist/app.k8s.yaml");
    expect(Object.keys(trees[0] ?? {})).toContain("cdktf.out/stacks/open-webui-bedrock/cdk.tf.json");
    expect(statSync(path.join(folder, "state")).mode & 0o777).toBe(0o700);
  });

  it("writes the same bytes in every folder, time zone and language", () => {
    expect(Object.keys(trees[0] ?? {}).length).toBeGreaterThan(2);
    expect(trees[1]).toEqual(trees[0]);
    expect(trees[2]).toEqual(trees[0]);
    expect(runs.map(({ stdout }) => stdout)).toEqual(runs.map(() => runs[0]?.stdout));
  });

  it("writes no absolute path of this machine", () => {
    for (const text of [...Object.values(trees[0] ?? {}), runs[0]?.stdout ?? ""]) {
      expect(text).not.toBe("");
      expect(machinePaths(text)).toEqual([]);
    }
  });

  it("would be caught writing one", () => {
    expect(machinePaths(`"stackTrace": ["at ${folders[0]}/terraform/app.ts:14"]`)).toEqual([folders[0]]);
  });
});

describe("npm run synth with a bad configuration", () => {
  let folder: string;
  let before: Readonly<Record<string, string>>;
  let run: Run;

  beforeAll(async () => {
    folder = temporaryFolder();
    mkdirSync(path.join(folder, "dist"));
    mkdirSync(path.join(folder, "cdktf.out"));
    writeFile(path.join(folder, "dist"), "app.k8s.yaml", "kind: Namespace\n");
    writeFile(path.join(folder, "cdktf.out"), "manifest.json", "{}");
    writeFile(
      folder,
      "stack.config.ts",
      'export default { host: "https://chat.example.com", models: {} as const, openWebUi: { auth: { kind: "proxy" } } };\n',
    );
    before = readTree(folder);
    run = await runProgram("synth/main.ts", folder, {});
  }, 30_000);

  it("exits with 1 and prints the message on standard error alone, without a stack trace", () => {
    expect(run).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: [
        "stack.config.ts: 3 problems; nothing was written.",
        '  - host: got "https://chat.example.com"; allowed: a DNS name in lower case without scheme, port or path, such as "chat.example.com".',
        '  - models: got a group of settings; allowed: at least one model, such as "nova-lite": { model: "amazon.nova-lite-v1:0" }.',
        '  - ingress.kind: got "none", which has no middlewares, with openWebUi.auth.kind "proxy": whoever reaches the chat would be let in unasked. Put the sign-in in front (ingress.kind "traefik" with its middleware), choose openWebUi.auth.kind "accounts", or say why it is safe: openWebUi.auth.unauthenticated: { reason: "..." }.',
        "",
      ].join("\n"),
    });
    expect(run.stderr).not.toContain("    at ");
  });

  it("leaves an earlier dist/ and cdktf.out/ as they were, and nothing aside", () => {
    expect(readTree(folder)).toEqual(before);
    expect(readdirSync(folder).sort()).toEqual(["cdktf.out", "dist", "stack.config.ts"]);
  });
});
