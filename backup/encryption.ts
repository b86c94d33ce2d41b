import { Readable } from "node:stream";
import { Decrypter, Encrypter } from "age-encryption";
import { BackupError } from "./error";
import { defaultWorkFactor, PassphraseIdentity, PassphraseRecipient } from "./scrypt";

/**
 * A file of age, such as `age --decrypt` opens with the same passphrase. Nothing is held in memory as a whole.
 * @param open - called when the key is there, which takes a while: from then on it is read at once
 * @param workFactor - logarithm of what a guess costs
 */
export async function encrypt(
  open: () => Readable,
  passphrase: string,
  workFactor: number = defaultWorkFactor,
): Promise<Readable> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(await PassphraseRecipient.derive(passphrase, workFactor));
  return fromWeb(await encrypter.encrypt(toWeb(open())));
}

/**
 * The other way round. What was changed or cut off is noticed when it is read: the stream then fails.
 * @throws BackupError when it is no file of age, or the passphrase is another
 */
export async function decrypt(encrypted: Readable, passphrase: string): Promise<Readable> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(new PassphraseIdentity(passphrase));
  try {
    return fromWeb(await decrypter.decrypt(toWeb(encrypted)));
  } catch (error) {
    encrypted.destroy();
    const message = error instanceof Error ? error.message : String(error);
    throw new BackupError(
      message.startsWith("no identity matched")
        ? "This passphrase doesn't open the backup."
        : `This is no backup, or its beginning is damaged: ${message}.`,
    );
  }
}

// Node's types of web streams aren't the browser's, which the package names.
function toWeb(stream: Readable): ReadableStream<Uint8Array> {
  return Readable.toWeb(stream) as ReadableStream<Uint8Array>;
}

function fromWeb(stream: ReadableStream<Uint8Array>): Readable {
  return Readable.fromWeb(stream as Parameters<typeof Readable.fromWeb>[0]);
}
