import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { type ArchiveEntry, packArchive, readArchive } from "./archive";
import { decrypt, encrypt } from "./encryption";
import { BackupError } from "./error";
import { type Manifest, parseManifest } from "./manifest";

/** Names of a backup's files; what else is in it begins with {@link dataPrefix}. */
export const backupFiles = { manifest: "manifest.json", secrets: "secrets.json", sqlite: "database.sqlite" } as const;

/** Before the names of the data folder's files. */
export const dataPrefix = "data/";

export interface Backup {
  readonly manifest: Manifest;
  /** The Secrets as a Kubernetes List, if they are there; the database; the data folder's other files. */
  readonly entries: AsyncIterable<ArchiveEntry>;
}

/**
 * The backup as one encrypted file: a compressed tar file, encrypted by age. It is made while it is read; the first entry
 * is asked for when the key is there.
 * @param workFactor - logarithm of what a guess of the passphrase costs
 */
export function sealBackup({ manifest, entries }: Backup, passphrase: string, workFactor?: number): Promise<Readable> {
  async function* all(): AsyncGenerator<ArchiveEntry> {
    yield textEntry(backupFiles.manifest, JSON.stringify(manifest, undefined, 2));
    yield* entries;
  }
  return encrypt(() => packArchive(all()), passphrase, workFactor);
}

/**
 * The other way round. Only when all entries were read is it certain that the backup is whole.
 * @throws BackupError when it is none, was damaged, or has another passphrase
 */
export async function openBackup(sealed: Readable, passphrase: string): Promise<Backup> {
  const entries = readArchive(await decrypt(sealed, passphrase));
  const { value, done } = await entries.next();
  if (done || value.name !== backupFiles.manifest) {
    sealed.destroy();
    throw new BackupError("This is no backup of this program: it doesn't begin with a manifest.");
  }
  return { manifest: parseManifest(await text(value.content)), entries };
}

export function textEntry(name: string, content: string): ArchiveEntry {
  const bytes = Buffer.from(content);
  return { name, size: bytes.length, content: Readable.from([bytes]) };
}
