import type { Cluster } from "../cluster";
import { Failure } from "../failure";
import { parseQuantity } from "../quantity";
import type { Pod } from "../start";

export interface PodUsage {
  /** Bytes of the working set: what counts against the limit. */
  readonly memory: number;
  /** Cores, over the last seconds. */
  readonly cpu: number;
}

export interface Usage {
  readonly source: "metrics API" | "kubelet";
  /** By the pod's name. */
  readonly pods: ReadonlyMap<string, PodUsage>;
}

interface MetricsList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly containers: readonly { readonly usage: { readonly cpu: string; readonly memory: string } }[];
  }[];
}

/** Source: Kubernetes, "Node metrics data", the kubelet's summary API. */
interface Summary {
  readonly pods: readonly {
    readonly podRef: { readonly name: string; readonly namespace: string };
    readonly containers?: readonly {
      readonly cpu?: { readonly usageNanoCores?: number };
      readonly memory?: { readonly workingSetBytes?: number };
    }[];
  }[];
}

/**
 * What pods use, by the metrics API where the cluster has one, else by the kubelets of their nodes.
 * @throws Failure with both reasons when neither answers
 */
export async function readUsage(cluster: Cluster, namespace: string, pods: readonly Pod[]): Promise<Usage> {
  const api = await cluster.try(["get", "--raw", `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods`]);
  if (api.code === 0) return { source: "metrics API", pods: parseMetrics(api.stdout) };
  const nodes = new Set(pods.flatMap(({ spec }) => spec?.nodeName ?? []));
  const usage = new Map<string, PodUsage>();
  for (const node of nodes) {
    const { code, stdout, stderr } = await cluster.try(["get", "--raw", `/api/v1/nodes/${node}/proxy/stats/summary`]);
    if (code !== 0) throw new Failure(`metrics API: ${api.stderr.trim()}; kubelet of ${node}: ${stderr.trim()}`);
    for (const [name, used] of parseSummary(stdout, namespace)) usage.set(name, used);
  }
  return { source: "kubelet", pods: usage };
}

function parseMetrics(text: string): ReadonlyMap<string, PodUsage> {
  const { items } = JSON.parse(text) as MetricsList;
  return new Map(
    items.map(({ metadata, containers }) => [
      metadata.name,
      {
        memory: total(containers.map(({ usage }) => parseQuantity(usage.memory))),
        cpu: total(containers.map(({ usage }) => parseQuantity(usage.cpu))),
      },
    ]),
  );
}

function parseSummary(text: string, namespace: string): readonly (readonly [string, PodUsage])[] {
  const { pods } = JSON.parse(text) as Summary;
  return pods
    .filter(({ podRef }) => podRef.namespace === namespace)
    .map(({ podRef, containers = [] }) => [
      podRef.name,
      {
        memory: total(containers.map(({ memory }) => memory?.workingSetBytes ?? 0)),
        cpu: total(containers.map(({ cpu }) => cpu?.usageNanoCores ?? 0)) / 1e9,
      },
    ]);
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
