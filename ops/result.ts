/** What a command ends with. */
export interface Result {
  /** For people. */
  readonly lines?: readonly string[];
  /** For programs, in place of the lines, with `--json`. */
  readonly data?: object;
  /** What to do now: the last line. */
  readonly next: string;
  /** Whether something is there that has to be mended: the exit code is 1 then. @default false */
  readonly failed?: boolean;
}

/** Prints a result and sets the exit code. */
export function tell({ lines = [], data, next, failed = false }: Result, json = false): void {
  if (json) say(JSON.stringify({ ...data, next }, undefined, 2));
  else for (const line of [...lines, `next: ${next}`]) say(line);
  if (failed) process.exitCode = 1;
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
