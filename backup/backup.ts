import { Readable } from "node:stream";
import { type ArchiveEntry, packArchive } from "./archive";
import { encrypt } from "./encryption";
import { backupFiles } from "./files";
import type { Manifest } from "./manifest";

export interface Backup {
  readonly manifest: Manifest;
  /** The Secrets as a Kubernetes List, if they are there; the database; the data folder's other files. */
  readonly entries: AsyncIterable<ArchiveEntry>;
}

/**
 * The backup as one encrypted file: a compressed tar file, encrypted by age. It is made while it is read; the first entry
 * is asked for when the key is there.
 * @param secret - a passphrase, or a recipient of age
 * @param workFactor - logarithm of what a guess of the passphrase costs
 */
export function sealBackup({ manifest, entries }: Backup, secret: string, workFactor?: number): Promise<Readable> {
  async function* all(): AsyncGenerator<ArchiveEntry> {
    yield textEntry(backupFiles.manifest, JSON.stringify(manifest, undefined, 2));
    yield* entries;
  }
  return encrypt(() => packArchive(all()), secret, workFactor);
}

export function textEntry(name: string, content: string): ArchiveEntry {
  const bytes = Buffer.from(content);
  return { name, size: bytes.length, content: Readable.from([bytes]) };
}
