import { Testing } from "cdk8s";
import { NamespaceChart } from "../../../k8s/charts/namespace-chart";
import { accept, minimalWith } from "../../support/config-input";
import { findObject } from "../../support/kubernetes";

const chart = new NamespaceChart(Testing.app(), "namespace", accept(minimalWith({ namespace: "chat" })));
const namespace = findObject(chart.toJson(), "Namespace", "chat");

describe("NamespaceChart", () => {
  it("enforces the restricted Pod Security Standard, and warns by the same", () => {
    expect(namespace.metadata.labels).toMatchObject({
      "pod-security.kubernetes.io/enforce": "restricted",
      "pod-security.kubernetes.io/warn": "restricted",
      "pod-security.kubernetes.io/audit": "restricted",
    });
  });

  it("is in no Namespace itself", () => {
    expect(namespace.metadata).not.toHaveProperty("namespace");
  });
});
