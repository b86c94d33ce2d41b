import { createCipheriv, createDecipheriv, randomBytes, scrypt } from "node:crypto";
import { promisify } from "node:util";
import { type Identity, type Recipient, Stanza } from "age-encryption";

/**
 * age's recipient "scrypt" (C2SP, age.md): the file's key, encrypted with a key that is derived from a passphrase. The
 * package has it, too, but with a scrypt in JavaScript, which takes 19 CPU seconds where Node's own takes one.
 */
const label = "age-encryption.org/v1/scrypt";

/** Logarithm of the cost, as the program `age` has it: 256 MiB and about a second for each guess. */
export const defaultWorkFactor = 18;

/** 1 GiB: what a stranger's file may make this program use. */
const highestWorkFactor = 20;

const cipher = "chacha20-poly1305";
const nonce = Buffer.alloc(12);
const tagLength = 16;

export class PassphraseRecipient implements Recipient {
  private readonly salt: Buffer;
  private readonly workFactor: number;
  private readonly key: Buffer;

  private constructor(salt: Buffer, workFactor: number, key: Buffer) {
    this.salt = salt;
    this.workFactor = workFactor;
    this.key = key;
  }

  /** For one file: the next one gets another salt. */
  static async derive(passphrase: string, workFactor: number): Promise<PassphraseRecipient> {
    const salt = randomBytes(16);
    return new PassphraseRecipient(salt, workFactor, await deriveKey(passphrase, salt, workFactor));
  }

  wrapFileKey(fileKey: Uint8Array): Stanza[] {
    const encryption = createCipheriv(cipher, this.key, nonce, { authTagLength: tagLength });
    const body = Buffer.concat([encryption.update(fileKey), encryption.final(), encryption.getAuthTag()]);
    return [new Stanza(["scrypt", this.salt.toString("base64").replace(/=+$/, ""), String(this.workFactor)], body)];
  }
}

export class PassphraseIdentity implements Identity {
  private readonly passphrase: string;

  constructor(passphrase: string) {
    this.passphrase = passphrase;
  }

  /** @returns null for a file that this passphrase doesn't open */
  async unwrapFileKey(stanzas: Stanza[]): Promise<Uint8Array | null> {
    const [stanza, ...others] = stanzas;
    const [kind, salt = "", factor = ""] = stanza?.args ?? [];
    // Beside a passphrase there is no other recipient: who knows one couldn't tell who wrote the file.
    if (stanza === undefined || kind !== "scrypt" || others.length > 0) return null;
    if (!/^[1-9]\d?$/.test(factor) || Number(factor) > highestWorkFactor) return null;
    const key = await deriveKey(this.passphrase, Buffer.from(salt, "base64"), Number(factor));
    const decryption = createDecipheriv(cipher, key, nonce, { authTagLength: tagLength });
    decryption.setAuthTag(stanza.body.subarray(-tagLength));
    try {
      return Buffer.concat([decryption.update(stanza.body.subarray(0, -tagLength)), decryption.final()]);
    } catch {
      return null;
    }
  }
}

const derive = promisify<string, Buffer, number, object, Buffer>(scrypt);

function deriveKey(passphrase: string, salt: Buffer, factor: number): Promise<Buffer> {
  const cost = { N: 2 ** factor, r: 8, p: 1 };
  // Node counts a little more than the 128 * N * r bytes of the algorithm.
  return derive(passphrase, Buffer.concat([Buffer.from(label), salt]), 32, { ...cost, maxmem: 130 * cost.N * cost.r });
}
