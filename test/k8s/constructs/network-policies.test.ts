import { NetworkPolicies, type NetworkPoliciesProps } from "../../../k8s/constructs/network-policies";
import { components } from "../../../lib/naming";
import type { Edge, Peer } from "../../../lib/network";
import { findObject, listObjects, renderConstruct } from "../../support/kubernetes";

const liteLlm: Peer = { kind: "component", component: components.liteLlm };
const openWebUi: Peer = { kind: "component", component: components.openWebUi };
const redis: Peer = { kind: "component", component: components.redis };
const prometheus: Peer = {
  kind: "pods",
  name: "Prometheus",
  namespace: "monitoring",
  podLabels: { app: "prometheus", tier: "metrics" },
};
const internet: Peer = {
  kind: "addresses",
  name: "public addresses",
  blocks: [
    { cidr: "0.0.0.0/0", except: ["10.0.0.0/8", "169.254.0.0/16"] },
    { cidr: "203.0.113.7/32", except: [] },
  ],
};

function edge(from: Peer, to: Peer, ...ports: number[]): Edge {
  return { from, to, ports: ports.map((port) => ({ port, protocol: "TCP" })), why: "a test" };
}

function render(...edges: Edge[]) {
  const props: Required<NetworkPoliciesProps> = { namespace: "chat", edges };
  return renderConstruct((scope) => new NetworkPolicies(scope, "policies", props)).objects;
}

function policyOf(name: string, ...edges: Edge[]) {
  return findObject(render(...edges), "NetworkPolicy", name).spec;
}

describe("NetworkPolicies", () => {
  it("has one policy that refuses everything, and one per component", () => {
    expect(listObjects(render())).toEqual([
      "NetworkPolicy default-deny",
      ...Object.values(components).map((component) => `NetworkPolicy ${component}`),
    ]);
  });

  it("refuses both directions to every pod of the Namespace", () => {
    expect(policyOf("default-deny", edge(openWebUi, liteLlm, 4000))).toEqual({
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
    });
  });

  it.each(Object.values(components))("selects the pods of %s by their label, in both directions", (component) => {
    expect(policyOf(component)).toMatchObject({
      podSelector: { matchLabels: { app: component } },
      policyTypes: ["Ingress", "Egress"],
    });
  });

  it("gives a component without edges no lists, which allows nothing: both directions stay named", () => {
    expect(policyOf("open-webui-redis", edge(openWebUi, liteLlm, 4000))).toEqual({
      podSelector: { matchLabels: { app: "open-webui-redis" } },
      policyTypes: ["Ingress", "Egress"],
    });
  });

  it("leaves out an empty list, which would differ from the cluster's object at every apply", () => {
    const edges = [edge(openWebUi, liteLlm, 4000)];
    expect(policyOf("litellm", ...edges)).not.toHaveProperty("egress");
    expect(policyOf("open-webui", ...edges)).not.toHaveProperty("ingress");
  });

  it("renders an edge between components at both of its ends, with Namespace and labels in one item", () => {
    const edges = [edge(openWebUi, liteLlm, 4000)];
    const pods = (app: string) => ({
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "chat" } },
      podSelector: { matchLabels: { app } },
    });
    const ports = [{ port: 4000, protocol: "TCP" }];
    expect(policyOf("litellm", ...edges).ingress).toEqual([{ from: [pods("open-webui")], ports }]);
    expect(policyOf("open-webui", ...edges).egress).toEqual([{ to: [pods("litellm")], ports }]);
  });

  it("tells foreign pods by their own Namespace and all of their labels, in one item", () => {
    expect(policyOf("litellm", edge(prometheus, liteLlm, 4000)).ingress).toEqual([
      {
        from: [
          {
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } },
            podSelector: { matchLabels: { app: "prometheus", tier: "metrics" } },
          },
        ],
        ports: [{ port: 4000, protocol: "TCP" }],
      },
    ]);
  });

  it("renders addresses as blocks, with what is left out of them", () => {
    expect(policyOf("litellm", edge(liteLlm, internet, 443)).egress).toEqual([
      {
        to: [
          { ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.0/8", "169.254.0.0/16"] } },
          { ipBlock: { cidr: "203.0.113.7/32" } },
        ],
        ports: [{ port: 443, protocol: "TCP" }],
      },
    ]);
  });

  it("keeps the ports of an edge to that edge", () => {
    const { egress = [] } = policyOf("open-webui", edge(openWebUi, liteLlm, 4000), edge(openWebUi, redis, 6379, 6380));
    expect(egress.map(({ ports }) => ports)).toEqual([
      [{ port: 4000, protocol: "TCP" }],
      [
        { port: 6379, protocol: "TCP" },
        { port: 6380, protocol: "TCP" },
      ],
    ]);
  });

  it("keeps the protocol of a port", () => {
    const dns: Edge = { from: liteLlm, to: prometheus, ports: [{ port: 53, protocol: "UDP" }], why: "a test" };
    expect(policyOf("litellm", dns).egress?.flatMap(({ ports }) => ports)).toEqual([{ port: 53, protocol: "UDP" }]);
  });
});
