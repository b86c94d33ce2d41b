import { readFileSync } from "node:fs";
import path from "node:path";

/**
 * The text of a file, for a configuration: `systemPrompt: readText("prompts/guide.md")`.
 * @param file - relative to the configuration file's folder, or else to the project
 * @returns the text without blanks at its end
 * @throws when there is no such file, or it isn't UTF-8
 */
export function readText(file: string, env: NodeJS.ProcessEnv = process.env): string {
  const call = `readText(${JSON.stringify(file)})`;
  const [found] = configFolders(env).flatMap((folder) => readIfThere(path.join(folder, file)) ?? []);
  if (found === undefined)
    throw new Error(`${call}: there is no such file; give its path from the configuration file's folder`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(found).trimEnd();
  } catch {
    throw new Error(`${call}: the file isn't UTF-8 text; save it as UTF-8`);
  }
}

/** Where a configuration's files are looked for: beside it, then in the project. */
export function configFolders(env: NodeJS.ProcessEnv = process.env): readonly string[] {
  return [path.dirname(path.resolve(env["STACK_CONFIG"] || "stack.config.ts")), process.cwd()];
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
