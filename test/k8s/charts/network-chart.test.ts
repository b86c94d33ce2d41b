import { Testing } from "cdk8s";
import { NetworkChart } from "../../../k8s/charts/network-chart";
import { NetworkPolicies } from "../../../k8s/constructs/network-policies";
import { networkEdges } from "../../../lib/network";
import { accept, minimalWith } from "../../support/config-input";
import { findObject, listObjects, renderConstruct } from "../../support/kubernetes";

const config = accept(
  minimalWith({
    namespace: "chat",
    monitoring: { kind: "prometheus-operator" },
    ingress: { kind: "ingress", controller: { namespace: "edge", podLabels: { app: "nginx" } } },
  }),
);
const objects = new NetworkChart(Testing.app(), "network", config).toJson();

describe("NetworkChart", () => {
  it("renders a policy for every edge of the configuration", () => {
    const props = { namespace: "chat", edges: networkEdges(config) };
    const expected = renderConstruct((scope) => new NetworkPolicies(scope, "policies", props)).objects;
    expect(listObjects(objects)).toEqual(listObjects(expected));
    for (const { metadata } of expected) {
      expect(findObject(objects, "NetworkPolicy", metadata.name).spec).toEqual(
        findObject(expected, "NetworkPolicy", metadata.name).spec,
      );
    }
  });

  it("lets the configured ingress controller into the chat alone", () => {
    const controller = {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "edge" } },
      podSelector: { matchLabels: { app: "nginx" } },
    };
    expect(findObject(objects, "NetworkPolicy", "open-webui").spec.ingress).toEqual([
      { from: [controller], ports: [{ port: 8080, protocol: "TCP" }] },
    ]);
    expect(JSON.stringify(findObject(objects, "NetworkPolicy", "litellm"))).not.toContain("edge");
  });

  it("gives Redis no way out", () => {
    const { spec } = findObject(objects, "NetworkPolicy", "open-webui-redis");
    expect(spec).toMatchObject({ policyTypes: ["Ingress", "Egress"] });
    expect(spec).not.toHaveProperty("egress");
  });
});
