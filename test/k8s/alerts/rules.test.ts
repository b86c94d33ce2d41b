import { growth, isAlert } from "../../../k8s/alerts/rule";
import { prometheusRuleGroups } from "../../../k8s/alerts/rules";
import type { AccessKeys } from "../../../lib/access-keys";
import { accept, minimalWith, testRecipient } from "../../support/config-input";
import { monitored, rulesOf } from "../../support/monitoring";

type Changes = Readonly<Record<string, unknown>>;

function configWith(changes: Changes = {}) {
  const all = { monitoring: { kind: "prometheus-operator" }, backup: { recipient: testRecipient }, ...changes };
  return monitored(accept(minimalWith(all)));
}

function alertNames(changes: Changes = {}): readonly string[] {
  return rulesOf(configWith(changes))
    .filter(isAlert)
    .map(({ alert }) => alert);
}

function findAlert(name: string, changes: Changes = {}) {
  const rules = prometheusRuleGroups(configWith(changes)).flatMap((group) => [...group.rules]);
  const found = rules.find(({ alert }) => alert === name);
  if (found === undefined) throw new Error(`no ${name}; there are: ${rules.map(({ alert }) => alert).join(", ")}`);
  return found;
}

describe("the rules of a configuration", () => {
  it("are in groups whose names are the stack's own", () => {
    const names = prometheusRuleGroups(configWith({ namespace: "chat" })).map(({ name }) => name);
    expect(names).toEqual(["chat-spending", "chat-models", "chat-availability", "chat-capacity", "chat-backup"]);
  });

  it("are alerts with a severity, and the address of what to do", () => {
    expect(findAlert("BudgetLow")).toEqual({
      alert: "BudgetLow",
      expr: 'min by (namespace) (litellm_provider_remaining_budget_metric{namespace="open-webui"}) < 4 > 0',
      labels: { severity: "warning" },
      annotations: {
        summary: "Less than 20 % of the budget is left.",
        description: '{{ $value | printf "%.2f" }} USD of 20 USD per 30d are left. At 0 every model answers 429.',
        runbook_url: "docs/operations.md#budgetlow",
      },
    });
    const runbooks = "https://git.example.com/operations.md";
    expect(findAlert("BudgetLow", { "monitoring.alerts.runbooks": runbooks }).annotations).toMatchObject({
      runbook_url: `${runbooks}#budgetlow`,
    });
  });

  it.each([
    ["budgetLeftPercent", 50, "BudgetLow", "< 10 > 0"],
    ["dailySpendUsd", 1.5, "DailySpendHigh", "> 1.5"],
    ["errorPercent", 25, "ModelErrors", "> 0.25 and"],
    ["firstTokenSeconds", 3, "FirstTokenSlow", "> 3"],
    ["answerSeconds", 45, "AnswersSlow", "> 45"],
    ["memoryPercent", 75, "MemoryNearLimit", "> 0.75"],
    ["volumePercent", 60, "VolumeFilling", "> 0.6"],
    ["backupHours", 200, "BackupMissing", "> 200"],
  ])("have the threshold of alerts.%s", (setting, value, alert, condition) => {
    expect(findAlert(alert).expr).not.toContain(condition);
    expect(findAlert(alert, { [`monitoring.alerts.${setting}`]: value }).expr).toContain(condition);
  });

  it.each([
    ["30d", 20, "> 2"],
    ["7d", 7, "> 3"],
    ["1d", 5, "> 5"],
  ])("tell a day that costs three shares of a budget per %s, at most all of it", (period, limitUsd, condition) => {
    const budget = { kind: "limited", period, limitUsd };
    expect(findAlert("DailySpendHigh", { "liteLlm.budget": budget }).expr.endsWith(condition)).toBe(true);
  });

  it.each([
    ["7d", "model:litellm_spend_usd:increase1d", "< 0.7 > 0"],
    ["6d", "24 * sum by (namespace) (model:litellm_spend_usd:increase1h", "< 0.6 > 0"],
  ])("measure the pace of a period of %s by %s", (period, pace, condition) => {
    const { expr } = findAlert("BudgetRunsOutEarly", { "liteLlm.budget": { kind: "limited", period, limitUsd: 5 } });
    expect(expr).toContain(pace);
    expect(expr.endsWith(condition)).toBe(true);
  });

  it("watch no budget where there is none, and the spending of a day only with a threshold", () => {
    const budget = { kind: "unlimited", reason: "A test without a budget." };
    const ofMoney = ["BudgetLow", "BudgetSpent", "BudgetRunsOutEarly", "SpendNotCounted", "DailySpendHigh"];
    const left = (changes: Changes) =>
      alertNames({ "liteLlm.budget": budget, ...changes }).filter((name) => ofMoney.includes(name));
    expect(alertNames()).toEqual(expect.arrayContaining(ofMoney));
    expect(left({})).toEqual([]);
    expect(left({ "monitoring.alerts.dailySpendUsd": 3 })).toEqual(["DailySpendHigh"]);
  });

  it("leave uncounted spending out beside embeddings, which LiteLLM never counts", () => {
    expect(alertNames()).toContain("SpendNotCounted");
    const models = {
      lite: { model: "amazon.nova-lite-v1:0" },
      titan: { model: "amazon.titan-embed-text-v2:0" },
    };
    expect(alertNames({ models })).not.toContain("SpendNotCounted");
  });

  it("watch fallbacks only where some are declared", () => {
    const models = {
      lite: { model: "amazon.nova-lite-v1:0", fallbacks: ["micro"] },
      micro: { model: "amazon.nova-micro-v1:0" },
    };
    expect(alertNames()).not.toContain("ModelFailsOver");
    expect(alertNames({ models })).toContain("ModelFailsOver");
  });

  it.each<readonly [string, AccessKeys, Changes, readonly string[]]>([
    [
      "the one in use",
      {
        inUse: "b",
        a: { status: "Inactive", created: "2026-01-01T00:00:00Z" },
        b: { status: "Active", created: "2026-03-01T00:00:00Z" },
      },
      {},
      ["vector(1772323200)"],
    ],
    ["none without a date", { inUse: "a", a: { status: "Active" } }, {}, []],
    [
      "none where a role is taken instead",
      { inUse: "a", a: { status: "Active", created: "2026-03-01T00:00:00Z" } },
      { "aws.credentials": { kind: "web-identity", accountId: "123456789012", issuerUrl: "https://oidc.example.com" } },
      [],
    ],
  ])("watch the age of an access key: %s", (_, accessKeys, changes, expected) => {
    const rules = rulesOf({ ...configWith(changes), accessKeys });
    const dates = rules.flatMap((rule) => (!isAlert(rule) && rule.record.startsWith("access_key:") ? [rule.expr] : []));
    expect(dates).toEqual(expected);
    expect(rules.some((rule) => isAlert(rule) && rule.alert === "AccessKeyOld")).toBe(expected.length > 0);
  });

  it.each([
    ["kubeStateMetrics", ["LiteLlmDown", "OpenWebUiDown", "RedisDown", "PodRestarts", "OutOfMemory", "BackupMissing"]],
    ["kubelet", ["MemoryNearLimit", "VolumeFilling"]],
  ])("need %s for these alerts, and leave them out without it", (exporter, expected) => {
    const without = alertNames({ [`monitoring.exporters.${exporter}`]: false });
    expect(alertNames().filter((name) => !without.includes(name))).toEqual(expected);
  });

  it("miss no backup where none is scheduled, and watch the volume of those that are", () => {
    expect(alertNames({ backup: undefined })).not.toContain("BackupMissing");
    expect(findAlert("VolumeFilling").expr).toContain("open-webui-backup");
    expect(findAlert("VolumeFilling", { backup: undefined }).expr).not.toContain("open-webui-backup");
  });

  it("know the memory limits as configured", () => {
    const groups = prometheusRuleGroups(configWith({ "redis.resources": { memoryLimit: "64Mi" } }));
    expect(groups.flatMap(({ rules }) => [...rules])).toContainEqual({
      record: "container:memory_limit_bytes:configured",
      expr: "vector(67108864)",
      labels: { namespace: "open-webui", container: "redis" },
    });
  });
});

describe("growth", () => {
  it("adds what a new series begins with, unless it was there in the hour before the window", () => {
    expect(growth('a{b="c"}', "15m")).toBe(
      '(increase(a{b="c"}[15m]) + (min_over_time(a{b="c"}[15m]) unless last_over_time(a{b="c"}[1h] offset 15m)) or increase(a{b="c"}[15m]))',
    );
  });
});
