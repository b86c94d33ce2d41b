import { existsSync } from "node:fs";
import path from "node:path";
import { loadAccessKeys } from "../access-keys";
import { parseConfig, type StackConfig } from "./parse";
import { ConfigError } from "./problems";

/** The configuration file, relative to the project, unless `STACK_CONFIG` names another. */
const defaultConfigFile = "stack.config.ts";

/**
 * Loads the configuration that `STACK_CONFIG` names, or `stack.config.ts`, with the state of its access keys.
 * @param env - where `STACK_CONFIG` is looked up
 * @returns the checked and completed configuration
 * @throws ConfigError when the file is missing, can't be read as TypeScript, or is no valid configuration, or when the
 * access keys' file is wrong
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): StackConfig {
  const name = env["STACK_CONFIG"] || defaultConfigFile;
  const file = path.resolve(name);
  if (!existsSync(file)) {
    throw new ConfigError(name, [
      { path: "", message: `there is no such file; create it, or name another one: STACK_CONFIG=examples/minimal.ts.` },
    ]);
  }
  const config = parseConfig(readDefaultExport(file, name), name);
  return { ...config, accessKeys: loadAccessKeys(config.aws.userName) };
}

function readDefaultExport(file: string, name: string): unknown {
  let exported: { default?: unknown };
  try {
    exported = require(file);
  } catch (error) {
    // Of a missing module Node tells the whole way to it.
    const message = (error instanceof Error ? error.message : String(error)).replace(/\nRequire stack:[\s\S]*$/, "");
    throw new ConfigError(name, [
      { path: "", message: `can't be read: ${message.replaceAll(`${path.dirname(file)}${path.sep}`, "").trim()}` },
    ]);
  }
  if (exported.default === undefined) {
    throw new ConfigError(name, [
      { path: "", message: "exports nothing by default; write: export default defineConfig({ ... })." },
    ]);
  }
  return exported.default;
}

/**
 * Runs an entry point; a configuration error is told in its own words on standard error, with exit code 1 and no
 * stack trace. Other errors are defects and keep theirs.
 */
export function explainConfigErrors(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
