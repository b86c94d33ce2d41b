import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "./cluster";
import { interruption } from "./interruption";
import { isObserved, type LiveWorkload, podsOf, type Snapshot, takeSnapshot } from "./rollout";
import { describeStart } from "./start";

/** A pod that runs an older revision than its StatefulSet describes, and stays until somebody deletes it. */
export interface OutdatedPod {
  readonly name: string;
  /** Of the StatefulSet. */
  readonly workload: string;
  /** Whether people chat with it. */
  readonly isReady: boolean;
  /** The images that it would get, where they differ: the program may change its database at the start. */
  readonly newImages: readonly string[];
}

/** The pods that wait to be deleted (`updateStrategy: OnDelete`). */
export async function findOutdatedPods(cluster: Cluster, namespace: string): Promise<readonly OutdatedPod[]> {
  const { workloads, pods } = await takeObservedSnapshot(cluster, namespace);
  return workloads.filter(isReplacedByHand).flatMap((workload) => {
    const { metadata, spec, status } = workload;
    const described = spec.template.spec.containers.map(({ image }) => image);
    return podsOf(workload, pods)
      .filter((pod) => pod.metadata.labels["controller-revision-hash"] !== status.updateRevision)
      .map((pod) => {
        const running = pod.spec?.containers.map(({ image }) => image) ?? [];
        return {
          name: pod.metadata.name,
          workload: metadata.name,
          isReady: describeStart(pod) === "ready",
          newImages: described.filter((image) => !running.includes(image)),
        };
      });
  });
}

function isReplacedByHand({ kind, spec }: LiveWorkload): boolean {
  return kind === "StatefulSet" && spec.updateStrategy?.type === "OnDelete";
}

/** Right after a change the revision is still the old one, for some milliseconds. */
async function takeObservedSnapshot(cluster: Cluster, namespace: string): Promise<Snapshot> {
  for (let attempt = 0; ; attempt += 1) {
    const snapshot = await takeSnapshot(cluster, namespace);
    if (attempt === 30 || snapshot.workloads.filter(isReplacedByHand).every(isObserved)) return snapshot;
    await sleep(500, undefined, { signal: interruption }).catch(() => interruption.throwIfAborted());
  }
}
