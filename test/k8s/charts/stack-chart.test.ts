import { ApiObject, Testing } from "cdk8s";
import { StackChart } from "../../../k8s/charts/stack-chart";
import { findObject } from "../../support/kubernetes";

class OneObject extends StackChart {
  constructor(namespace?: string) {
    super(Testing.app(), "chart", namespace);
    new ApiObject(this, "object", { apiVersion: "v1", kind: "ConfigMap" });
  }
}

describe("StackChart", () => {
  it("labels its objects as parts of the stack", () => {
    expect(findObject(new OneObject().toJson(), "ConfigMap", "chart-object").metadata.labels).toEqual({
      "app.kubernetes.io/part-of": "open-webui-bedrock",
    });
  });

  it("puts its objects into the given Namespace", () => {
    expect(findObject(new OneObject("chat").toJson(), "ConfigMap", "chart-object").metadata.namespace).toBe("chat");
  });

  it("puts its objects into no Namespace by default", () => {
    expect(findObject(new OneObject().toJson(), "ConfigMap", "chart-object").metadata).not.toHaveProperty("namespace");
  });
});
