import { Readable } from "node:stream";
import { Decrypter, Encrypter } from "age-encryption";
import { BackupError } from "./error";
import { defaultWorkFactor, PassphraseIdentity, PassphraseRecipient } from "./scrypt";

/** The public half of a key that `age-keygen` makes: whoever has it can seal, and open nothing. */
const recipientShape = /^age1[02-9ac-hj-np-z]{58}$/;

/** The other half, which opens. */
const identityShape = /^AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}$/;

/**
 * A file of age, such as `age --decrypt` opens with the same passphrase, or with the key of a recipient. Nothing is held in
 * memory as a whole.
 * @param open - called when the key is there, which takes a while: from then on it is read at once
 * @param secret - a passphrase, or a recipient such as `age1…`
 * @param workFactor - logarithm of what a guess of a passphrase costs
 */
export async function encrypt(
  open: () => Readable,
  secret: string,
  workFactor: number = defaultWorkFactor,
): Promise<Readable> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipientShape.test(secret) ? secret : await PassphraseRecipient.derive(secret, workFactor));
  return fromWeb(await encrypter.encrypt(toWeb(open())));
}

/**
 * The other way round. What was changed or cut off is noticed when it is read: the stream then fails.
 * @param secret - the passphrase, or a recipient's key such as `AGE-SECRET-KEY-1…`
 * @throws BackupError when it is no file of age, or the secret is another
 */
export async function decrypt(encrypted: Readable, secret: string): Promise<Readable> {
  const decrypter = new Decrypter();
  const isKey = identityShape.test(secret);
  decrypter.addIdentity(isKey ? secret : new PassphraseIdentity(secret));
  try {
    return fromWeb(await decrypter.decrypt(toWeb(encrypted)));
  } catch (error) {
    encrypted.destroy();
    const message = error instanceof Error ? error.message : String(error);
    throw new BackupError(
      message.startsWith("no identity matched")
        ? `This ${isKey ? "key" : "passphrase"} doesn't open the backup.`
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
