import { createReadStream, readdirSync } from "node:fs";
import path from "node:path";
import { text } from "node:stream/consumers";
import { openBackup } from "../../../backup/open";
import { podScripts } from "../../../backup/pod/scripts";
import { runProgram } from "../../support/command-line";
import { externalPostgres, minimal, testRecipient } from "../../support/config-input";
import { type Answer, type Answers, Ending, FakePrograms, fails } from "../../support/fake-programs";
import {
  deployedImage,
  deployedRevision,
  dumpFacts,
  fakeStack,
  snapshotFacts,
  snapshotTar,
} from "../../support/fake-stack";
import { temporaryFolder, writeFile } from "../../support/temporary-folder";

const passphrase = "seven black swans over a quiet lake";

interface Scenario {
  readonly args?: readonly string[];
  /** In front of a running stack's. */
  readonly answers?: Answers;
  /** Whether backups are made on a schedule. @default false */
  readonly isScheduled?: boolean;
  readonly config?: object;
  /** @default a good passphrase */
  readonly env?: Readonly<Record<string, string>>;
}

async function backup(scenario: Scenario = {}) {
  const {
    args = [],
    answers = {},
    isScheduled = false,
    config: given = {},
    env = { BACKUP_PASSPHRASE: passphrase },
  } = scenario;
  const snapshot = {
    "/app/backend/data copy /work": snapshotFacts,
    "/app/backend/data send /work": await snapshotTar(),
  };
  const programs = new FakePrograms({
    kubectl: { ...answers, ...snapshot, ...fakeStack, ...answers },
    npm: { "data-pod": "kind: Pod" },
  });
  const folder = temporaryFolder();
  const config = { ...minimal, ...(isScheduled ? { backup: { recipient: testRecipient } } : {}), ...given };
  writeFile(folder, "stack.config.ts", `export default ${JSON.stringify(config)};`);
  const run = await runProgram("ops/main.ts", folder, { PATH: programs.path(), ...env }, ["backup", ...args]);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.includes(".age"));
  return { ...run, folder, files, programs };
}

/** Each change, without what a script in the pod is. */
function changesOf(programs: FakePrograms): readonly string[] {
  return programs.changes().filter((call) => !call.includes(" exec "));
}

jest.setTimeout(60_000);

