import type { Cluster } from "./cluster";
import type { Pod } from "./start";

interface Event {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly count?: number;
  readonly lastTimestamp?: string | null;
  readonly involvedObject: { readonly kind: string; readonly name: string };
}

const shownEvents = 5;
const shownLines = 15;

/** Why a pod doesn't get ready, in Kubernetes' and the program's own words: its warnings, and its last log lines. */
export async function diagnose(
  cluster: Cluster,
  namespace: string,
  workload: string,
  pod: Pod | undefined,
): Promise<readonly string[]> {
  const events = await cluster.list<Event>(["events", "-n", namespace]);
  const about = events.filter(({ involvedObject }) => involvedObject.name.startsWith(pod?.metadata.name ?? workload));
  const warnings = about
    .filter(({ type }) => type === "Warning")
    .toSorted((a, b) => ((a.lastTimestamp ?? "") < (b.lastTimestamp ?? "") ? -1 : 1))
    .slice(-shownEvents)
    .map(({ reason, message, count = 1 }) => `  ${reason}${count > 1 ? ` (${count} times)` : ""}: ${message}`);
  return [
    ...(pod === undefined ? [] : lastEnds(pod)),
    ...(warnings.length === 0 ? [] : [`Events of ${pod?.metadata.name ?? workload}:`, ...warnings]),
    ...(pod === undefined ? [] : await lastLines(cluster, namespace, pod)),
  ];
}

/** Why its containers ended before, such as `OOMKilled`. */
function lastEnds({ status }: Pod): readonly string[] {
  return (status.containerStatuses ?? []).flatMap(({ name, restartCount, lastState }) => {
    const { reason, exitCode } = lastState?.terminated ?? {};
    if (reason === undefined) return [];
    return [
      `The container ${name} was started again ${restartCount} times; it ended with ${reason}, code ${exitCode}.`,
    ];
  });
}

/** Of the time before, when the container has been started again. */
async function lastLines(cluster: Cluster, namespace: string, { metadata, status }: Pod): Promise<readonly string[]> {
  const hasRestarted = (status.containerStatuses?.[0]?.restartCount ?? 0) > 0;
  const previous = hasRestarted ? ["--previous"] : [];
  const logs = ["logs", "-n", namespace, metadata.name, `--tail=${shownLines}`, ...previous];
  // A container that never started has none.
  const { code, stdout } = await cluster.try(logs);
  if (code !== 0 || stdout.trim() === "") return [];
  return [
    `Last lines of its log:`,
    ...stdout
      .trimEnd()
      .split("\n")
      .map((line) => `  ${line}`),
  ];
}
