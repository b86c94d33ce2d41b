import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "./cluster";
import { Failure } from "./failure";

/** What is read of a Pod. */
export interface Pod {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly status: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
    readonly containerStatuses?: readonly {
      readonly ready: boolean;
      readonly restartCount?: number;
      readonly state: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
    }[];
  };
}

/** How far a pod is, in a word or a sentence: `ready`, `starting`, or what keeps it. */
export function describeStart({ status }: Pod): string {
  const unscheduled = status.conditions?.find(({ type }) => type === "PodScheduled");
  if (unscheduled?.status === "False") return `waits for a node or a volume: ${firstSentence(unscheduled.message)}`;
  const [container] = status.containerStatuses ?? [];
  if (container?.ready === true) return "ready";
  const waiting = container?.state.waiting;
  if (waiting === undefined) return "starting";
  if (waiting.reason === "ContainerCreating" || waiting.reason === "PodInitializing")
    return "preparing image and volumes";
  return [waiting.reason, waiting.message].filter((part) => part !== undefined).join(": ");
}

/** The scheduler goes on about preemption after it. */
function firstSentence(message = "no reason is told"): string {
  return message.split(/\.\s/)[0] ?? message;
}

export interface WaitOptions {
  readonly namespace: string;
  /** How many pods there have to be. */
  readonly count: number;
  readonly timeoutSeconds: number;
  /** Told each time a pod gets further. */
  readonly report: (app: string, state: string) => void;
}

/**
 * Waits until all pods of a Namespace are ready.
 * @throws Failure with each pod's state when that takes too long
 */
export async function waitUntilReady(cluster: Cluster, options: WaitOptions): Promise<void> {
  const deadline = Date.now() + options.timeoutSeconds * 1000;
  const known = new Map<string, string>();
  for (;;) {
    const pods = await cluster.list<Pod>(["pods", "-n", options.namespace]);
    for (const pod of pods) {
      const app = pod.metadata.labels["app"] ?? pod.metadata.name;
      const state = describeStart(pod);
      if (known.get(app) !== state) options.report(app, state);
      known.set(app, state);
    }
    if (pods.length >= options.count && pods.every((pod) => describeStart(pod) === "ready")) return;
    if (Date.now() > deadline) throw new Failure(tooSlow(options, known));
    await sleep(500);
  }
}

function tooSlow({ namespace, count, timeoutSeconds }: WaitOptions, known: ReadonlyMap<string, string>): string {
  const states = [...known].map(([app, state]) => `  - ${app}: ${state}`);
  return [
    `${known.size} of ${count} pods are there, and not all are ready after ${timeoutSeconds} s:`,
    ...states,
    `Look closer: kubectl -n ${namespace} describe pods; kubectl -n ${namespace} get events`,
  ].join("\n");
}
