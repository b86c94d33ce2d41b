import { chmodSync, mkdirSync } from "node:fs";

/**
 * Makes a folder, or tightens the one that is there, for its owner only. Terraform itself would make it readable by
 * all, and the state and a saved plan hold the access key.
 * @param folder - absolute, or relative to the project
 */
export function ensurePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
}
