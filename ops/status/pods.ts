import type { StackConfig } from "../../lib/config";
import type { Cluster } from "../cluster";
import { Failure } from "../failure";
import { isOwn } from "../manifests";
import { parseQuantity } from "../quantity";
import { type LiveWorkload, podsOf, takeSnapshot } from "../rollout";
import { describeStart, type Pod } from "../start";
import { type PodUsage, readUsage } from "./pod-usage";
import { readSection, type Section } from "./section";

export interface PodStatus {
  readonly name: string;
  /** The Deployment or StatefulSet that it belongs to. */
  readonly workload: string;
  /** `ready`, `starting`, or what keeps it. */
  readonly state: string;
  readonly restarts: number;
  /** How the container ended before its last start, such as `OOMKilled`. */
  readonly lastEnd?: string;
  /** Bytes. */
  readonly memory?: number;
  readonly memoryLimit?: number;
  /** Cores. */
  readonly cpu?: number;
  readonly cpuLimit?: number;
}

export interface PodsStatus {
  readonly pods: readonly PodStatus[];
  /** Workloads that want a pod and have none. */
  readonly missing: readonly string[];
  /** Where the pods' use of memory and CPU was read, or why it wasn't. */
  readonly usage: Section<"metrics API" | "kubelet">;
}

/** @throws Failure when the cluster doesn't answer, or no stack is there */
export async function readPods(cluster: Cluster, { namespace }: StackConfig): Promise<PodsStatus> {
  const { workloads, pods } = await takeSnapshot(cluster, namespace);
  const ours = workloads.filter(isOwn);
  if (ours.length === 0) throw new Failure(`No stack is in Namespace ${namespace} on ${cluster}.`);
  const usage = await readSection(() => readUsage(cluster, namespace, pods));
  const used = "value" in usage ? usage.value.pods : new Map<string, PodUsage>();
  const found = ours.map((workload) => ({ workload, pods: podsOf(workload, pods) }));
  return {
    pods: found.flatMap(({ workload, pods }) =>
      pods.map((pod) => statusOf(pod, workload, used.get(pod.metadata.name))),
    ),
    missing: found.flatMap(({ workload, pods }) =>
      pods.length === 0 && workload.spec.replicas !== 0 ? [workload.metadata.name] : [],
    ),
    usage: "value" in usage ? { value: usage.value.source } : usage,
  };
}

function statusOf(pod: Pod, { metadata }: LiveWorkload, usage: PodUsage | undefined): PodStatus {
  const containers = pod.status.containerStatuses ?? [];
  const lastEnd = containers.map(({ lastState }) => lastState?.terminated?.reason).find((reason) => reason);
  return {
    name: pod.metadata.name,
    workload: metadata.name,
    state: describeStart(pod),
    restarts: containers.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0),
    ...(lastEnd === undefined ? {} : { lastEnd }),
    ...usage,
    ...limitsOf(pod),
  };
}

/** None where a container has none: then the node's room is the limit. */
function limitsOf({ spec }: Pod): Pick<PodStatus, "memoryLimit" | "cpuLimit"> {
  const sum = (resource: "cpu" | "memory") =>
    (spec?.containers ?? []).reduce(
      (total, { resources }) => total + parseQuantity(resources?.limits?.[resource] ?? "none"),
      0,
    );
  const [memoryLimit, cpuLimit] = [sum("memory"), sum("cpu")];
  return {
    ...(Number.isNaN(memoryLimit) ? {} : { memoryLimit }),
    ...(Number.isNaN(cpuLimit) ? {} : { cpuLimit }),
  };
}
