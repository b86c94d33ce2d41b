import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { type ArchiveEntry, readTar } from "../backup/archive";
import { type Backup, sealBackup, textEntry } from "../backup/backup";
import { BackupError } from "../backup/error";
import { backupFiles } from "../backup/files";
import type { Manifest } from "../backup/manifest";
import { type BackupStore, backupName } from "../backup/stores/store";
import type { StackConfig } from "../lib/config";
import { claimAnnotations, components, workFolder } from "../lib/naming";
import type { BackupLocation } from "./backup-location";
import type { Cluster } from "./cluster";
import { DataPod } from "./data-pod";
import { Failure } from "./failure";
import { interruption } from "./interruption";
import { PostgresPod } from "./postgres-pod";
import { allEnded } from "./processes";
import type { Report } from "./progress";
import { readSecrets } from "./secrets";

/** What `backup/pod/snapshot.py` tells of its copy. */
interface SnapshotFacts {
  readonly created: string;
  readonly database: Manifest["database"];
  /** Files besides the database. */
  readonly files: number;
}

export interface MadeBackup {
  readonly store: BackupStore;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly created: string;
  /** Files besides the database. */
  readonly files: number;
  readonly secrets: number;
}

/** @throws Failure where the chats are in somebody else's database */
export function requireOwnDatabase({ database, namespace }: StackConfig): void {
  if (database.kind !== "external-postgres") return;
  throw new Failure(
    `The chats of ${namespace} are in a Postgres that isn't the stack's (database.kind "external-postgres"); allowed: "sqlite", "postgres".`,
    "have them backed up with that Postgres: docs/configuration.md#database",
  );
}

/** Backs a running stack up. The chat goes on. */
export async function makeBackup(
  cluster: Cluster,
  config: StackConfig,
  location: BackupLocation,
  passphrase: string,
  report: Report,
): Promise<MadeBackup> {
  const { namespace } = config;
  const made = await DataPod.during(cluster, config, (pod) => {
    report("copying the database");
    return sendSnapshot(cluster, config, pod, location, passphrase, report);
  });
  const annotation = `${claimAnnotations.lastBackup}=${made.created}`;
  await cluster.kubectl(["annotate", "pvc", components.openWebUi, "-n", namespace, "--overwrite", annotation]);
  return made;
}

async function sendSnapshot(
  cluster: Cluster,
  config: StackConfig,
  pod: DataPod,
  { store, name }: BackupLocation,
  passphrase: string,
  report: Report,
): Promise<MadeBackup> {
  const secrets = await readSecrets(cluster, config);
  await takeDump(cluster, config, pod);
  const { created, database, files } = JSON.parse(await pod.run("snapshot", ["copy", workFolder])) as SnapshotFacts;
  const { namespace } = config;
  const hasSecrets = secrets.count > 0;
  const backup: Backup = {
    manifest: { format: 1, id: randomUUID(), created, namespace, image: pod.image, database, hasSecrets },
    entries: joined([textEntry(backupFiles.secrets, secrets.json)], snapshotEntries(pod)),
  };
  const target = name ?? backupName(namespace, new Date(created));
  report(`writing ${target}`);
  const size = await store.write(target, await sealBackup(backup, passphrase), interruption);
  return { store, name: target, size, created, files, secrets: secrets.count };
}

/** To where the snapshot is made of it; nothing where the database is a file. */
async function takeDump(cluster: Cluster, config: StackConfig, pod: DataPod): Promise<void> {
  const dump = PostgresPod.of(cluster, config)?.dump();
  if (dump === undefined) return;
  await allEnded([pod.writeFile(`${workFolder}/${backupFiles.postgres}`, dump.stdout), dump.ended]);
}

/** @throws Failure when the snapshot breaks off on its way, with the words of the program behind it */
async function* snapshotEntries(pod: DataPod): AsyncGenerator<ArchiveEntry> {
  const { stdin, stdout, ended } = pod.stream("snapshot", ["send", workFolder]);
  stdin.end();
  let isWhole = false;
  try {
    for await (const { name, size, content } of readTar(stdout)) {
      isWhole = name === "end";
      if (isWhole) content.resume();
      else yield { name, size, content: Readable.from(explained(content, ended)) };
    }
  } catch {
    isWhole = false;
  } finally {
    // Where the store failed, kubectl still waits to be read.
    stdout.destroy();
  }
  if (!isWhole) throw await brokenOff(ended);
  await ended;
}

async function* explained(content: Readable, ended: Promise<void>): AsyncGenerator<Buffer> {
  try {
    yield* content;
  } catch {
    throw await brokenOff(ended);
  }
}

async function brokenOff(ended: Promise<void>): Promise<Failure> {
  await ended;
  return new Failure("The copy broke off on its way out of the cluster; nothing was kept.", "run it again");
}

async function* joined(
  first: readonly ArchiveEntry[],
  then: AsyncIterable<ArchiveEntry>,
): AsyncGenerator<ArchiveEntry> {
  yield* first;
  yield* then;
}

/** Runs what reads or writes a backup: its errors are a person's to mend. */
export async function explainBackupErrors<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof BackupError ? new Failure(error.message) : error;
  }
}
