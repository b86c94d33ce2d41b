import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { End } from "./ends";
import type { Outcome, ProbeTarget } from "./probe";

/** What runs probes. */
export interface Source extends End {
  /** For titles of tests. */
  readonly name: string;
  /** What comes before the program that is to run there. */
  readonly command: readonly string[];
}

export interface Target extends ProbeTarget {
  /** For titles of tests. */
  readonly name: string;
  /** Where the connection ends, as policies see it: a Service's address is another's by then. */
  readonly end: End & { readonly port: number };
}

/** What a source tries to reach. */
export interface Attempt {
  readonly source: Source;
  readonly targets: readonly Target[];
}

/** What each source reaches, by its name, as `name protocol port`. */
export type Reached = Readonly<Record<string, readonly string[]>>;

/** All ports of one end, on TCP and UDP. */
export function targetsOf(name: string, end: End, ports: readonly number[]): readonly Target[] {
  return ports.flatMap((port) =>
    (["TCP", "UDP"] as const).map((protocol) => ({
      name,
      address: end.address,
      port,
      protocol,
      end: { ...end, port },
    })),
  );
}

/** What is reached when exactly these attempts succeed. */
export function expectReached(
  attempts: readonly Attempt[],
  succeeds: (source: Source, target: Target) => boolean,
): Reached {
  return Object.fromEntries(
    attempts.map(({ source, targets }) => [
      source.name,
      targets.filter((target) => succeeds(source, target)).map(describeTarget),
    ]),
  );
}

/**
 * Makes all attempts at once, each source's in one process, and those of a source again until they end as expected or a
 * minute has passed: policies take effect some time after they were applied.
 * @param program - the probe's text
 */
export async function probeUntil(expected: Reached, attempts: readonly Attempt[], program: string): Promise<Reached> {
  const deadline = Date.now() + 60_000;
  const probeSource = async (attempt: Attempt) => {
    const { name } = attempt.source;
    for (;;) {
      const reached = await probeFrom(attempt, program);
      if (JSON.stringify(reached) === JSON.stringify(expected[name]) || Date.now() > deadline) return [name, reached];
    }
  };
  return Object.fromEntries(await Promise.all(attempts.map(probeSource)));
}

const execute = promisify(execFile);

async function probeFrom({ source, targets }: Attempt, program: string): Promise<readonly string[]> {
  const list = targets.map(({ address, port, protocol }): ProbeTarget => ({ address, port, protocol }));
  const [command = "", ...args] = [...source.command, "node", "-e", program, "probe", JSON.stringify(list)];
  const { stdout } = await execute(command, args);
  const outcomes = JSON.parse(stdout) as readonly Outcome[];
  return targets.filter((_, index) => outcomes[index] === "reached").map(describeTarget);
}

function describeTarget({ name, protocol, port }: Target): string {
  return `${name} ${protocol} ${port}`;
}
