import type { Construct } from "constructs";
import { type Monitored, prometheusRuleGroups } from "../alerts/rules";
import { GrafanaDashboard } from "../constructs/monitoring/grafana-dashboard";
import { PrometheusRules } from "../constructs/monitoring/prometheus-rules";
import { renderDashboard } from "../dashboards/dashboard";
import { StackChart } from "./stack-chart";

/** The dashboard, and the rules where an operator takes them; elsewhere `npm run -s rules` prints these. */
export class MonitoringChart extends StackChart {
  constructor(scope: Construct, id: string, config: Monitored) {
    super(scope, id, config.namespace);
    const { monitoring } = config;
    if (monitoring.kind === "prometheus-operator") {
      new PrometheusRules(this, "rules", { groups: prometheusRuleGroups(config), release: monitoring.release });
    }
    if (monitoring.grafana.kind === "sidecar") {
      new GrafanaDashboard(this, "dashboard", { dashboard: renderDashboard(config), ...monitoring.grafana });
    }
  }
}
