import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { k8s } from "cdk8s-plus-28";
import { Construct } from "constructs";
import { partOf } from "../../../lib/naming";

export interface GrafanaDashboardProps {
  readonly dashboard: Dashboard;
  /** Label by which Grafana's sidecar picks ConfigMaps up; its value is `1`. */
  readonly label: string;
  /** Grafana's folder, where the sidecar is told to read the annotation `grafana_folder`. */
  readonly folder: string;
}

/** A dashboard for the sidecar of Grafana's Helm charts, which loads ConfigMaps with its label. */
export class GrafanaDashboard extends Construct {
  constructor(scope: Construct, id: string, { dashboard, label, folder }: GrafanaDashboardProps) {
    super(scope, id);
    new k8s.KubeConfigMap(this, "config", {
      metadata: { name: `${partOf}-dashboard`, labels: { [label]: "1" }, annotations: { grafana_folder: folder } },
      data: { [`${dashboard.uid}.json`]: `${JSON.stringify(dashboard, null, 2)}\n` },
    });
  }
}
