import { PrometheusRules, type PrometheusRulesProps } from "../../../../k8s/constructs/monitoring/prometheus-rules";
import { findObject, listObjects, renderConstruct } from "../../../support/kubernetes";

const all: Required<PrometheusRulesProps> = {
  groups: [{ name: "chat-spending", interval: "1m", rules: [{ record: "a:b:c", expr: "vector(1)" }] }],
  release: "kube-prometheus",
};

const { objects } = renderConstruct((scope) => new PrometheusRules(scope, "rules", all));

describe("PrometheusRules", () => {
  it("hands the groups to the operator, with the label by which it picks them up", () => {
    expect(listObjects(objects)).toEqual(["PrometheusRule open-webui-bedrock"]);
    expect(findObject(objects, "PrometheusRule", "open-webui-bedrock")).toEqual({
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PrometheusRule",
      metadata: { name: "open-webui-bedrock", labels: { release: "kube-prometheus" } },
      spec: { groups: all.groups },
    });
  });
});
