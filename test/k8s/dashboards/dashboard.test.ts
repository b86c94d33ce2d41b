import { renderDashboard } from "../../../k8s/dashboards/dashboard";
import { accept, minimalWith } from "../../support/config-input";
import { monitored, panelsOf, queriesOf } from "../../support/monitoring";

function dashboardWith(changes: Readonly<Record<string, unknown>> = {}) {
  return renderDashboard(monitored(accept(minimalWith({ monitoring: { kind: "prometheus-operator" }, ...changes }))));
}

function titles(changes: Readonly<Record<string, unknown>> = {}): readonly (string | undefined)[] {
  return panelsOf(dashboardWith(changes)).map(({ title }) => title);
}

describe("the dashboard", () => {
  it("has a row for each question", () => {
    const rows = (dashboardWith().panels ?? []).filter(({ type }) => type === "row");
    expect(rows.map(({ title }) => title)).toEqual([
      "Requests",
      "Latency",
      "Tokens",
      "Spending (USD by the catalogue's prices, not AWS's bill)",
      "Errors",
      "Failovers and limits",
      "Pods",
    ]);
  });

  it("lets one pick the data source, the models and the range", () => {
    expect(dashboardWith().templating?.list).toEqual([
      expect.objectContaining({ name: "datasource", type: "datasource", query: "prometheus" }),
      expect.objectContaining({ name: "model", type: "query", multi: true, includeAll: true, allValue: ".+" }),
      expect.objectContaining({ name: "range", type: "interval", query: "1h,6h,1d,7d" }),
    ]);
  });

  it("is told from another stack's by its Namespace, in a uid that Grafana takes", () => {
    const [one, other] = ["chat", "c".repeat(63)].map((namespace) => dashboardWith({ namespace }));
    expect(one?.title).toBe("Open WebUI on Bedrock: chat");
    expect(one?.uid).not.toBe(other?.uid);
    expect(other?.uid).toMatch(/^[a-z0-9-]{1,40}$/);
    expect(dashboardWith({ namespace: "chat" }).uid).toBe(one?.uid);
  });

  it("asks for its own Namespace alone", () => {
    const queries = panelsOf(dashboardWith({ namespace: "chat" })).flatMap((panel) => [...queriesOf(panel)]);
    expect(queries.length).toBeGreaterThan(20);
    expect(queries.filter(({ expr }) => !expr.includes('namespace="chat"'))).toEqual([]);
  });

  it("shows a budget only where there is one", () => {
    const ofBudget = ["Left of the budget", "Spent of the budget"];
    const budget = { kind: "unlimited", reason: "A test without a budget." };
    expect(titles()).toEqual(expect.arrayContaining(ofBudget));
    expect(titles({ "liteLlm.budget": budget }).filter((title) => ofBudget.includes(title ?? ""))).toEqual([]);
  });

  it.each([
    ["kubeStateMetrics", ["Restarts per hour"]],
    ["kubelet", ["Memory of its limit", "Volumes"]],
  ])("leaves out what needs %s where that isn't declared", (exporter, expected) => {
    const without = titles({ [`monitoring.exporters.${exporter}`]: false });
    expect(titles().filter((title) => !without.includes(title))).toEqual(expected);
  });
});
