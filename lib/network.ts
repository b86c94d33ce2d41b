import { BlockList, isIPv6 } from "node:net";
import type { StackConfig } from "./config/parse";
import { type Component, components, ports, simulatedBedrock } from "./naming";

/** One end of an edge. Pods are always told by namespace and labels together, so that a lookalike elsewhere is no peer. */
export type Peer =
  | { readonly kind: "component"; readonly component: Component }
  | {
      readonly kind: "pods";
      readonly name: string;
      readonly namespace: string;
      readonly podLabels: Readonly<Record<string, string>>;
    }
  | { readonly kind: "addresses"; readonly name: string; readonly blocks: readonly AddressBlock[] };

export interface AddressBlock {
  readonly cidr: string;
  /** Ranges inside `cidr` that are left out. */
  readonly except: readonly string[];
}

export interface Port {
  readonly port: number;
  readonly protocol: "TCP" | "UDP";
}

/** Who may talk to whom. What is on no edge is refused. */
export interface Edge {
  readonly from: Peer;
  readonly to: Peer;
  /** Ports of the pods, not of the Services in front of them. */
  readonly ports: readonly Port[];
  /** What this edge is for, as the security page shows it. */
  readonly why: string;
}

/**
 * Addresses that are not the public internet: private networks, this host, link-local with the cloud's metadata
 * service, carrier-grade NAT, benchmarking, multicast and reserved. Source: RFC 6890 and RFC 4291. Documentation
 * ranges aren't listed: nothing answers there.
 */
const notPublicV4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "224.0.0.0/4",
  "240.0.0.0/4",
] as const;
// IPv4-mapped addresses (::ffff:0:0/96) can't be listed: Kubernetes reads them as IPv4, where the rules above apply.
const notPublicV6 = ["::/127", "64:ff9b::/96", "fc00::/7", "fe80::/10", "ff00::/8"] as const;

/** @param cidr - a block, told by its first address */
export function isPublicBlock(cidr: string): boolean {
  const [address = ""] = cidr.split("/");
  const blocks = new BlockList();
  for (const [ranges, family] of [
    [notPublicV4, "ipv4"],
    [notPublicV6, "ipv6"],
  ] as const) {
    for (const range of ranges) {
      const [net = "", prefix] = range.split("/");
      blocks.addSubnet(net, Number(prefix), family);
    }
  }
  return !blocks.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

const publicAddresses: Peer = {
  kind: "addresses",
  name: "public addresses",
  blocks: [
    { cidr: "0.0.0.0/0", except: notPublicV4 },
    { cidr: "::/0", except: notPublicV6 },
  ],
};

const liteLlm: Peer = { kind: "component", component: components.liteLlm };
const openWebUi: Peer = { kind: "component", component: components.openWebUi };
const bedrockInside: Peer = { kind: "component", component: simulatedBedrock.name };
const redis: Peer = { kind: "component", component: components.redis };

function tcp(port: number): readonly Port[] {
  return [{ port, protocol: "TCP" }];
}

export interface NetworkEdgesOptions {
  /** Whether Bedrock is a simulated one in the Namespace: then nothing needs the internet. @default false */
  readonly simulateBedrock?: boolean;
}

/** The edges of a configuration: the network policies are rendered from them. */
export function networkEdges(
  config: Pick<StackConfig, "ingress" | "monitoring" | "cluster">,
  { simulateBedrock = false }: NetworkEdgesOptions = {},
): readonly Edge[] {
  const { ingress, monitoring } = config;
  const fromOutside: readonly Edge[] =
    ingress.kind === "none"
      ? []
      : [
          {
            from: { kind: "pods", name: "ingress controller", ...ingress.controller },
            to: openWebUi,
            ports: tcp(ports.openWebUi),
            why: "people use the chat",
          },
        ];
  const fromPrometheus: readonly Edge[] =
    monitoring.kind === "none"
      ? []
      : [
          {
            from: { kind: "pods", name: "Prometheus", ...monitoring.prometheus },
            to: liteLlm,
            ports: tcp(ports.liteLlm),
            why: "metrics are scraped",
          },
        ];
  return [
    ...fromOutside,
    { from: openWebUi, to: liteLlm, ports: tcp(ports.liteLlm), why: "chats are answered" },
    ...fromPrometheus,
    { from: openWebUi, to: redis, ports: tcp(ports.redis), why: "sign-outs are remembered, with accounts" },
    { from: liteLlm, to: redis, ports: tcp(ports.redis), why: "budget and rate limits are counted" },
    simulateBedrock
      ? { from: liteLlm, to: bedrockInside, ports: tcp(simulatedBedrock.port), why: "simulated models answer" }
      : { from: liteLlm, to: publicAddresses, ports: tcp(ports.https), why: "Bedrock's API, whose addresses change" },
    ...[liteLlm, openWebUi].flatMap((from) => dnsEdges(from, config.cluster.dns)),
  ];
}

function dnsEdges(from: Peer, dns: StackConfig["cluster"]["dns"]): readonly Edge[] {
  const dnsPorts: readonly Port[] = [
    { port: ports.dns, protocol: "UDP" },
    { port: ports.dns, protocol: "TCP" },
  ];
  const why = "names are resolved";
  const clusterDns: Peer = { kind: "pods", name: "cluster DNS", namespace: dns.namespace, podLabels: dns.podLabels };
  const edges: Edge[] = [{ from, to: clusterDns, ports: dnsPorts, why }];
  if (dns.nodeLocalAddress !== undefined) {
    const cache: Peer = {
      kind: "addresses",
      name: "node-local DNS cache",
      blocks: [{ cidr: `${dns.nodeLocalAddress}/32`, except: [] }],
    };
    edges.push({ from, to: cache, ports: dnsPorts, why });
  }
  return edges;
}
