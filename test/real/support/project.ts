import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const root = path.join(__dirname, "..", "..", "..");

/** What isn't the project's own, or was made by its commands. */
const leftOut: ReadonlySet<string> = new Set([
  ".git",
  "node_modules",
  "dist",
  "cdktf.out",
  "state",
  "backups",
  "coverage",
]);

/** A copy of the project in a temporary folder, with this one's packages: what a test deploys stays out of the checkout. */
export class ProjectCopy {
  readonly folder: string;

  constructor() {
    this.folder = mkdtempSync(path.join(tmpdir(), "open-webui-bedrock-"));
    for (const entry of readdirSync(root).filter((name) => !leftOut.has(name)))
      cpSync(path.join(root, entry), path.join(this.folder, entry), { recursive: true });
    symlinkSync(path.join(root, "node_modules"), path.join(this.folder, "node_modules"));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
