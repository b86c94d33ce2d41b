import { spawn } from "node:child_process";
import path from "node:path";
import { text } from "node:stream/consumers";

export const project = path.join(__dirname, "..", "..");

export interface Run {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a TypeScript program as the project's npm scripts do, in another folder and with these variables alone.
 * @param program - relative to the project, or absolute
 */
export async function runProgram(
  program: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<Run> {
  const child = spawn(process.execPath, ["-r", require.resolve("tsx/cjs"), path.resolve(project, program), ...args], {
    cwd,
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const [exitCode, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { exitCode, stdout, stderr };
}
