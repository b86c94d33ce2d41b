import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { ArchiveEntry } from "../../backup/archive";
import { sealBackup, textEntry } from "../../backup/backup";
import { backupFiles } from "../../backup/files";
import type { Manifest } from "../../backup/manifest";
import { FolderStore } from "../../backup/stores/folder";
import { runProgram } from "./command-line";
import { minimal } from "./config-input";
import { type Answers, FakePrograms } from "./fake-programs";
import { deployedImage, deployedRevision, fakeStack } from "./fake-stack";
import { temporaryFolder, writeFile } from "./temporary-folder";

const passphrase = "seven black swans over a quiet lake";

/** Of the newest backup. */
export const backupId = "3c0f6d5e-8d3c-4a52-9d10-0a4b6d3f7c11";

export const newestBackup = "backups/open-webui-20261126T031500Z.tar.gz.age";

const manifest: Omit<Manifest, "database" | "hasSecrets"> = {
  format: 1,
  id: backupId,
  created: "2026-11-26T03:15:00Z",
  namespace: "open-webui",
  image: deployedImage,
};

/** What the backup has of the Secrets. */
export const backupSecrets = JSON.stringify({
  kind: "List",
  items: [{ kind: "Secret", data: { KEY: "b2YtbGl0ZWxsbQ==" } }],
});

export interface RestoreScenario {
  readonly args?: readonly string[];
  /** In front of a running stack's. */
  readonly answers?: Answers;
  readonly passphrase?: string;
  readonly hasSecrets?: boolean;
  readonly config?: object;
  /** Where the backup's chats were. @default "sqlite" */
  readonly kind?: "sqlite" | "postgres";
  /** Databases that Postgres has beside the one that is used. */
  readonly databases?: readonly string[];
  /** What is done to the backup's bytes. */
  readonly damage?: (bytes: Buffer) => Buffer;
}

async function* entries({ hasSecrets = true, kind = "sqlite" }: RestoreScenario): AsyncGenerator<ArchiveEntry> {
  if (hasSecrets) yield textEntry("secrets.json", backupSecrets);
  yield textEntry(backupFiles[kind], "tables");
  yield textEntry("data/uploads/a.txt", "uploaded");
}

/** A folder with an older and a newer backup, and one of another Namespace. */
async function backupsFolder(scenario: RestoreScenario): Promise<string> {
  const { hasSecrets = true, kind = "sqlite", damage } = scenario;
  const revision = deployedRevision;
  const database =
    kind === "sqlite" ? ({ kind, revision } as const) : ({ kind, revision, size: 80 * 1024 ** 2 } as const);
  const folder = temporaryFolder();
  const store = new FolderStore(path.join(folder, "backups"));
  const sealed = await sealBackup(
    { manifest: { ...manifest, database, hasSecrets }, entries: entries(scenario) },
    passphrase,
    10,
  );
  await store.write(path.basename(newestBackup), sealed);
  writeFile(folder, "backups/open-webui-20261125T031500Z.tar.gz.age", "older");
  writeFile(folder, "backups/open-webui-two-20261127T031500Z.tar.gz.age", "another's");
  if (damage) writeFileSync(path.join(folder, newestBackup), damage(readFileSync(path.join(folder, newestBackup))));
  return folder;
}

/** Runs `restore` on a stack whose programs answer the same whatever the command does. */
export async function runRestore(scenario: RestoreScenario = {}) {
  const { args = ["--yes"], answers = {}, config = {}, databases = [] } = scenario;
  const known = {
    "SELECT datname": ["postgres", "open_webui", ...databases].join("\n"),
    "df --output=avail": "    Avail\n202000000\n",
    "/app/backend/data knows": "true",
    "/app/backend/data state": "null",
  };
  const programs = new FakePrograms({
    kubectl: { ...answers, ...known, ...fakeStack, ...answers },
    npm: { "data-pod": "kind: Pod" },
  });
  const folder = await backupsFolder(scenario);
  writeFile(folder, "stack.config.ts", `export default ${JSON.stringify({ ...minimal, ...config })};`);
  const env = { PATH: programs.path(), BACKUP_PASSPHRASE: scenario.passphrase ?? passphrase };
  const run = await runProgram("ops/main.ts", folder, env, ["restore", ...args]);
  return { ...run, programs };
}

/** What was done to the chat and the data on its volume, in order. */
export function stepsOf(programs: Pick<FakePrograms, "calls">): readonly string[] {
  const steps = programs.calls().flatMap((line) => {
    const [, step] = /^ \/app\/backend\/data (.*)$/.exec(line) ?? /^kubectl (scale .*|wait .*)$/.exec(line) ?? [];
    return step === undefined ? [] : [step];
  });
  return steps.filter((step) => !step.startsWith("knows") && step !== "state");
}

/** What was done in Postgres, too. */
export function allStepsOf(programs: FakePrograms): readonly string[] {
  return programs.calls().flatMap((line) => {
    const [, postgres] = / -c postgres -- env (?:\S+=\S+ )+(.*)$/.exec(line) ?? [];
    if (postgres === undefined) return stepsOf({ calls: () => [line] });
    const statements = [...postgres.matchAll(/--command=((?:DROP|CREATE|ALTER).*?)(?= --command=|$)/g)];
    return postgres.startsWith("psql") ? statements.map(([, text = ""]) => text) : [postgres.replace(/ .*/, "")];
  });
}

/** Of the chat. */
export const stop = [
  "scale -n open-webui statefulset/open-webui --replicas=0",
  "wait -n open-webui --for=delete pod/open-webui-0 --timeout=180s",
];
export const start = "scale -n open-webui statefulset/open-webui --replicas=1";
