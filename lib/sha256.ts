import { createHash } from "node:crypto";

/** SHA-256 of a text, in hexadecimal. The digest of a secret may stand only where the secret itself may: it can be guessed at. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
