import { BlockList } from "node:net";
import { matchLabels } from "../../../../lib/naming";
import type { Edge, Peer, Port } from "../../../../lib/network";

/** Where a connection begins or ends, as network policies see it. */
export interface End {
  readonly address: string;
  /** Absent for what is no pod. */
  readonly pod?: PodIdentity;
}

export interface PodIdentity {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

export type PodPeer = Exclude<Peer, { kind: "addresses" }>;

/** Which pods a peer of the stack in this Namespace means. */
export function podsOf(peer: PodPeer, stackNamespace: string): PodIdentity {
  return peer.kind === "component"
    ? { namespace: stackNamespace, labels: matchLabels(peer.component) }
    : { namespace: peer.namespace, labels: peer.podLabels };
}

/** Whether one of the edges is for this connection. */
export function isOnEdge(
  edges: readonly Edge[],
  stackNamespace: string,
  from: End,
  to: End,
  { port, protocol }: Port,
): boolean {
  return edges.some(
    (edge) =>
      isPeer(edge.from, stackNamespace, from) &&
      isPeer(edge.to, stackNamespace, to) &&
      edge.ports.some((allowed) => allowed.port === port && allowed.protocol === protocol),
  );
}

function isPeer(peer: Peer, stackNamespace: string, { address, pod }: End): boolean {
  if (peer.kind === "addresses")
    return peer.blocks.some(({ cidr, except }) => isIn([cidr], address) && !isIn(except, address));
  const { namespace, labels } = podsOf(peer, stackNamespace);
  return pod?.namespace === namespace && Object.entries(labels).every(([key, value]) => pod.labels[key] === value);
}

/**
 * @param ranges - in CIDR notation, also of IPv6
 * @param address - of IPv4
 */
export function isIn(ranges: readonly string[], address: string): boolean {
  const list = new BlockList();
  for (const range of ranges.filter((range) => !range.includes(":"))) {
    const [network = "", length] = range.split("/");
    list.addSubnet(network, Number(length));
  }
  return list.check(address);
}
