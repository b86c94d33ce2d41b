import { type ChildProcess, type ChildProcessWithoutNullStreams, type SpawnOptions, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
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
  /** Whether it tidies up: then it runs after an interruption, too, and to its end. @default false */
  readonly tidiesUp?: boolean;
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
  { input = "", cwd, env, accept = [0], tidiesUp = false }: ProcessOptions = {},
): Promise<ProcessResult> {
  const start = tidiesUp ? startDetached : startProcess;
  const child = start(program, args, { cwd, env: { ...process.env, ...env }, stdio: "pipe" });
  // The program may end before it has read everything: its own error tells why.
  child.stdin?.on("error", () => {}).end(input);
  const [code, stdout, stderr] = await Promise.all([exitCode(child, program), read(child.stdout), read(child.stderr)]);
  if (!tidiesUp) interruption.throwIfAborted();
  if (!accept.includes(code))
    throw new Failure(`${[program, ...args].join(" ")} failed: ${stderr.trim() || stdout.trim()}`);
  return { code, stdout, stderr };
}

/** Starts a program in a process group of its own: Ctrl-C reaches it once, through this process. */
export function startProcess(program: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  interruption.throwIfAborted();
  const child = startDetached(program, args, options);
  const interrupt = () => child.kill("SIGINT");
  interruption.addEventListener("abort", interrupt);
  child.once("close", () => interruption.removeEventListener("abort", interrupt));
  return child;
}

function startDetached(program: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  return spawn(program, args, { env: process.env, ...options, detached: true });
}

/** A program between two streams. */
export interface StreamingProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** @throws Failure with the program's own words */
  readonly ended: Promise<void>;
}

/** Starts a program that takes or gives more than fits into memory. */
export function streamProcess(program: string, args: readonly string[]): StreamingProcess {
  const child = startProcess(program, args, { stdio: "pipe" }) as ChildProcessWithoutNullStreams;
  const ended = Promise.all([exitCode(child, program), text(child.stderr)]).then(([code, stderr]) => {
    interruption.throwIfAborted();
    // kubectl exec adds a line to what the program in the pod says.
    const words = stderr.replace(/^command terminated with exit code \d+$/m, "").trim();
    if (code !== 0) throw new Failure(words || `${program} ended with ${code}.`);
  });
  // Whoever uses the streams may fail before.
  ended.catch(() => undefined);
  // The program may end before it has read everything: its own error tells why.
  child.stdin.on("error", () => {});
  return { stdin: child.stdin, stdout: child.stdout, ended };
}

/** Lets a program read all of a stream. @throws Failure with the program's words, or what the stream failed with */
export async function pour(source: Readable, { stdin, stdout, ended }: StreamingProcess): Promise<void> {
  stdout.resume();
  // When the program gives up, the pipe breaks: its own words tell why.
  await allEnded([ended, pipeline(source, stdin)]);
}

/** Waits for all of them. @throws what the first one in this order failed with */
export async function allEnded(running: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(running)) if (outcome.status === "rejected") throw outcome.reason;
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
