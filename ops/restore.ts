import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { type ArchiveEntry, packArchive } from "../backup/archive";
import type { Backup } from "../backup/backup";
import { BackupError } from "../backup/error";
import { backupFiles } from "../backup/files";
import type { Manifest } from "../backup/manifest";
import { openBackup } from "../backup/open";
import type { StackConfig } from "../lib/config";
import { components } from "../lib/naming";
import type { Cluster } from "./cluster";
import { DataPod } from "./data-pod";
import { Failure, Interrupted } from "./failure";
import { PostgresPod } from "./postgres-pod";
import { pour } from "./processes";
import type { Report } from "./progress";
import { waitForPod } from "./start";

/** A backup that was read to its end: it is whole, and the passphrase is right. */
export interface CheckedBackup {
  readonly manifest: Manifest;
  /** Bytes of the database and the files. */
  readonly size: number;
  /** Bytes of what belongs onto Open WebUI's volume. */
  readonly sizeOnVolume: number;
  /** Files besides the database. */
  readonly files: number;
  /** The Secrets as a Kubernetes List: never to be printed. */
  readonly secrets: string | undefined;
}

/** Where a backup is read from. Each call reads it anew. */
export type OpenSealed = () => Promise<Readable>;

/** @throws BackupError when something of it is missing or was changed */
export async function checkBackup(open: OpenSealed, passphrase: string): Promise<CheckedBackup> {
  const { manifest, entries } = await openBackup(await open(), passphrase);
  let databaseSize = 0;
  let filesSize = 0;
  let files = 0;
  let secrets: string | undefined;
  for await (const entry of entries) {
    if (entry.name === backupFiles.secrets) {
      secrets = await text(entry.content);
    } else if (entry.name === backupFiles[manifest.database.kind]) {
      databaseSize += entry.size;
    } else {
      filesSize += entry.size;
      files += 1;
    }
  }
  if (databaseSize === 0) throw new BackupError("The backup is damaged: its database is missing.");
  const size = databaseSize + filesSize;
  const sizeOnVolume = manifest.database.kind === "postgres" ? filesSize : size;
  return { manifest, size, sizeOnVolume, files, secrets: manifest.hasSecrets ? secrets : undefined };
}

/** What `backup/pod/restore.py` says of a restore that was begun. */
interface RestoreState {
  /** Of the backup. */
  readonly id: string;
  readonly step: "received" | "moving-out" | "moving-in" | "swapped" | "undoing-out" | "undoing-in";
}

/**
 * Puts a backup's data in place of a stack's. They are sent while the chat goes on; it stops while they are exchanged.
 * Killed at any point it can be run again. When Open WebUI doesn't start on them, what was there before is put back.
 * @throws Failure when the database is newer than the image; nothing was changed then
 */
export class Restore {
  private readonly cluster: Cluster;
  private readonly config: StackConfig;
  private readonly open: OpenSealed;
  private readonly passphrase: string;
  private readonly checked: CheckedBackup;
  private readonly report: Report;
  /** Undefined where the database is a file among the data. */
  private readonly postgres: PostgresPod | undefined;

  constructor(
    cluster: Cluster,
    config: StackConfig,
    backup: { readonly open: OpenSealed; readonly passphrase: string; readonly checked: CheckedBackup },
    report: Report,
  ) {
    this.cluster = cluster;
    this.config = config;
    this.open = backup.open;
    this.passphrase = backup.passphrase;
    this.checked = backup.checked;
    this.report = report;
    this.postgres = PostgresPod.of(cluster, config);
  }

  async run(): Promise<void> {
    await this.inPod(async (pod) => {
      await this.prepare(pod);
      await this.stopChat();
      this.report("exchanging the data");
      await this.postgres?.swap();
      await pod.run("restore", ["swap"]);
    });
    try {
      await this.startChat();
    } catch (error) {
      throw await this.undo(error);
    }
    await this.inPod((pod) => this.finish(pod));
    this.report("done");
  }

  /** Until the backup's data lie beside the others. */
  private async prepare(pod: DataPod): Promise<void> {
    await this.requireKnownRevision(pod);
    const state = await readState(pod);
    const isOurs = state?.id === this.checked.manifest.id && !state.step.startsWith("undoing");
    if (!isOurs) {
      await this.endOther(pod, state);
      this.report("sending the backup");
      await this.send(pod);
    }
    // Of a run that was killed later there is nothing to load.
    if (!isOurs || state.step === "received") await this.load();
  }

