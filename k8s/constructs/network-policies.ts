import { k8s } from "cdk8s-plus-28";
import { Construct } from "constructs";
import { type Component, components, matchLabels } from "../../lib/naming";
import type { Edge, Peer } from "../../lib/network";

export interface NetworkPoliciesProps {
  /** The stack's own Namespace: where its components are told apart by their `app` label. */
  readonly namespace: string;
  /** Who may talk to whom; everything else is refused, in both directions. */
  readonly edges: readonly Edge[];
}

/** The label that every Namespace has, with its own name as value. */
const namespaceNameLabel = "kubernetes.io/metadata.name";

/** A policy that refuses everything, and one per component with what its edges allow. */
export class NetworkPolicies extends Construct {
  constructor(scope: Construct, id: string, props: NetworkPoliciesProps) {
    super(scope, id);
    new k8s.KubeNetworkPolicy(this, "default-deny", {
      metadata: { name: "default-deny" },
      spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    });
    for (const component of componentsOf(props.edges)) {
      const ingress = props.edges.filter(({ to }) => isComponent(to, component));
      const egress = props.edges.filter(({ from }) => isComponent(from, component));
      new k8s.KubeNetworkPolicy(this, component, {
        metadata: { name: component },
        spec: {
          podSelector: { matchLabels: matchLabels(component) },
          policyTypes: ["Ingress", "Egress"],
          // Without edges the list is left out: an empty one means the same, but would differ at every apply.
          ...(ingress.length === 0
            ? {}
            : {
                ingress: ingress.map((edge) => ({ from: peers(edge.from, props.namespace), ports: policyPorts(edge) })),
              }),
          ...(egress.length === 0
            ? {}
            : { egress: egress.map((edge) => ({ to: peers(edge.to, props.namespace), ports: policyPorts(edge) })) }),
        },
      });
    }
  }
}

/** The stack's own, which are never left without a policy, and what else is on an edge. */
function componentsOf(edges: readonly Edge[]): ReadonlySet<Component> {
  const onEdges = edges
    .flatMap(({ from, to }) => [from, to])
    .flatMap((peer) => (peer.kind === "component" ? [peer.component] : []));
  return new Set([...Object.values(components), ...onEdges]);
}

function isComponent(peer: Peer, component: Component): boolean {
  return peer.kind === "component" && peer.component === component;
}

function policyPorts(edge: Edge): k8s.NetworkPolicyPort[] {
  return edge.ports.map(({ port, protocol }) => ({ port: k8s.IntOrString.fromNumber(port), protocol }));
}

function peers(peer: Peer, ownNamespace: string): k8s.NetworkPolicyPeer[] {
  switch (peer.kind) {
    case "component":
      return [pods(ownNamespace, matchLabels(peer.component))];
    case "pods":
      return [pods(peer.namespace, peer.podLabels)];
    case "addresses":
      return peer.blocks.map(({ cidr, except }) => ({
        ipBlock: { cidr, ...(except.length === 0 ? {} : { except: [...except] }) },
      }));
  }
}

/** Namespace and labels in one item: two items would mean either of them. */
function pods(namespace: string, labels: Readonly<Record<string, string>>): k8s.NetworkPolicyPeer {
  return {
    namespaceSelector: { matchLabels: { [namespaceNameLabel]: namespace } },
    podSelector: { matchLabels: labels },
  };
}
