import type { Dashboard, VariableModel } from "@grafana/grafana-foundation-sdk/dashboard";
import { type Alert, isAlert, type Rule } from "../../k8s/alerts/rule";
import { declaredExporters, isMonitored } from "../../k8s/alerts/rules";
import { renderDashboard } from "../../k8s/dashboards/dashboard";
import {
  exportersOf,
  type KnownMetrics,
  knownMetrics,
  panelsOf,
  queriesOf,
  rulesOf,
  unknownNames,
} from "../support/monitoring";
import { readQuery, secondsOf } from "../support/promql";
import { allConfigs } from "../support/variants";

const monitoredConfigs = allConfigs.flatMap(([name, config]) => (isMonitored(config) ? [[name, config] as const] : []));

/** Prometheus keeps 15 days unless told otherwise (--storage.tsdb.retention.time). */
const retentionSeconds = 15 * 86_400;

function queryOf(rule: Rule): string {
  return isAlert(rule) ? `${rule.value} ${rule.when}` : rule.expr;
}

function nameOf(rule: Rule): string {
  return isAlert(rule) ? rule.alert : rule.record;
}

/** What is wrong with rules, in themselves and against the metrics there are. */
function ruleProblems(rules: readonly Rule[]): string[] {
  const known = knownMetrics(rules);
  const names = rules.map((rule) => JSON.stringify([nameOf(rule), isAlert(rule) ? {} : rule.labels]));
  return rules.flatMap((rule, index) => {
    const query = queryOf(rule);
    const others = exportersOf(query, rules).filter((exporter) => exporter !== rule.exporter);
    const problems = [
      ...unknownNames(query, known),
      ...others.map((exporter) => `needs ${exporter}, and says ${rule.exporter}`),
      ...(looksBack(query) > retentionSeconds ? ["looks back further than Prometheus keeps"] : []),
      ...(names.indexOf(names[index] ?? "") === index ? [] : ["is there twice"]),
      ...(isAlert(rule) ? alertProblems(rule, known) : []),
    ];
    return problems.map((problem) => `${nameOf(rule)}: ${problem}`);
  });
}

