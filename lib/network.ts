import { notPublicV4, notPublicV6 } from "./addresses";
import type { StackConfig } from "./config/parse";
import { type Component, components, ports, postgres, provisioner, scheduledBackup, simulatedBedrock } from "./naming";
import { isProvisioned, type Provisioned } from "./provisioning";

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
const backupJob: Peer = { kind: "component", component: scheduledBackup };
const provisionerJob: Peer = { kind: "component", component: provisioner };
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
  config: Pick<StackConfig, "ingress" | "monitoring" | "cluster" | "database" | "backup"> & Provisioned,
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
  const fromProvisioner: readonly Edge[] = isProvisioned(config)
    ? [{ from: provisionerJob, to: openWebUi, ports: tcp(ports.openWebUi), why: "assistants and prompts are brought" }]
    : [];
  const fromBackup: readonly Edge[] =
    config.backup !== undefined && config.database.kind === "postgres"
      ? [
          {
            from: backupJob,
            to: { kind: "component", component: postgres },
            ports: tcp(ports.postgres),
            why: "the database is dumped",
          },
        ]
      : [];
  return [
    ...fromOutside,
    ...fromProvisioner,
    { from: openWebUi, to: liteLlm, ports: tcp(ports.liteLlm), why: "chats are answered" },
    ...fromPrometheus,
    { from: openWebUi, to: redis, ports: tcp(ports.redis), why: "sign-outs are remembered, with accounts" },
    ...databaseEdges(config.database),
    ...fromBackup,
    { from: liteLlm, to: redis, ports: tcp(ports.redis), why: "budget and rate limits are counted" },
    simulateBedrock
      ? { from: liteLlm, to: bedrockInside, ports: tcp(simulatedBedrock.port), why: "simulated models answer" }
      : { from: liteLlm, to: publicAddresses, ports: tcp(ports.https), why: "Bedrock's API, whose addresses change" },
    ...[liteLlm, openWebUi, ...[...fromProvisioner, ...fromBackup].map(({ from }) => from)].flatMap((from) =>
      dnsEdges(from, config.cluster.dns),
    ),
  ];
}

function databaseEdges(database: StackConfig["database"]): readonly Edge[] {
  const edge = (to: Peer, port: number): readonly Edge[] => [
    { from: openWebUi, to, ports: tcp(port), why: "accounts and chats are kept" },
  ];
  switch (database.kind) {
    case "sqlite":
      return [];
    case "postgres":
      return edge({ kind: "component", component: postgres }, ports.postgres);
    case "external-postgres": {
      const { server, port } = database;
      return edge(
        server.kind === "pods"
          ? { kind: "pods", name: "Postgres", namespace: server.namespace, podLabels: server.podLabels }
          : { kind: "addresses", name: "Postgres", blocks: server.cidrs.map((cidr) => ({ cidr, except: [] })) },
        port,
      );
    }
  }
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
