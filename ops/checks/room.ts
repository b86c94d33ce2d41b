import type { KubernetesObject } from "../manifests";
import { isWorkload, type PodSpec } from "../pod-template";
import { formatMebibytes, parseQuantity } from "../quantity";
import { type Check, type ClusterContext, type Finding, ok, problem, warning } from "./check";

interface Node {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly effect: string }[];
  };
  readonly status: {
    readonly allocatable: { readonly cpu: string; readonly memory: string };
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

interface Pod {
  readonly metadata: { readonly namespace: string };
  readonly spec: PodSpec;
  readonly status: { readonly phase: string };
}

/** What a pod asks for, or a node has left. */
export interface Room {
  readonly name: string;
  readonly cpu: number;
  readonly memory: number;
}

/** Whether the nodes have the memory and CPU left that the pods ask for. What runs of the stack already counts as free. */
export const checkRoom: Check<ClusterContext> = async ({ cluster, config, objects }) => {
  const nodes = await cluster.list<Node>(["nodes"]);
  const pods = await cluster.list<Pod>(["pods", "--all-namespaces"]);
  const others = pods.filter(
    ({ metadata, status }) => metadata.namespace !== config.namespace && isRunning(status.phase),
  );
  const usable = nodes.filter(isUsable);
  const free = usable.map((node) => roomOn(node, others));
  const wanted = objects.flatMap(roomFor);
  const homeless = place(wanted, free);
  return [
    ...nodes.flatMap(pressures),
    homeless === undefined ? ok(describeRoom(wanted, free)) : tooFull(homeless, free),
  ];
};

function isRunning(phase: string): boolean {
  return phase !== "Succeeded" && phase !== "Failed";
}

function isUsable({ spec, status }: Node): boolean {
  const isReady = status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? true;
  return isReady && spec.unschedulable !== true && !spec.taints?.some(({ effect }) => effect !== "PreferNoSchedule");
}

function roomOn({ metadata, status }: Node, pods: readonly Pod[]): Room {
  const here = pods.filter(({ spec }) => spec.nodeName === metadata.name).map(({ spec }) => requestsOf(spec));
  const sum = (resource: "cpu" | "memory") => here.reduce((total, requests) => total + requests[resource], 0);
  const { cpu, memory } = status.allocatable;
  return { name: metadata.name, cpu: parseQuantity(cpu) - sum("cpu"), memory: parseQuantity(memory) - sum("memory") };
}

/** One for each pod of a workload. */
function roomFor(object: KubernetesObject): readonly Room[] {
  if (!isWorkload(object)) return [];
  const { replicas = 1, template } = object.spec;
  return Array.from({ length: replicas }, () => ({ name: object.metadata.name, ...requestsOf(template.spec) }));
}

function requestsOf({ containers }: PodSpec): { readonly cpu: number; readonly memory: number } {
  const sum = (resource: "cpu" | "memory") =>
    containers.reduce((total, { resources }) => total + parseQuantity(resources?.requests?.[resource] ?? "0"), 0);
  return { cpu: sum("cpu"), memory: sum("memory") };
}

/** Puts the largest first, each where most is free. @returns the one that finds no place */
export function place(wanted: readonly Room[], free: readonly Room[]): Room | undefined {
  const left = free.map((node) => ({ ...node }));
  return wanted
    .toSorted((a, b) => b.memory - a.memory)
    .find((pod) => {
      const [node] = left
        .filter(({ cpu, memory }) => cpu >= pod.cpu && memory >= pod.memory)
        .sort((a, b) => b.memory - a.memory);
      if (node === undefined) return true;
      Object.assign(node, { cpu: node.cpu - pod.cpu, memory: node.memory - pod.memory });
      return false;
    });
}

function describeRoom(wanted: readonly Room[], free: readonly Room[]): string {
  const memory = wanted.reduce((total, pod) => total + pod.memory, 0);
  return `room for ${wanted.length} pods, which ask for ${formatMebibytes(memory)}; free: ${describeFree(free)}`;
}

function tooFull(pod: Room, free: readonly Room[]): Finding {
  const asks = `${formatMebibytes(pod.memory)} of memory and ${pod.cpu} CPU`;
  const mend = `make room (kubectl describe nodes shows what takes it), add a node, or lower the component's resources in the configuration`;
  return problem(
    `no node has room for ${pod.name}, which asks for ${asks}; free: ${describeFree(free)}`,
    "its pod would stay pending",
    mend,
  );
}

function describeFree(free: readonly Room[]): string {
  if (free.length === 0) return "no node that takes pods";
  return free
    .map(({ name, cpu, memory }) => `${name} ${formatMebibytes(memory)}, ${Math.round(cpu * 10) / 10} CPU`)
    .join("; ");
}

const troubles = ["MemoryPressure", "DiskPressure", "PIDPressure"];

function pressures({ metadata, status }: Node): readonly Finding[] {
  const found = status.conditions?.filter(({ type, status }) => troubles.includes(type) && status === "True") ?? [];
  return found.map(({ type }) =>
    warning(
      `node ${metadata.name} is under ${type}`,
      "Kubernetes evicts pods there, and starts none",
      `kubectl describe node ${metadata.name}`,
    ),
  );
}
