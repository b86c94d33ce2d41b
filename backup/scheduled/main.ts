/**
 * What the CronJob's pod runs, on the official Node image: it seals the copy that the containers before it made, and keeps
 * the newest backups. It works on its volumes alone, and has no secret.
 */
import { randomUUID } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import path from "node:path";
import type { ArchiveEntry } from "../archive";
import { sealBackup } from "../backup";
import { backupFiles, dataPrefix } from "../files";
import type { Manifest } from "../manifest";
import { FolderStore } from "../stores/folder";
import { backupName, removeOld } from "../stores/store";

/** What `snapshot.py` writes beside its copy. */
interface Snapshot {
  readonly created: string;
  readonly database: Manifest["database"];
  /** The other files' paths inside the data folder. */
  readonly names: readonly string[];
}

interface Settings {
  readonly namespace: string;
  /** Open WebUI's image. */
  readonly image: string;
  /** age's recipient: its key alone opens the backups. */
  readonly recipient: string;
  /** How many backups stay. */
  readonly keep: number;
  /** Where the copy is. */
  readonly work: string;
  /** Open WebUI's data folder. */
  readonly data: string;
  /** Where backups go. */
  readonly backups: string;
}

/** @returns what was done, for the pod's log */
export async function backUp(settings: Settings): Promise<string> {
  const { namespace, image, recipient, keep, work, data, backups } = settings;
  const { created, database, names } = JSON.parse(await readFile(path.join(work, "snapshot.json"), "utf8")) as Snapshot;
  const store = new FolderStore(backups);
  const name = backupName(namespace, new Date(created));
  const manifest = { format: 1, id: randomUUID(), created, namespace, image, database, hasSecrets: false } as const;
  async function* entries(): AsyncGenerator<ArchiveEntry> {
    const copy = backupFiles[database.kind];
    yield* readFileEntry(copy, path.join(work, copy));
    for (const each of names) yield* readFileEntry(`${dataPrefix}${each}`, path.join(data, each));
  }
  const size = await store.write(name, await sealBackup({ manifest, entries: entries() }, recipient));
  const removed = await removeOld(store, namespace, keep);
  return JSON.stringify({ name, size, created, files: names.length, removed });
}

/** Nothing for a file that was deleted meanwhile. */
async function* readFileEntry(name: string, file: string): AsyncGenerator<ArchiveEntry> {
  const handle = await open(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  if (handle === undefined) return;
  const { size } = await handle.stat();
  // What is appended meanwhile is for the next backup.
  const content = handle.createReadStream(size === 0 ? {} : { end: size - 1 });
  yield { name, size, content };
}

function readVariable(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`${name}: got nothing; the CronJob sets it.`);
  return value;
}

async function main(): Promise<void> {
  const done = await backUp({
    namespace: readVariable("NAMESPACE"),
    image: readVariable("OPEN_WEBUI_IMAGE"),
    recipient: readVariable("RECIPIENT"),
    keep: Number(readVariable("KEEP")),
    work: readVariable("WORK_FOLDER"),
    data: readVariable("DATA_FOLDER"),
    backups: readVariable("BACKUPS_FOLDER"),
  });
  process.stdout.write(`${done}\n`);
}

if (require.main === module) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
