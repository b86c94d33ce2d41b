import { mebibytes } from "../../lib/mebibytes";
import type { RecordingRule, RuleGroup } from "./rule";

export interface CapacityOptions {
  readonly namespace: string;
  /** By container, such as `512Mi`. */
  readonly memoryLimits: Readonly<Record<string, string>>;
  /** Names of the volume claims. */
  readonly claims: readonly string[];
  /** Percent of a container's limit. */
  readonly memoryPercent: number;
  /** Percent of a volume's size. */
  readonly volumePercent: number;
}

/** Name of the recorded series, which the dashboard reads, too. */
export const memoryLimitSeries = "container:memory_limit_bytes:configured";

/** What runs full. */
export function capacityRules(options: CapacityOptions): RuleGroup {
  const { namespace, memoryLimits, claims, memoryPercent, volumePercent } = options;
  const containers = Object.keys(memoryLimits).join("|");
  const volumes = `{namespace="${namespace}",persistentvolumeclaim=~"${claims.join("|")}"}`;
  return {
    name: "capacity",
    rules: [
      ...Object.entries(memoryLimits).map(([container, limit]) => memoryLimit(namespace, container, limit)),
      {
        exporter: "kubelet",
        alert: "MemoryNearLimit",
        severity: "warning",
        value: `max by (namespace, pod, container) (container_memory_working_set_bytes{namespace="${namespace}",container=~"${containers}"}) / on (namespace, container) group_left () ${memoryLimitSeries}{namespace="${namespace}"}`,
        when: `> ${memoryPercent / 100}`,
        for: "10m",
        summary: "{{ $labels.container }} is near its memory limit.",
        description: `{{ $labels.container }} in {{ $labels.pod }} uses {{ $value | humanizePercentage }} of its limit; the threshold is ${memoryPercent} %. At 100 % it is killed.`,
      },
      {
        exporter: "kubelet",
        alert: "VolumeFilling",
        severity: "warning",
        value: `1 - kubelet_volume_stats_available_bytes${volumes} / kubelet_volume_stats_capacity_bytes${volumes}`,
        when: `> ${volumePercent / 100}`,
        for: "5m",
        summary: "The volume {{ $labels.persistentvolumeclaim }} fills up.",
        description: `{{ $labels.persistentvolumeclaim }} is {{ $value | humanizePercentage }} full; the threshold is ${volumePercent} %.`,
      },
    ],
  };
}

/** The limits as configured: kube-prometheus-stack drops the kubelet's own metric of them. */
function memoryLimit(namespace: string, container: string, limit: string): RecordingRule {
  return {
    exporter: "kubelet",
    record: memoryLimitSeries,
    expr: `vector(${mebibytes(limit) * 1024 * 1024})`,
    labels: { namespace, container },
  };
}
