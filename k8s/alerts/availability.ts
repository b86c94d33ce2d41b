import { components, postgres } from "../../lib/naming";
import type { Alert, RuleGroup } from "./rule";

export interface AvailabilityOptions {
  readonly namespace: string;
  /** Whether the stack has a Postgres of its own. */
  readonly hasPostgres: boolean;
}

/** Whether each part is there. */
export function availabilityRules({ namespace, hasPostgres }: AvailabilityOptions): RuleGroup {
  return {
    name: "availability",
    rules: [
      notScraped(namespace),
      redisUnreachable(namespace),
      ...down(namespace, hasPostgres),
      ...restarts(namespace),
    ],
  };
}

/** By a metric that is there from the start on, not by `up`: its job's name differs from cluster to cluster. */
function notScraped(namespace: string): Alert {
  return {
    exporter: "liteLlm",
    alert: "LiteLlmNotScraped",
    severity: "critical",
    value: `absent(litellm_in_flight_requests{namespace="${namespace}"})`,
    when: "> 0",
    for: "5m",
    summary: "LiteLLM is down, or Prometheus doesn't reach it.",
    description: `Prometheus has had no metrics of LiteLLM in ${namespace} for 5 minutes. Every other alert about models and money is silent meanwhile.`,
  };
}

function redisUnreachable(namespace: string): Alert {
  return {
    exporter: "liteLlm",
    alert: "RedisUnreachable",
    severity: "warning",
    value: `max by (namespace, pod) (litellm_redis_circuit_breaker_state{namespace="${namespace}",state="open"})`,
    when: "> 0",
    for: "2m",
    summary: "LiteLLM doesn't reach Redis.",
    description:
      "{{ $labels.pod }} has {{ $value }} broken connection(s) to Redis: it counts the budget and the rate limits by itself, and forgets what it counted.",
  };
}

function down(namespace: string, hasPostgres: boolean): Alert[] {
  const deployment = (name: string) => `{namespace="${namespace}",deployment="${name}"}`;
  const readyPods = (statefulSet: string) =>
    `kube_statefulset_status_replicas_ready{namespace="${namespace}",statefulset="${statefulSet}"}`;
  const gone = (what: string) => `{{ $value }} pods of ${what} are ready.`;
  const postgresDown: Alert = {
    exporter: "kubeStateMetrics",
    alert: "PostgresDown",
    severity: "critical",
    value: readyPods(postgres),
    when: "< 1",
    for: "2m",
    summary: "Postgres is down.",
    description: `${gone("Postgres")} Nobody can chat or read chats meanwhile.`,
  };
  return [
    {
      exporter: "kubeStateMetrics",
      alert: "LiteLlmDown",
      severity: "critical",
      value: `kube_deployment_status_replicas_available${deployment(components.liteLlm)}`,
      when: `< kube_deployment_spec_replicas${deployment(components.liteLlm)}`,
      for: "5m",
      summary: "Pods of LiteLLM are missing.",
      description: gone("LiteLLM"),
    },
    {
      exporter: "kubeStateMetrics",
      alert: "OpenWebUiDown",
      severity: "critical",
      value: readyPods(components.openWebUi),
      when: "< 1",
      for: "5m",
      summary: "The chat is down.",
      description: gone("Open WebUI"),
    },
    {
      exporter: "kubeStateMetrics",
      alert: "RedisDown",
      severity: "critical",
      value: `kube_deployment_status_replicas_available${deployment(components.redis)}`,
      when: "< 1",
      for: "2m",
      summary: "Redis is down.",
      description: `${gone("Redis")} Each LiteLLM pod counts the budget alone meanwhile, and with accounts chats fail.`,
    },
    ...(hasPostgres ? [postgresDown] : []),
  ];
}

function restarts(namespace: string): Alert[] {
  const grown = (window: string) =>
    `sum by (namespace, pod, container) (increase(kube_pod_container_status_restarts_total{namespace="${namespace}"}[${window}]))`;
  return [
    {
      exporter: "kubeStateMetrics",
      alert: "PodRestarts",
      severity: "warning",
      value: grown("1h"),
      when: "> 2",
      summary: "{{ $labels.container }} starts again and again.",
      description: `{{ $labels.container }} in {{ $labels.pod }} started {{ $value | printf "%.0f" }} times in the last hour.`,
    },
    {
      exporter: "kubeStateMetrics",
      alert: "OutOfMemory",
      severity: "warning",
      value: grown("15m"),
      when: `> 0 and on (namespace, pod, container) kube_pod_container_status_last_terminated_reason{namespace="${namespace}",reason="OOMKilled"} > 0`,
      summary: "{{ $labels.container }} was killed at its memory limit.",
      description: `{{ $labels.container }} in {{ $labels.pod }} was killed at its memory limit and started {{ $value | printf "%.0f" }} times in the last 15 minutes.`,
    },
  ];
}
