import type { StackConfig } from "../../lib/config";
import type { Exporter } from "../../lib/metrics";
import { components, postgres, scheduledBackup } from "../../lib/naming";
import { accessKeyRules } from "./access-key";
import { availabilityRules } from "./availability";
import { backupRules } from "./backup";
import { capacityRules } from "./capacity";
import { modelRules } from "./models";
import { isAlert, type Rule, type RuleGroup } from "./rule";
import { spendingRules } from "./spending";

/** A configuration that is monitored. */
export type Monitored = StackConfig & { readonly monitoring: Exclude<StackConfig["monitoring"], { kind: "none" }> };

export function isMonitored(config: StackConfig): config is Monitored {
  return config.monitoring.kind !== "none";
}

/** Whose metrics are there. LiteLLM's are, where the stack is monitored at all. */
export function declaredExporters({ monitoring }: Monitored): readonly Exporter[] {
  const { kubeStateMetrics, kubelet } = monitoring.exporters;
  return [
    "none",
    "liteLlm",
    ...(kubeStateMetrics ? ["kubeStateMetrics" as const] : []),
    ...(kubelet ? ["kubelet" as const] : []),
  ];
}

/** The recording rules and alerts of a configuration: those whose exporter is declared to be there. */
export function ruleGroups(config: Monitored): readonly RuleGroup[] {
  const { namespace, models, liteLlm, openWebUi, redis, backup, database, monitoring, aws, accessKeys } = config;
  const { alerts } = monitoring;
  const declared = declaredExporters(config);
  return [
    spendingRules({ namespace, models, budget: liteLlm.budget, ...alerts }),
    modelRules({ namespace, models, ...alerts }),
    availabilityRules({ namespace, hasPostgres: database.kind === "postgres" }),
    capacityRules({
      namespace,
      memoryLimits: memoryLimitsOf({ liteLlm, openWebUi, redis, database }),
      claims: [
        components.openWebUi,
        components.redis,
        ...(database.kind === "postgres" ? [postgres] : []),
        ...(backup === undefined ? [] : [scheduledBackup]),
      ],
      ...alerts,
    }),
    ...(backup === undefined ? [] : [backupRules({ namespace, ...alerts })]),
    ...(aws.credentials.kind === "access-key" ? [accessKeyRules({ namespace, accessKeys, ...alerts })] : []),
  ]
    .map(({ name, rules }) => ({ name, rules: rules.filter(({ exporter }) => declared.includes(exporter)) }))
    .filter(({ rules }) => rules.length > 0);
}

/** By the containers' names. */
function memoryLimitsOf(parts: Pick<StackConfig, "liteLlm" | "openWebUi" | "redis" | "database">) {
  return {
    litellm: parts.liteLlm.resources.memoryLimit,
    "open-webui": parts.openWebUi.resources.memoryLimit,
    redis: parts.redis.resources.memoryLimit,
    ...(parts.database.kind === "postgres" ? { postgres: parts.database.resources.memoryLimit } : {}),
  };
}

/** A rule as Prometheus reads it. */
export interface PrometheusRule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Groups as Prometheus reads them, in a file of its own or in a PrometheusRule. */
export interface PrometheusRuleGroup {
  readonly name: string;
  readonly interval: string;
  readonly rules: readonly PrometheusRule[];
}

/** The group's names are the stack's own: a Prometheus has one file for many. */
export function prometheusRuleGroups(config: Monitored): readonly PrometheusRuleGroup[] {
  const { runbooks } = config.monitoring.alerts;
  return ruleGroups(config).map(({ name, rules }) => ({
    name: `${config.namespace}-${name}`,
    interval: "1m",
    rules: rules.map((rule) => prometheusRule(rule, runbooks)),
  }));
}

function prometheusRule(rule: Rule, runbooks: string): PrometheusRule {
  if (!isAlert(rule)) {
    const { record, expr, labels } = rule;
    return { record, expr, ...(labels === undefined ? {} : { labels }) };
  }
  const { alert, severity, value, when, for: duration, summary, description } = rule;
  return {
    alert,
    expr: `${value} ${when}`,
    ...(duration === undefined ? {} : { for: duration }),
    labels: { severity },
    // GitHub's anchor of a heading: its name in lower case.
    annotations: { summary, description, runbook_url: `${runbooks}#${alert.toLowerCase()}` },
  };
}
