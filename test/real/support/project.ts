import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const root = path.join(__dirname, "..", "..", "..");

/** What a person's checkout has and the standard tools and the tests need. */
const sources = [
  "lib",
  "k8s",
  "terraform",
  "synth",
  "ops",
  "simulator",
  "examples",
  "docs",
  "test",
  "README.md",
  "CONTRIBUTING.md",
  "stack.config.ts",
  "cdktf.json",
  "cdk8s.yaml",
  "jest.config.js",
  ".swcrc",
  "biome.json",
  "package.json",
  "tsconfig.json",
];

/** A copy of the project in a temporary folder, with this one's packages: what a test deploys stays out of the checkout. */
export class ProjectCopy {
  readonly folder: string;

  constructor() {
    this.folder = mkdtempSync(path.join(tmpdir(), "open-webui-bedrock-"));
    for (const source of sources) cpSync(path.join(root, source), path.join(this.folder, source), { recursive: true });
    symlinkSync(path.join(root, "node_modules"), path.join(this.folder, "node_modules"));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
