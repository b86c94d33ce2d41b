import type { Exporter } from "../../lib/metrics";
import { memoryLimitSeries } from "../alerts/capacity";
import { lines, type Row } from "./panel";

/** The programs themselves. Panels whose exporter isn't declared are left out. */
export function podsRow(namespace: string, declared: readonly Exporter[]): Row {
  const ours = `namespace="${namespace}"`;
  const memory = `max by (namespace, pod, container) (container_memory_working_set_bytes{${ours},container=~"litellm|open-webui|redis"})`;
  const restarts = `sum by (pod, container) (increase(kube_pod_container_status_restarts_total{${ours}}[1h]))`;
  const panels = [
    {
      exporter: "liteLlm",
      panel: lines({
        title: "LiteLLM's memory",
        description:
          "Resident memory as LiteLLM tells it. It grows with the first requests and then stays; it keeps growing: see MemoryNearLimit in docs/operations.md.",
        unit: "bytes",
        queries: [{ expr: `max by (pod) (process_resident_memory_bytes{${ours}})`, legend: "{{pod}}" }],
      }),
    },
    {
      exporter: "liteLlm",
      panel: lines({
        title: "LiteLLM's way to Redis",
        description:
          "Connections that work (closed) and broken ones (open). Open: the budget isn't counted together: see RedisUnreachable in docs/operations.md.",
        unit: "short",
        queries: [{ expr: `sum by (state) (litellm_redis_circuit_breaker_state{${ours}})`, legend: "{{state}}" }],
      }),
    },
    {
      exporter: "kubelet",
      panel: lines({
        title: "Memory of its limit",
        description: "At 100 % the container is killed. See MemoryNearLimit in docs/operations.md.",
        unit: "percentunit",
        queries: [
          {
            expr: `${memory} / on (namespace, container) group_left () ${memoryLimitSeries}{${ours}}`,
            legend: "{{pod}}",
          },
        ],
      }),
    },
    {
      exporter: "kubeStateMetrics",
      panel: lines({
        title: "Restarts per hour",
        description: "Each one broke what ran in the pod. See PodRestarts and OutOfMemory in docs/operations.md.",
        unit: "short",
        queries: [{ expr: restarts, legend: "{{pod}} {{container}}" }],
      }),
    },
    {
      exporter: "kubelet",
      panel: lines({
        title: "Volumes",
        description:
          "How full they are. They grow by configuration, and never shrink: see VolumeFilling in docs/operations.md.",
        unit: "percentunit",
        queries: [
          {
            expr: `1 - kubelet_volume_stats_available_bytes{${ours}} / kubelet_volume_stats_capacity_bytes{${ours}}`,
            legend: "{{persistentvolumeclaim}}",
          },
        ],
      }),
    },
  ] as const;
  return {
    title: "Pods",
    panels: panels.filter(({ exporter }) => declared.includes(exporter)).map(({ panel }) => panel),
  };
}