  private async requireKnownRevision(pod: DataPod): Promise<void> {
    const { image, database } = this.checked.manifest;
    if (JSON.parse(await pod.run("restore", ["knows", database.revision]))) return;
    throw new Failure(
      `The backup's database is newer than Open WebUI's image: it is of ${image}, and its revision ${database.revision} isn't known to ${pod.image}.`,
      "set an image at least as new (versions.ts), deploy, and restore again; nothing was changed",
    );
  }

  /** Brings to its end what another restore began. */
  private async endOther(pod: DataPod, state: RestoreState | null): Promise<void> {
    if (state?.step === "swapped") {
      await this.finish(pod);
      return;
    }
    const areFilesAside = state === null || state.step === "received";
    if (!areFilesAside || (await this.postgres?.isExchanged())) {
      this.report("undoing a restore that was interrupted");
      await this.stopChat();
      if (state !== null) await pod.run("restore", ["undo"]);
    }
    // What it had loaded goes in any case.
    await this.postgres?.undo();
  }

  /** What belongs onto Open WebUI's volume. */
  private async send(pod: DataPod): Promise<void> {
    const { manifest, sizeOnVolume } = this.checked;
    const { entries } = await openBackup(await this.open(), this.passphrase);
    const receiver = pod.stream("restore", ["receive", manifest.id, String(sizeOnVolume)]);
    await pour(packArchive(onVolume(entries)), receiver);
  }

  /** What belongs into Postgres. */
  private async load(): Promise<void> {
    const { database } = this.checked.manifest;
    if (this.postgres === undefined || database.kind !== "postgres" || (await this.postgres.isLoaded())) return;
    this.report("loading the database");
    const { entries } = await openBackup(await this.open(), this.passphrase);
    for await (const { name, content } of entries) {
      if (name === backupFiles.postgres) await this.postgres.load(content, database.size);
    }
  }

  /** The database first: files that say "swapped" and no former database are an end that was interrupted. */
  private async finish(pod: DataPod): Promise<void> {
    await this.postgres?.finish();
    await pod.run("restore", ["finish"]);
  }

  private async stopChat(): Promise<void> {
    this.report("stopping the chat");
    const { namespace } = this.config;
    await this.scale(0);
    const pod = `pod/${chatPod}`;
    await this.cluster.kubectl(["wait", "-n", namespace, "--for=delete", pod, "--timeout=180s"]);
  }

  private async startChat(): Promise<void> {
    await this.scale(1);
    const { namespace } = this.config;
    const report = (state: string) => this.report(`starting the chat: ${state}`);
    await waitForPod(this.cluster, { namespace, name: chatPod, timeoutSeconds: startSeconds, report });
  }

  private async scale(replicas: number): Promise<void> {
    const workload = `statefulset/${components.openWebUi}`;
    await this.cluster.kubectl(["scale", "-n", this.config.namespace, workload, `--replicas=${replicas}`]);
  }

  /** @returns what to tell instead of the error */
  private async undo(error: unknown): Promise<unknown> {
    if (!(error instanceof Failure) || error instanceof Interrupted) return error;
    this.report("Open WebUI didn't start: putting back what was there before");
    await this.stopChat();
    // The files first: none that are being exchanged and a former database are an undoing that was interrupted.
    await this.inPod((pod) => pod.run("restore", ["undo"]));
    await this.postgres?.undo();
    await this.startChat();
    return new Failure(
      `Open WebUI didn't start on the backup's data; what was there before is back. ${error.message}`,
      error.next,
    );
  }

  private inPod<T>(use: (pod: DataPod) => Promise<T>): Promise<T> {
    return DataPod.during(this.cluster, this.config, use);
  }
}

const chatPod = `${components.openWebUi}-0`;

/** Migrations of an old database take their time. */
const startSeconds = 600;

async function readState(pod: DataPod): Promise<RestoreState | null> {
  return JSON.parse(await pod.run("restore", ["state"])) as RestoreState | null;
}

/** The Secrets belong into the cluster, and a dump into Postgres. */
const besideVolume: readonly string[] = [backupFiles.secrets, backupFiles.postgres];

async function* onVolume(entries: Backup["entries"]): AsyncGenerator<ArchiveEntry> {
  for await (const entry of entries) if (!besideVolume.includes(entry.name)) yield entry;
}
