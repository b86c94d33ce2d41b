import { readFileSync } from "node:fs";
import path from "node:path";

/**
 * Programs for `python -c` in a pod with Open WebUI's image and its data, and one for `sh -c` with Postgres' image. Their
 * heads say what they take.
 */
export const podScripts = {
  snapshot: read("snapshot.py"),
  restore: read("restore.py"),
  dump: read("dump.sh"),
} as const;

function read(name: string): string {
  return readFileSync(path.join(__dirname, name), "utf8");
}
