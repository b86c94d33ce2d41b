import { spawnSync } from "node:child_process";

export interface RunOptions {
  readonly cwd?: string;
  readonly input?: string;
  /** Added to this process' environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that are no failure. @default [0] */
  readonly accept?: readonly number[];
}

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end.
 * @throws with the program's output when it ends with a code that isn't accepted
 */
export function run(program: string, args: readonly string[], options: RunOptions = {}): RunResult {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: options.cwd,
    input: options.input ?? "",
    env: { ...process.env, ...options.env },
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined) throw error;
  const code = status ?? -1;
  if (!(options.accept ?? [0]).includes(code)) {
    throw new Error(`${program} ${args.join(" ")} ended with ${code}\n${stdout.slice(-4000)}\n${stderr.slice(-4000)}`);
  }
  return { code, stdout, stderr };
}
