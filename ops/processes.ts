import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { Failure } from "./failure";
import { interruption } from "./interruption";

export interface ProcessOptions {
  /** Its standard input. @default nothing */
  readonly input?: string;
  /** Where it runs. @default here */
  readonly cwd?: string;
  /** Added to this process' environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that are no failure. @default [0] */
  readonly accept?: readonly number[];
}

export interface ProcessResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end, also when this one is interrupted meanwhile: it is told, and may tidy up.
 * @throws Failure with the program's own words when it isn't there, or ends with another code
 * @throws Interrupted after the program's end
 */
export async function runProcess(
  program: string,
  args: readonly string[],
  { input = "", cwd, env, accept = [0] }: ProcessOptions = {},
): Promise<ProcessResult> {
  const child = startProcess(program, args, { cwd, env: { ...process.env, ...env }, stdio: "pipe" });
  // The program may end before it has read everything: its own error tells why.
  child.stdin?.on("error", () => {}).end(input);
  const [code, stdout, stderr] = await Promise.all([exitCode(child, program), read(child.stdout), read(child.stderr)]);
  interruption.throwIfAborted();
  if (!accept.includes(code))
    throw new Failure(`${[program, ...args].join(" ")} failed: ${stderr.trim() || stdout.trim()}`);
  return { code, stdout, stderr };
}

/** Starts a program in a process group of its own: Ctrl-C reaches it once, through this process. */
export function startProcess(program: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  interruption.throwIfAborted();
  const child = spawn(program, args, { env: process.env, ...options, detached: true });
  const interrupt = () => child.kill("SIGINT");
  interruption.addEventListener("abort", interrupt);
  child.once("close", () => interruption.removeEventListener("abort", interrupt));
  return child;
}

function exitCode(child: ChildProcess, program: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(explainStart(program, error)));
    child.once("close", (code, signal) => {
      if (code !== null) return resolve(code);
      reject(interruption.aborted ? interruption.reason : new Failure(`${program} was ended by ${signal}.`));
    });
  });
}

function read(stream: NodeJS.ReadableStream | null): Promise<string> | string {
  return stream === null ? "" : text(stream);
}

function explainStart(program: string, error: NodeJS.ErrnoException): Error {
  if (error.code !== "ENOENT") return error;
  const page = pages[program];
  return new Failure(
    `${program} isn't installed, or not on the PATH.`,
    page === undefined ? undefined : `install it: ${page}`,
  );
}

const pages: Readonly<Record<string, string>> = {
  kubectl: "https://kubernetes.io/docs/tasks/tools/",
  terraform: "https://developer.hashicorp.com/terraform/install",
  tofu: "https://opentofu.org/docs/intro/install/",
};