describe("backup", () => {
  it("writes database, files and our Secrets as one encrypted file, and leaves the time of it on the claim", async () => {
    const { exitCode, stdout, stderr, folder, files, programs } = await backup();
    expect({ exitCode, stderr, files }).toEqual({
      exitCode: 0,
      stderr: "",
      files: ["backups/open-webui-20261126T031500Z.tar.gz.age"],
    });
    expect(stdout).toMatch(/0\.0 MiB: the database at 2026-11-26T03:15:00Z, 1 other files, 1 Secrets\.\n/);
    expect(stdout).toMatch(/\nnext: npm run restore -- backups\/open-webui-20261126T031500Z\.tar\.gz\.age --check\n$/);
    const { manifest, entries } = await openBackup(createReadStream(path.join(folder, String(files[0]))), passphrase);
    expect(manifest).toEqual({
      format: 1,
      id: expect.any(String),
      created: "2026-11-26T03:15:00Z",
      namespace: "open-webui",
      image: deployedImage,
      database: { kind: "sqlite", revision: deployedRevision },
      hasSecrets: true,
    });
    const found: Record<string, string> = {};
    for await (const { name, content } of entries) found[name] = await text(content);
    const { "secrets.json": secrets = "", ...others } = found;
    expect(others).toEqual({ "database.sqlite": "tables", "data/uploads/a.txt": "uploaded" });
    const item = { apiVersion: "v1", kind: "Secret", type: "Opaque", metadata: { name: "litellm" } };
    const data = { KEY: Buffer.from("of-litellm").toString("base64") };
    expect(JSON.parse(secrets)).toEqual({ apiVersion: "v1", kind: "List", items: [{ ...item, data }] });
    expect(changesOf(programs)).toEqual([
      "kubectl delete pod open-webui-data -n open-webui --ignore-not-found --wait",
      "kubectl apply --server-side -f -",
      "kubectl delete pod open-webui-data -n open-webui --ignore-not-found --wait",
      "kubectl annotate pvc open-webui -n open-webui --overwrite open-webui-bedrock/last-backup=2026-11-26T03:15:00Z",
    ]);
    expect(programs.calls()).toContain(`npm run -s data-pod -- --image=${deployedImage} --beside`);
    expect(stdout).not.toContain("of-litellm");
  });

  it("takes a name, and prints data alone with --json", async () => {
    const { stdout, files, folder } = await backup({ args: ["mine.age", "--json"] });
    expect(files).toEqual(["mine.age"]);
    expect(JSON.parse(stdout)).toEqual({
      place: "mine.age",
      size: expect.any(Number),
      created: "2026-11-26T03:15:00Z",
      files: 1,
      secrets: 1,
      next: "npm run restore -- mine.age --check",
    });
    expect(folder).not.toBe("");
  });

  it.each<[string, Scenario, string]>([
    [
      "a passphrase that can be guessed",
      { env: { BACKUP_PASSPHRASE: "short" } },
      "BACKUP_PASSPHRASE: got 5 characters, 5 of them different; allowed: at least 16 characters, 8 of them different. Such as: openssl rand -base64 24\n",
    ],
    [
      "nobody to ask for one",
      { env: {} },
      "The backup's passphrase? There is nobody to ask; BACKUP_PASSPHRASE in the environment answers.\n",
    ],
    [
      "a file that is there already",
      { args: ["stack.config.ts"] },
      "stack.config.ts is there already; give the backup another name.\n",
    ],
    [
      "another kind of place",
      { args: ["ftp://example.com/"] },
      "ftp://example.com/: no place for backups; allowed: a folder, a file, or s3://BUCKET/PREFIX/.\n",
    ],
    [
      "no bucket",
      { args: ["s3:///chat/"] },
      "s3:///chat/: names no bucket; allowed: s3://BUCKET/PREFIX/ or s3://BUCKET/KEY.\n",
    ],
    [
      "a stack that isn't deployed",
      { answers: { "get statefulset": "" } },
      "There is no Open WebUI in the Namespace open-webui on k3s (https://192.0.2.7:6443).\nnext: deploy it first: npm run deploy\n",
    ],
    [
      "chats in somebody else's Postgres",
      { config: { database: externalPostgres } },
      'The chats of open-webui are in a Postgres that isn\'t the stack\'s (database.kind "external-postgres"); allowed: "sqlite", "postgres".\nnext: have them backed up with that Postgres: docs/configuration.md#database\n',
    ],
    [
      "another backup at work",
      { answers: { "os.listdir('/proc')": "3\n" } },
      "Another backup or restore is at work on this stack.\nnext: wait for it, or end it: kubectl -n open-webui delete pod open-webui-data\n",
    ],
  ])("refuses %s, and makes nothing", async (_, scenario, message) => {
    const { exitCode, stderr, files, programs } = await backup(scenario);
    expect({ exitCode, stderr, files }).toEqual({ exitCode: 1, stderr: message, files: [] });
    expect(programs.changes().filter((call) => call.includes("apply"))).toEqual([]);
  });

  it("tells why the copy failed in its own words, removes the pod, and keeps no half", async () => {
    const words = "The database's copy needs 64 MiB for a while, and 3 MiB are free there.";
    const ending = fails(`${words}\ncommand terminated with exit code 1\n`);
    const { exitCode, stderr, files, programs } = await backup({ answers: { "data copy /work": ending } });
    expect({ exitCode, stderr, files }).toEqual({ exitCode: 1, stderr: `${words}\n`, files: [] });
    expect(changesOf(programs).at(-1)).toMatch(/^kubectl delete pod open-webui-data /);
  });

  it.each<[string, (whole: string) => Answer, string]>([
    [
      "fails in mid-way",
      (whole) => new Ending({ stdout: whole.slice(0, 700), stderr: "The volume is gone.", code: 1 }),
      "The volume is gone.\n",
    ],
    [
      "breaks off in a file, and kubectl doesn't notice",
      (whole) => whole.slice(0, 515),
      "The copy broke off on its way out of the cluster; nothing was kept.\nnext: run it again\n",
    ],
    [
      "breaks off between two files, and kubectl doesn't notice",
      (whole) => whole.slice(0, 1024),
      "The copy broke off on its way out of the cluster; nothing was kept.\nnext: run it again\n",
    ],
  ])("keeps nothing of a copy that %s", async (_, broken, message) => {
    const answers = { "data send /work": broken(await snapshotTar()) };
    const { exitCode, stderr, files } = await backup({ answers });
    expect({ exitCode, stderr, files }).toEqual({ exitCode: 1, stderr: message, files: [] });
  });
});

