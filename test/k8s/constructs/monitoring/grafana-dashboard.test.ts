import { DashboardBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { GrafanaDashboard, type GrafanaDashboardProps } from "../../../../k8s/constructs/monitoring/grafana-dashboard";
import { findObject, listObjects, renderConstruct } from "../../../support/kubernetes";

const all: Required<GrafanaDashboardProps> = {
  dashboard: new DashboardBuilder("Chat").uid("chat").build(),
  label: "dashboards",
  folder: "Home",
};

const { objects } = renderConstruct((scope) => new GrafanaDashboard(scope, "dashboard", all));

describe("GrafanaDashboard", () => {
  it("is a ConfigMap that the sidecar finds, for the given folder", () => {
    expect(listObjects(objects)).toEqual(["ConfigMap open-webui-bedrock-dashboard"]);
    expect(findObject(objects, "ConfigMap", "open-webui-bedrock-dashboard").metadata).toMatchObject({
      labels: { dashboards: "1" },
      annotations: { grafana_folder: "Home" },
    });
  });

  it("holds the dashboard as JSON, in a file that is named by its uid", () => {
    const { data } = findObject(objects, "ConfigMap", "open-webui-bedrock-dashboard");
    expect(Object.keys(data)).toEqual(["chat.json"]);
    expect(JSON.parse(data["chat.json"] ?? "")).toEqual(JSON.parse(JSON.stringify(all.dashboard)));
  });
});
