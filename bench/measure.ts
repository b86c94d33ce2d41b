import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** One run of a program and of everything it started. */
export interface Run {
  readonly wallSeconds: number;
  /** The largest resident set of a single Node.js process, in decimal megabytes. */
  readonly peakMegabytes: number;
}

/** Preloaded into every Node.js process of a run: leaves the process' largest resident set behind as a file. */
const reporter = path.join(__dirname, "report-peak.js");

/**
 * Runs a program once, with nothing cached: tsx may not keep what it compiled.
 * @throws with the program's output when it fails
 */
export function runOnce(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Run {
  const folder = mkdtempSync(path.join(tmpdir(), "bench-"));
  try {
    const start = process.hrtime.bigint();
    const { status, stdout, stderr } = spawnSync(program, args, {
      cwd,
      encoding: "utf8",
      env: {
        ...process.env,
        ...env,
        TSX_DISABLE_CACHE: "1",
        CHECKPOINT_DISABLE: "1",
        NODE_OPTIONS: `--require=${reporter}`,
        BENCH_FOLDER: folder,
      },
    });
    const wallSeconds = Number(process.hrtime.bigint() - start) / 1e9;
    if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status}\n${stdout}\n${stderr}`);
    const peaks = readdirSync(folder).map((file) => Number(readFileSync(path.join(folder, file), "utf8")));
    return { wallSeconds, peakMegabytes: (Math.max(...peaks) * 1024) / 1e6 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The middle one of an odd number of values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error("median: got no values; allowed: at least one.");
  return middle;
}
