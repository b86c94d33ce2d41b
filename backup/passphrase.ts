import { BackupError } from "./error";

/** The environment variable that a passphrase comes in; arguments are seen by everybody on the machine. */
export const passphraseVariable = "BACKUP_PASSPHRASE";

const shortest = 16;
const fewestDifferent = 8;

/**
 * Refuses what can be guessed: who has the backup may try for years.
 * @throws BackupError that doesn't repeat it
 */
export function requireStrongPassphrase(passphrase: string): void {
  const different = new Set(passphrase).size;
  if (passphrase.length >= shortest && different >= fewestDifferent) return;
  const given = passphrase === "" ? "nothing" : `${passphrase.length} characters, ${different} of them different`;
  throw new BackupError(
    `${passphraseVariable}: got ${given}; allowed: at least ${shortest} characters, ${fewestDifferent} of them different. Such as: openssl rand -base64 24`,
  );
}
