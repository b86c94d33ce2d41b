import type { Dashboard, Panel, RowPanel } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Dataquery } from "@grafana/grafana-foundation-sdk/prometheus";
import { isAlert, type Rule } from "../../k8s/alerts/rule";
import { isMonitored, type Monitored, ruleGroups } from "../../k8s/alerts/rules";
import type { StackConfig } from "../../lib/config";
import { exporters, metricFamilies, scrapeLabels } from "../../lib/metrics";
import { readQuery } from "./promql";

/** @throws when the configuration isn't monitored */
export function monitored(config: StackConfig): Monitored {
  if (!isMonitored(config)) throw new Error("the configuration isn't monitored");
  return config;
}

export function rulesOf(config: StackConfig): readonly Rule[] {
  return ruleGroups(monitored(config)).flatMap(({ rules }) => rules);
}

/** The panels that show something: rows are none. */
export function panelsOf({ panels = [] }: Dashboard): readonly Panel[] {
  return panels.filter((panel: Panel | RowPanel): panel is Panel => panel.type !== "row");
}

export function queriesOf({ targets = [] }: Panel): readonly Dataquery[] {
  return targets as unknown as readonly Dataquery[];
}

/** Which metrics there are, with their labels: what exporters serve, and what rules record. */
export type KnownMetrics = ReadonlyMap<string, readonly string[]>;

export function knownMetrics(rules: readonly Rule[]): KnownMetrics {
  const recorded = rules.flatMap((rule) =>
    isAlert(rule)
      ? []
      : [
          [
            rule.record,
            [...readQuery(rule.expr).groupings.filter((label) => label !== "le"), ...labelsOf(rule)],
          ] as const,
        ],
  );
  const served = Object.entries(metricFamilies).map(
    ([name, { labels }]) => [name, [...labels, ...scrapeLabels]] as const,
  );
  return new Map([...served, ...recorded]);
}

function labelsOf(rule: Rule): readonly string[] {
  return isAlert(rule) ? [] : Object.keys(rule.labels ?? {});
}

/** What a query names that isn't there. */
export function unknownNames(query: string, known: KnownMetrics): readonly string[] {
  const { selectors, groupings } = readQuery(query);
  const all = new Set(selectors.flatMap(({ metric }) => known.get(metric) ?? []));
  return [
    ...selectors.flatMap(({ metric, labels }) => {
      const served = known.get(metric);
      if (served === undefined) return [`no metric ${metric}`];
      return labels.filter((label) => !served.includes(label)).map((label) => `no label ${label} on ${metric}`);
    }),
    ...groupings.filter((label) => !all.has(label)).map((label) => `no label ${label} to group by`),
  ];
}

/** Whose metrics a query needs, recorded ones by the rule that records them. */
export function exportersOf(query: string, rules: readonly Rule[]): readonly string[] {
  const needed = readQuery(query).selectors.flatMap(({ metric }) => {
    const rule = rules.find((each) => !isAlert(each) && each.record === metric);
    return metricFamilies[metric]?.exporter ?? rule?.exporter ?? [];
  });
  return exporters.filter((exporter) => needed.includes(exporter));
}
