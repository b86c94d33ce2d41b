import { existsSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { run } from "../support/run";

const version = "1.44.5";

/** Installs boto3 from PyPI, once per version. @returns its Python */
export function installBoto3(): string {
  const cache = path.join(process.env["XDG_CACHE_HOME"] || path.join(homedir(), ".cache"), "open-webui-bedrock");
  const environment = path.join(cache, `boto3-${version}`);
  const python = path.join(environment, "bin", "python");
  if (!existsSync(path.join(environment, "complete"))) {
    run("python3", ["-m", "venv", "--clear", environment]);
    run(python, ["-m", "pip", "install", "--quiet", `boto3==${version}`]);
    writeFileSync(path.join(environment, "complete"), "");
  }
  return python;
}
