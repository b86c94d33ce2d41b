import { type Alert, isAlert } from "../../k8s/alerts/rule";
import { renderDashboard } from "../../k8s/dashboards/dashboard";
import type { Exporter } from "../../lib/metrics";
import { monitored, panelsOf, rulesOf } from "../support/monitoring";
import { allConfigs } from "../support/variants";
import { readPage, rowsUnder } from "./markdown";

const withKey = allConfigs
  .filter(([, { monitoring }]) => monitoring.kind !== "none")
  .map(([, config]) => ({
    ...monitored(config),
    accessKeys: { inUse: "a", a: { status: "Active", created: "2026-01-01T00:00:00Z" } } as const,
  }));

const alerts = [
  ...new Map(withKey.flatMap((config) => rulesOf(config).filter(isAlert)).map((rule) => [rule.alert, rule])).values(),
];

const needs: Readonly<Record<Exporter, string>> = {
  none: "nothing",
  liteLlm: "LiteLLM",
  kubeStateMetrics: "kube-state-metrics",
  kubelet: "kubelet",
};

function alertRow({ alert, severity, exporter }: Alert): Record<string, string> {
  return { Alert: `\`${alert}\``, Severity: severity, Needs: needs[exporter] };
}

/** What is below a heading, up to the next one. */
function section(page: string, heading: string): string {
  const [, text = ""] = page.split(`\n### ${heading}\n`);
  return (text.split(/\n#{2,3} /)[0] ?? "").trim();
}

/** Alerts without a section that says something, and sections of no alert. */
function differences(page: string): string[] {
  const [, part = ""] = page.split("\n## Alerts\n");
  const headings = [...(part.split("\n## ")[0] ?? "").matchAll(/^### (.+)$/gm)].map(([, heading = ""]) => heading);
  const names = alerts.map(({ alert }) => alert);
  return [
    ...names.filter((name) => section(page, name).length < 100).map((name) => `${name}: has no section`),
    ...headings.filter((heading) => !names.includes(heading)).map((heading) => `${heading}: is no alert`),
  ];
}

/** Alerts that a text names by `see X` and the like, but that don't exist. */
function unknownAlerts(text: string): string[] {
  const named = [...text.matchAll(/\b(?:see|sections|and|or) ([A-Z][a-z]+(?:[A-Z][a-z]+)+)\b/g)];
  return named.map(([, name = ""]) => name).filter((name) => !alerts.some(({ alert }) => alert === name));
}

describe("the alerts in docs/operations.md", () => {
  const page = readPage("docs/operations.md");

  it("are those that are rendered, with their severity and what they need", () => {
    expect(alerts.length).toBeGreaterThan(15);
    const byName = (a: Record<string, string>, b: Record<string, string>) =>
      String(a["Alert"]).localeCompare(String(b["Alert"]));
    expect([...rowsUnder(page, "Alerts")].sort(byName)).toEqual(alerts.map(alertRow).sort(byName));
  });

  it("have a section each", () => {
    expect(differences(page)).toEqual([]);
  });

  it("would be missed", () => {
    expect(differences(page.replace("### BudgetSpent\n", "### BudgetSpend\n"))).toEqual([
      "BudgetSpent: has no section",
      "BudgetSpend: is no alert",
    ]);
    expect(differences(page.replace(section(page, "RedisDown"), "Soon."))).toEqual(["RedisDown: has no section"]);
  });

  it("are where their runbook_url and the dashboard's panels lead", () => {
    const texts = withKey.flatMap((config) =>
      panelsOf(renderDashboard(config)).map(({ description = "" }) => description),
    );
    expect(texts.filter((text) => text.includes("docs/operations.md")).length).toBeGreaterThan(10);
    expect(texts.flatMap(unknownAlerts)).toEqual([]);
    expect(unknownAlerts("It is slow: see AnswersSlow and AnswersLate in docs/operations.md.")).toEqual([
      "AnswersLate",
    ]);
  });
});
