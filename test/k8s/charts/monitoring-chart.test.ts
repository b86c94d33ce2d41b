import { Testing } from "cdk8s";
import { MonitoringChart } from "../../../k8s/charts/monitoring-chart";
import { accept, minimalWith } from "../../support/config-input";
import { findObject, listObjects } from "../../support/kubernetes";
import { monitored } from "../../support/monitoring";

function objectsOf(monitoring: unknown) {
  const config = monitored(accept(minimalWith({ namespace: "chat", monitoring })));
  return new MonitoringChart(Testing.app(), "monitoring", config).toJson();
}

const rules = "PrometheusRule open-webui-bedrock";
const dashboard = "ConfigMap open-webui-bedrock-dashboard";
const openMetrics = { reason: "A test of the annotations." };

describe("MonitoringChart", () => {
  it.each([
    ["rules and a dashboard for an operator", { kind: "prometheus-operator" }, [rules, dashboard]],
    ["rules alone", { kind: "prometheus-operator", grafana: { kind: "none" } }, [rules]],
    ["a dashboard alone without an operator", { kind: "annotations", openMetrics }, [dashboard]],
    ["nothing", { kind: "annotations", openMetrics, grafana: { kind: "none" } }, []],
  ])("has %s", (_, monitoring, expected) => {
    expect(listObjects(objectsOf(monitoring))).toEqual(expected);
  });

  it("carries the labels and the folder of the configuration, in its Namespace", () => {
    const grafana = { kind: "sidecar", label: "boards", folder: "Chat" };
    const objects = objectsOf({ kind: "prometheus-operator", release: "kps", grafana });
    expect(findObject(objects, "PrometheusRule", "open-webui-bedrock").metadata).toMatchObject({
      namespace: "chat",
      labels: { release: "kps" },
    });
    expect(findObject(objects, "ConfigMap", "open-webui-bedrock-dashboard").metadata).toMatchObject({
      namespace: "chat",
      labels: { boards: "1" },
      annotations: { grafana_folder: "Chat" },
    });
  });
});
