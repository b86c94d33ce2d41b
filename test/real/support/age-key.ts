import { run } from "./run";

const program = `
import { generateX25519Identity, identityToRecipient } from "age-encryption";
const key = await generateX25519Identity();
console.log(key, await identityToRecipient(key));`;

export interface AgeKey {
  readonly key: string;
  /** Its public half. */
  readonly recipient: string;
}

/** A key of age, as `age-keygen` makes it. */
export function makeAgeKey(): AgeKey {
  const [key = "", recipient = ""] = run(process.execPath, ["--input-type=module", "-e", program])
    .stdout.trim()
    .split(" ");
  return { key, recipient };
}
