import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { type ArchiveEntry, packArchive } from "../backup/archive";
import { type Backup, backupFiles } from "../backup/backup";
import type { Manifest } from "../backup/manifest";
import { openBackup } from "../backup/open";
import type { StackConfig } from "../lib/config";
import { components } from "../lib/naming";
import type { Cluster } from "./cluster";
import { DataPod } from "./data-pod";
import { Failure, Interrupted } from "./failure";
import type { Report } from "./progress";
import { waitForPod } from "./start";

/** A backup that was read to its end: it is whole, and the passphrase is right. */
export interface CheckedBackup {
  readonly manifest: Manifest;
  /** Bytes of the database and the files. */
  readonly size: number;
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
  let size = 0;
  let files = 0;
  let secrets: string | undefined;
  for await (const entry of entries) {
    if (entry.name === backupFiles.secrets) {
      secrets = await text(entry.content);
    } else {
      size += entry.size;
      if (entry.name !== backupFiles.sqlite) files += 1;
    }
  }
  return { manifest, size, files, secrets: manifest.hasSecrets ? secrets : undefined };
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
  }

  async run(): Promise<void> {
    await this.inPod(async (pod) => {
      await this.prepare(pod);
      await this.stopChat();
      this.report("exchanging the data");
      await pod.run("restore", ["swap"]);
    });
    try {
      await this.startChat();
    } catch (error) {
      throw await this.undo(error);
    }
    await this.inPod((pod) => pod.run("restore", ["finish"]));
    this.report("done");
  }

  /** Until the backup's data lie beside the others. */
  private async prepare(pod: DataPod): Promise<void> {
    await this.requireKnownRevision(pod);
    const state = await readState(pod);
    // Of a run that was killed.
    if (state?.id === this.checked.manifest.id && !state.step.startsWith("undoing")) return;
    await this.endOther(pod, state);
    this.report("sending the backup");
    await this.send(pod);
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
    if (state === null || state.step === "received") return;
    if (state.step === "swapped") {
      await pod.run("restore", ["finish"]);
      return;
    }
    this.report("undoing a restore that was interrupted");
    await this.stopChat();
    await pod.run("restore", ["undo"]);
  }

  private async send(pod: DataPod): Promise<void> {
    const { manifest, size } = this.checked;
    const { entries } = await openBackup(await this.open(), this.passphrase);
    const receiver = pod.stream("restore", ["receive", manifest.id, String(size)]);
    receiver.stdout.resume();
    const sending = pipeline(packArchive(withoutSecrets(entries)), receiver.stdin);
    // When the receiver gives up, the pipe breaks: its own words tell why.
    const [received, sent] = await Promise.allSettled([receiver.ended, sending]);
    for (const outcome of [received, sent]) if (outcome.status === "rejected") throw outcome.reason;
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
    await this.inPod((pod) => pod.run("restore", ["undo"]));
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

async function* withoutSecrets(entries: Backup["entries"]): AsyncGenerator<ArchiveEntry> {
  for await (const entry of entries) if (entry.name !== backupFiles.secrets) yield entry;
}