describe("backup of a stack with Postgres", () => {
  const config = { database: { kind: "postgres" } };
  const inPostgres =
    "kubectl exec -i -n open-webui open-webui-postgres-0 -c postgres -- env PGHOST=/var/run/postgresql PGUSER=open_webui PGDATABASE=open_webui";

  it("has Postgres dump itself to where the snapshot is made of it", async () => {
    const answers = {
      "/app/backend/data copy /work": dumpFacts,
      "/app/backend/data send /work": await snapshotTar("database.dump"),
    };
    const { exitCode, stderr, folder, files, programs } = await backup({ config, answers });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const { manifest, entries } = await openBackup(createReadStream(path.join(folder, String(files[0]))), passphrase);
    expect(manifest.database).toEqual({ kind: "postgres", revision: deployedRevision, size: 8_000_000 });
    const names: string[] = [];
    for await (const { name, content } of entries) {
      names.push(name);
      content.resume();
    }
    expect(names).toEqual(["secrets.json", "database.dump", "data/uploads/a.txt"]);
    const calls = programs.calls().join("\n");
    expect(calls).toContain(`${inPostgres} sh -c ${podScripts.dump}`);
    expect(calls).toContain('kubectl exec -i -n open-webui open-webui-data -- sh -c cat > "$0" /work/database.dump\n');
  });

  it("tells why the dump failed in Postgres' own words, and keeps nothing", async () => {
    const answers = { pg_dump: fails("pg_dump: error: out of memory\ncommand terminated with exit code 1\n") };
    const { exitCode, stderr, files, programs } = await backup({ config, answers });
    expect({ exitCode, stderr, files }).toEqual({ exitCode: 1, stderr: "pg_dump: error: out of memory\n", files: [] });
    expect(changesOf(programs).at(-1)).toMatch(/^kubectl delete pod open-webui-data /);
  });
});

describe("backup --fetch", () => {
  const first = "open-webui-20261124T031500Z.tar.gz.age";
  const second = "open-webui-20261125T031500Z.tar.gz.age";
  const answers: Answers = {
    "os.scandir": JSON.stringify({ [first]: 5, [second]: 6, "other-20261125T031500Z.tar.gz.age": 1, "lost+found": 0 }),
    [`cat /backups/${first}`]: "first",
    [`cat /backups/${second}`]: "second",
  };

  it("copies what the schedule made and isn't here yet, and needs no passphrase", async () => {
    const { exitCode, stdout, stderr, files, programs, folder } = await backup({
      args: ["--fetch"],
      answers,
      isScheduled: true,
      env: {},
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(files.sort()).toEqual([`backups/${first}`, `backups/${second}`]);
    expect(await text(createReadStream(path.join(folder, "backups", second)))).toBe("second");
    expect(stdout).toContain("\n2 backups copied to backups/, 0 were there already.\n");
    expect(stdout).toMatch(new RegExp(`\nnext: npm run restore -- backups/${second} --check\n$`));
    expect(programs.calls()).toContain(`npm run -s data-pod -- --image=${deployedImage} --beside --backups`);
    expect(changesOf(programs).at(-1)).toMatch(/^kubectl delete pod open-webui-data /);
  });

  it("keeps nothing of one that doesn't arrive whole", async () => {
    const { exitCode, stderr, files } = await backup({
      args: ["--fetch"],
      answers: { ...answers, [`cat /backups/${second}`]: "sec" },
      isScheduled: true,
    });
    expect({ exitCode, stderr, files }).toEqual({
      exitCode: 1,
      stderr: `${second}: 3 of 6 bytes arrived; it wasn't kept.\nnext: run it again\n`,
      files: [`backups/${first}`],
    });
  });

  it.each<[string, Scenario, string]>([
    [
      "where nothing is scheduled",
      {},
      "--fetch: no backups are made on a schedule.\nnext: set backup.recipient, and npm run deploy: docs/operations.md#backups-on-a-schedule\n",
    ],
    [
      "into a file",
      { args: ["one.age"], isScheduled: true },
      'one.age: --fetch copies several; allowed: a folder with "/" at its end, or s3://BUCKET/PREFIX/.\n',
    ],
  ])("is refused %s", async (_, { args = [], ...scenario }, message) => {
    const { exitCode, stderr, programs } = await backup({ ...scenario, args: [...args, "--fetch"] });
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: message });
    expect(programs.changes()).toEqual([]);
  });
});
