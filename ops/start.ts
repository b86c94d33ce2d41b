import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "./cluster";
import { Failure } from "./failure";
import { interruption } from "./interruption";

/** What is read of a Pod in the cluster. */
export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
  };
  readonly spec?: {
    readonly nodeName?: string;
    readonly containers: readonly {
      readonly name: string;
      readonly image: string;
      readonly resources?: { readonly limits?: { readonly cpu?: string; readonly memory?: string } };
    }[];
  };
  readonly status: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
    readonly containerStatuses?: readonly {
      readonly name?: string;
      readonly ready: boolean;
      readonly restartCount?: number;
      readonly state: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
      readonly lastState?: {
        readonly terminated?: { readonly reason?: string; readonly exitCode?: number; readonly finishedAt?: string };
      };
    }[];
  };
}

/** How far a pod is, in a word or a sentence: `ready`, `starting`, or what keeps it. */
export function describeStart({ metadata, status }: Pod): string {
  if (metadata.deletionTimestamp !== undefined) return "stopping";
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

export interface WaitForPodOptions {
  readonly namespace: string;
  readonly name: string;
  readonly timeoutSeconds: number;
  /** Told each time the pod gets further. @default nobody */
  readonly report?: (state: string) => void;
}

/**
 * Waits until a pod is ready, be it there already or not.
 * @throws Failure with its state when that takes too long
 */
export async function waitForPod(cluster: Cluster, options: WaitForPodOptions): Promise<void> {
  const { namespace, name, timeoutSeconds, report = () => {} } = options;
  const deadline = Date.now() + timeoutSeconds * 1000;
  let known = "";
  for (;;) {
    const [pod] = await cluster.list<Pod>(["pod", name, "-n", namespace]);
    const state = pod === undefined ? "not there yet" : describeStart(pod);
    if (state !== known) report(state);
    known = state;
    if (state === "ready") return;
    if (Date.now() > deadline) {
      const look = `kubectl -n ${namespace} describe pod ${name}; kubectl -n ${namespace} logs ${name}`;
      throw new Failure(`${name} isn't ready after ${timeoutSeconds} s: ${state}`, `look closer: ${look}`);
    }
    await sleep(500, undefined, { signal: interruption }).catch(() => interruption.throwIfAborted());
  }
}
