import { chmodSync, mkdirSync } from "node:fs";
import { stateFolder } from "./naming";

/**
 * Makes the folder of the local Terraform state, for its owner only, before Terraform would make it readable by all:
 * the state holds the access key.
 * @param folder - absolute, or relative to the project
 */
export function ensureStateFolder(folder: string = stateFolder): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
}
