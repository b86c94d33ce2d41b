import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";

export interface CommandResult {
  /** None when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Command = ChildProcessByStdio<null, Readable, Readable>;

/** The project's commands, as people run them in its folder, while this process goes on. */
export class Commands {
  private readonly cwd: string;
  private readonly env: Readonly<Record<string, string>>;

  /** @param env - added to this process' environment */
  constructor(cwd: string, env: Readonly<Record<string, string>> = {}) {
    this.cwd = cwd;
    this.env = env;
  }

  /** Runs a command to its end, whatever that is. */
  async run(...args: readonly string[]): Promise<CommandResult> {
    return endOf(this.start(args));
  }

  /**
   * Runs a command to its end.
   * @returns what it printed
   * @throws with everything that it printed when it fails
   */
  async succeed(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(...args);
    if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}\n${stdout}\n${stderr}`);
    return stdout;
  }

  /** Runs a line as a person types it, to its end, whatever that is. */
  async shell(line: string): Promise<CommandResult> {
    return endOf(this.startProgram("bash", ["-c", line]));
  }

  /**
   * Kills a command, as `kill -9` does, as soon as it has printed a text.
   * @throws when it ends without
   */
  async killAt(printed: string, ...args: readonly string[]): Promise<void> {
    const child = this.start(args);
    const end = endOf(child);
    let stdout = "";
    child.stdout.on("data", (data) => {
      stdout += String(data);
      if (stdout.includes(printed)) child.kill("SIGKILL");
    });
    const { code, stderr } = await end;
    if (code !== null) throw new Error(`${args.join(" ")} ended without "${printed}"\n${stdout}\n${stderr}`);
  }

  private start(args: readonly string[]): Command {
    return this.startProgram(process.execPath, ["-r", "tsx/cjs", "ops/main.ts", ...args]);
  }

  private startProgram(program: string, args: readonly string[]): Command {
    return spawn(program, args, {
      cwd: this.cwd,
      env: { ...process.env, ...this.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
  }
}

async function endOf(child: Command): Promise<CommandResult> {
  const [[code], stdout, stderr] = (await Promise.all([
    once(child, "close"),
    text(child.stdout),
    text(child.stderr),
  ])) as [[number | null], string, string];
  return { code, stdout, stderr };
}
