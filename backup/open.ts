import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { readArchive } from "./archive";
import type { Backup } from "./backup";
import { decrypt } from "./encryption";
import { BackupError } from "./error";
import { backupFiles } from "./files";
import { parseManifest } from "./manifest";

/**
 * Opens what `sealBackup` made. Only when all entries were read is it certain that the backup is whole.
 * @param secret - its passphrase, or its recipient's key
 * @throws BackupError when it is none, was damaged, or has another secret
 */
export async function openBackup(sealed: Readable, secret: string): Promise<Backup> {
  const entries = readArchive(await decrypt(sealed, secret));
  const { value, done } = await entries.next();
  if (done || value.name !== backupFiles.manifest) {
    sealed.destroy();
    throw new BackupError("This is no backup of this program: it doesn't begin with a manifest.");
  }
  return { manifest: parseManifest(await text(value.content)), entries };
}