function alertProblems(rule: Alert, metrics: KnownMetrics): string[] {
  const { groupings, selectors } = readQuery(rule.value);
  // Without a group every label is left.
  const known = groupings.length > 0 ? groupings : selectors.flatMap(({ metric }) => metrics.get(metric) ?? []);
  const named = [...`${rule.summary}${rule.description}`.matchAll(/\$labels\.(\w+)/g)].map(([, label = ""]) => label);
  return [
    ...(/^(?:[A-Z][a-z]+)+$/.test(rule.alert) ? [] : ["has no name in CamelCase"]),
    ...(/\{\{|\d/.test(rule.description) ? [] : ["says no number"]),
    ...named
      .filter((label) => !known.includes(label))
      .map((label) => `tells the label ${label}, which its result lacks`),
  ];
}

/** Seconds: the longest window and the longest offset together. */
function looksBack(query: string): number {
  return readQuery(query)
    .durations.map((duration) => (duration === "$range" ? secondsOf("7d") : secondsOf(duration)))
    .filter((seconds) => !Number.isNaN(seconds))
    .sort((a, b) => b - a)
    .slice(0, 2)
    .reduce((sum, seconds) => sum + seconds, 0);
}

/** Variables that Grafana has by itself. */
const grafanaVariables = ["__rate_interval"];

/** What is wrong with a dashboard. The rules are those of Grafana's own linter that apply, and ours. */
function dashboardProblems(dashboard: Dashboard, rules: readonly Rule[]): string[] {
  const known = knownMetrics(rules);
  const variables = (dashboard.templating?.list ?? []).map(({ name }: VariableModel) => name);
  const ids = (dashboard.panels ?? []).map(({ id }) => id);
  const inPanels = panelsOf(dashboard).flatMap((panel) => {
    const { title = "", description = "", datasource, fieldConfig, gridPos } = panel;
    const queries = queriesOf(panel);
    const problems = [
      ...(description.length > 60 ? [] : ["doesn't say what to do when it looks wrong"]),
      ...(fieldConfig?.defaults.unit ? [] : ["has no unit"]),
      ...(datasource?.uid === "$datasource" ? [] : ["has a data source of its own"]),
      ...(gridPos !== undefined && gridPos.x + gridPos.w <= 24 ? [] : ["is outside the grid"]),
      ...(queries.length > 0 ? [] : ["asks nothing"]),
      ...queries.flatMap(({ expr, legendFormat = "", refId, datasource: asked }) => [
        ...unknownNames(expr, known),
        ...(legendFormat === "" ? [`${refId} has no legend`] : []),
        ...(asked?.uid === "$datasource" ? [] : [`${refId} asks a data source of its own`]),
        ...(queries.filter((other) => other.refId === refId).length === 1 ? [] : [`${refId} is there twice`]),
        ...(looksBack(expr) > retentionSeconds ? [`${refId} looks back further than Prometheus keeps`] : []),
        ...(/\brate\([^)]*\[(?!\$__rate_interval\])/.test(expr) ? [`${refId} has a fixed window for a rate`] : []),
        ...[...`${expr}${legendFormat}`.matchAll(/\$(\w+)/g)]
          .map(([, name = ""]) => name)
          .filter((name) => ![...variables, ...grafanaVariables].includes(name))
          .map((name) => `${refId} uses the variable ${name}, which isn't declared`),
        ...[...legendFormat.matchAll(/\{\{(\w+)\}\}/g)]
          .map(([, label = ""]) => label)
          .filter((label) => !readQuery(expr).selectors.some(({ metric }) => known.get(metric)?.includes(label)))
          .map((label) => `${refId} tells the label ${label}, which its result lacks`),
      ]),
    ];
    return problems.map((problem) => `${title || "a panel"}: ${problem}`);
  });
  return [
    ...(dashboard.title && (dashboard.uid ?? "").length <= 40 ? [] : ["has no title, or a uid of more than 40"]),
    ...(new Set(ids).size === ids.length && !ids.includes(undefined)
      ? []
      : ["has panels without a number of their own"]),
    ...(["datasource", "model", "range"].every((name) => variables.includes(name)) ? [] : ["lacks a variable"]),
    ...inPanels,
  ];
}

describe.each(monitoredConfigs)("the rules and the dashboard of %s", (_, config) => {
  const rules = rulesOf(config);
  const dashboard = renderDashboard(config);

  it("read metrics and labels that exist, and no further back than Prometheus keeps", () => {
    expect(rules.length).toBeGreaterThan(10);
    expect(ruleProblems(rules)).toEqual([]);
  });

  it("need no exporter that isn't declared", () => {
    const declared = declaredExporters(config);
    const asked = [
      ...rules.map(queryOf),
      ...panelsOf(dashboard)
        .flatMap(queriesOf)
        .map(({ expr }) => expr),
    ];
    expect(
      asked.flatMap((query) => exportersOf(query, rules)).filter((name) => !declared.includes(name as "liteLlm")),
    ).toEqual([]);
  });

  it("have panels that are complete", () => {
    expect(panelsOf(dashboard).length).toBeGreaterThan(15);
    expect(dashboardProblems(dashboard, rules)).toEqual([]);
  });
});

describe("the checks of rules", () => {
  const alert: Alert = {
    exporter: "liteLlm",
    alert: "Something",
    severity: "warning",
    value: 'sum by (pod) (litellm_in_flight_requests{namespace="a"})',
    when: "> 5",
    summary: "A test.",
    description: "{{ $labels.pod }} has {{ $value }} requests.",
  };

  it.each<readonly [string, Partial<Alert>, readonly string[]]>([
    [
      "a metric that nobody serves",
      { value: "litellm_in_flight" },
      ["no metric litellm_in_flight", "tells the label pod, which its result lacks"],
    ],
    [
      "a label that it lacks",
      { value: 'sum by (pod) (litellm_in_flight_requests{model="a"})' },
      ["no label model on litellm_in_flight_requests"],
    ],
    ["a group of nothing", { value: "sum by (pod, team) (litellm_in_flight_requests)" }, ["no label team to group by"]],
    ["another exporter", { exporter: "kubelet" }, ["needs liteLlm, and says kubelet"]],
    [
      "too long a window",
      { value: "sum by (pod) (max_over_time(litellm_in_flight_requests[10d] offset 6d))" },
      ["looks back further than Prometheus keeps"],
    ],
    ["a name in lower case", { alert: "something" }, ["has no name in CamelCase"]],
    ["no number", { description: "Too many requests." }, ["says no number"]],
    [
      "a label that the result lacks",
      { summary: "{{ $labels.container }} fails." },
      ["tells the label container, which its result lacks"],
    ],
  ])("find %s", (_, changes, problems) => {
    const changed = { ...alert, ...changes };
    expect(ruleProblems([alert])).toEqual([]);
    expect(ruleProblems([changed])).toEqual(problems.map((problem) => `${changed.alert}: ${problem}`));
  });

  it("find a name that is there twice", () => {
    expect(ruleProblems([alert, alert])).toEqual(["Something: is there twice"]);
  });
});

describe("the checks of dashboards", () => {
  const query = {
    expr: 'sum by (pod) (rate(litellm_spend_metric_total{requested_model=~"$model"}[$__rate_interval]))',
    legendFormat: "{{pod}}",
    refId: "A",
    datasource: { uid: "$datasource" },
  };
  const panel = {
    id: 1,
    type: "timeseries",
    title: "Panel",
    description: "What it shows, in a few words, and what to do when it looks wrong.",
    datasource: { uid: "$datasource" },
    fieldConfig: { defaults: { unit: "s" }, overrides: [] },
    gridPos: { x: 0, y: 0, w: 24, h: 8 },
    targets: [query],
  };
  const list = ["datasource", "model", "range"].map((name) => ({ name }));

  function problemsOf(changes: object, ofDashboard: object = {}): string[] {
    const dashboard = { title: "Board", uid: "board", templating: { list }, panels: [{ ...panel, ...changes }] };
    return dashboardProblems({ ...dashboard, ...ofDashboard } as unknown as Dashboard, []);
  }

  it("find nothing in a good one", () => {
    expect(problemsOf({})).toEqual([]);
  });

  it.each<readonly [string, object, readonly string[]]>([
    ["no description", { description: "Short." }, ["doesn't say what to do when it looks wrong"]],
    ["no unit", { fieldConfig: { defaults: {} } }, ["has no unit"]],
    ["a fixed data source", { datasource: { uid: "abc" } }, ["has a data source of its own"]],
    ["a panel that sticks out", { gridPos: { x: 12, y: 0, w: 13, h: 8 } }, ["is outside the grid"]],
    ["a panel without a query", { targets: [] }, ["asks nothing"]],
    [
      "a metric that nobody serves",
      { targets: [{ ...query, expr: "nobody" }] },
      ["no metric nobody", "A tells the label pod, which its result lacks"],
    ],
    ["no legend", { targets: [{ ...query, legendFormat: "" }] }, ["A has no legend"]],
    [
      "a query of another source",
      { targets: [{ ...query, datasource: { uid: "abc" } }] },
      ["A asks a data source of its own"],
    ],
    ["a letter twice", { targets: [query, query] }, ["A is there twice", "A is there twice"]],
    [
      "too long a window",
      { targets: [{ ...query, expr: "max_over_time(litellm_spend_metric_total[16d])" }] },
      ["A looks back further than Prometheus keeps"],
    ],
    [
      "a rate over a fixed window",
      { targets: [{ ...query, expr: "rate(litellm_spend_metric_total[5m])" }] },
      ["A has a fixed window for a rate"],
    ],
    [
      "a variable that isn't there",
      { targets: [{ ...query, legendFormat: "{{pod}} $pod" }] },
      ["A uses the variable pod, which isn't declared"],
    ],
    [
      "a label that isn't there",
      { targets: [{ ...query, legendFormat: "{{container}}" }] },
      ["A tells the label container, which its result lacks"],
    ],
  ])("find %s", (_, changes, problems) => {
    expect(problemsOf(changes)).toEqual(problems.map((problem) => `Panel: ${problem}`));
  });

  it.each<readonly [string, object]>([
    ["has no title, or a uid of more than 40", { title: "" }],
    ["has no title, or a uid of more than 40", { uid: "x".repeat(41) }],
    ["has panels without a number of their own", { panels: [panel, panel] }],
    ["lacks a variable", { templating: { list: list.slice(1) } }],
  ])("find that it %s", (problem, changes) => {
    expect(problemsOf({}, changes)).toEqual([problem]);
  });
});
