/**
 * Needs promtool (Debian's package prometheus). Every alert over series that fire it, and over some that don't.
 */
import { stringify } from "yaml";
import { isAlert } from "../../../k8s/alerts/rule";
import { type Monitored, prometheusRuleGroups } from "../../../k8s/alerts/rules";
import { renderDashboard } from "../../../k8s/dashboards/dashboard";
import { parseConfig } from "../../../lib/config";
import { testRecipient } from "../../support/config-input";
import { monitored, panelsOf, queriesOf, rulesOf } from "../../support/monitoring";
import { temporaryFolder, writeFile } from "../../support/temporary-folder";
import { allConfigs } from "../../support/variants";
import { run } from "../support/run";
import { type AlertCase, alertCases } from "./cases";

const parsed = monitored(
  parseConfig(
    {
      host: "chat.example.com",
      models: {
        sonnet: { model: "anthropic.claude-sonnet-4-6", fallbacks: ["haiku"] },
        haiku: { model: "anthropic.claude-haiku-4-5-20251001-v1:0" },
      },
      openWebUi: { auth: { kind: "accounts", owner: "you@example.com" } },
      backup: { recipient: testRecipient },
      monitoring: { kind: "prometheus-operator", alerts: { accessKeyDays: 1, backupHours: 2 } },
    },
    "this test",
  ),
);

const config: Monitored = {
  ...parsed,
  // No configuration has both a scheduled backup and this.
  database: {
    kind: "postgres",
    storage: { size: "5Gi" },
    resources: { cpuRequest: "50m", memoryRequest: "128Mi", memoryLimit: "512Mi" },
  },
  accessKeys: { inUse: "b", b: { status: "Active", created: "1970-01-01T00:00:00Z" } },
};

const alerts = rulesOf(config).filter(isAlert);

/** Runs promtool over rules and cases. Returns what it complains about; empty when all holds. */
function promtool(cases: readonly AlertCase[]): string {
  const folder = temporaryFolder();
  const rules = writeFile(folder, "rules.yaml", stringify({ groups: prometheusRuleGroups(config) }));
  const tests = cases.map(({ alert, series, at, fires }) => ({
    name: alert,
    interval: "1m",
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    alert_rule_test: [
      { eval_time: at, alertname: alert, exp_alerts: fires === undefined ? [] : [expected(alert, fires)] },
    ],
  }));
  const file = writeFile(folder, "tests.yaml", stringify({ rule_files: [rules], evaluation_interval: "1m", tests }));
  const { code, stdout, stderr } = run("promtool", ["test", "rules", file], { accept: [0, 1] });
  return code === 0 ? "" : `${stdout}${stderr}`;
}

function expected(name: string, { labels, summary, description }: NonNullable<AlertCase["fires"]>) {
  const severity = alerts.find(({ alert }) => alert === name)?.severity;
  const runbook_url = `docs/operations.md#${name.toLowerCase()}`;
  return { exp_labels: { ...labels, severity }, exp_annotations: { summary, description, runbook_url } };
}

describe("the rules", () => {
  it.each(allConfigs)("are rules to Prometheus, and the dashboard's queries are queries: %s", (_, config) => {
    if (config.monitoring.kind === "none") return;
    const queries = panelsOf(renderDashboard(monitored(config))).flatMap(queriesOf);
    const recorded = queries.map(({ expr }, index) => ({
      record: `dashboard:query:${index}`,
      expr: expr.replaceAll("$model", ".+").replaceAll("$range", "1d").replaceAll("$__rate_interval", "5m"),
    }));
    const groups = [...prometheusRuleGroups(monitored(config)), { name: "dashboard", rules: recorded }];
    const file = writeFile(temporaryFolder(), "rules.yaml", stringify({ groups }));
    const { stdout } = run("promtool", ["check", "rules", file]);
    expect(stdout).toContain(`SUCCESS: ${groups.flatMap(({ rules }) => [...rules]).length} rules found`);
  });

  it("have a case that fires and one that doesn't, for every alert", () => {
    const names = (wanted: boolean) =>
      [...new Set(alertCases.filter(({ fires }) => (fires !== undefined) === wanted).map(({ alert }) => alert))].sort();
    const all = alerts.map(({ alert }) => alert).sort();
    expect(all.length).toBeGreaterThan(15);
    expect(names(true)).toEqual(all);
    expect(names(false)).toEqual(all);
  });

  it.each(
    alertCases.map((one) => [one.fires === undefined ? "keep silent" : "fire", one.alert, one.when, one] as const),
  )("%s: %s when %s", (_, __, ___, one) => {
    expect(promtool([one])).toBe("");
  });

  it("would be told where a case is wrong", () => {
    const [firing, silent] = [true, false].map((wanted) =>
      alertCases.find(({ fires }) => (fires !== undefined) === wanted),
    );
    if (firing === undefined || silent === undefined) throw new Error("no cases");
    expect(promtool([{ ...firing, fires: undefined }])).toContain(firing.alert);
    expect(promtool([{ ...silent, fires: { labels: {}, summary: "", description: "" } }])).toContain(silent.alert);
    expect(promtool([{ ...firing, fires: firing.fires && { ...firing.fires, description: "Another." } }])).toContain(
      "Another.",
    );
  });
});
