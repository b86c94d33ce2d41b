import { BlockList, isIPv6 } from "node:net";
import type { StackConfig } from "../../../lib/config";
import { components, ports, scheduledBackup } from "../../../lib/naming";
import { networkEdges, type Peer, type Port } from "../../../lib/network";
import {
  at,
  list,
  type Manifest,
  manifestsOf,
  ofKind,
  podsOf,
  type Rendered,
  type Rule,
  record,
  renderManifests,
  rule,
  type Subject,
} from "../../support/manifests";
import { configOf } from "../../support/variants";
import { object, workload } from "./bad";

const minimal = configOf("examples/minimal");

/** One rule of a policy: who may be talked to, on which ports. */
interface PolicyRuleSubject extends Subject {
  readonly policy: Manifest;
  readonly direction: "ingress" | "egress";
  readonly peers: readonly unknown[];
  readonly ports: readonly unknown[];
}

function policyRules(rendered: Rendered): readonly PolicyRuleSubject[] {
  return manifestsOf(rendered, "NetworkPolicy").flatMap(({ where, manifest }) =>
    (["ingress", "egress"] as const).flatMap((direction) =>
      list(at(manifest.spec, direction)).map((each) => ({
        where: `${where}, ${direction}`,
        policy: manifest,
        direction,
        peers: list(at(each, direction === "ingress" ? "from" : "to")),
        ports: list(at(each, "ports")),
      })),
    ),
  );
}

interface BlockSubject extends PolicyRuleSubject {
  readonly cidr: string;
  readonly except: readonly string[];
}

function blocks(rendered: Rendered): readonly BlockSubject[] {
  return policyRules(rendered).flatMap((each) =>
    each.peers.flatMap((peer) => {
      const block = at(peer, "ipBlock");
      if (block === undefined) return [];
      const cidr = String(at(block, "cidr"));
      return [{ ...each, where: `${each.where}, ${cidr}`, cidr, except: list(at(block, "except")).map(String) }];
    }),
  );
}

function family(address: string): "ipv4" | "ipv6" {
  return isIPv6(address) ? "ipv6" : "ipv4";
}

function prefixOf(range: string): number {
  return Number(range.split("/")[1]);
}

function isIn(address: string, range: string): boolean {
  const [network = ""] = range.split("/");
  if (family(network) !== family(address)) return false;
  const blockList = new BlockList();
  blockList.addSubnet(network, prefixOf(range), family(network));
  return blockList.check(address, family(address));
}

/** Addresses that no pod may reach: in private networks, on this host and link, and the clouds' metadata services. */
const forbidden = [
  "0.0.0.0",
  "10.0.0.1",
  "10.255.255.254",
  "100.64.0.1",
  "127.0.0.1",
  "169.254.1.1",
  "169.254.20.10",
  "169.254.169.254",
  "172.16.0.1",
  "172.31.255.254",
  "192.168.0.1",
  "192.168.255.254",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "64:ff9b::a9fe:a9fe",
  "fc00::1",
  "fd00:ec2::254",
  "fe80::1",
  "ff02::1",
];
/** Public ones, next to the ranges that are left out. */
const reachable = ["9.255.255.255", "11.0.0.1", "172.15.0.1", "172.32.0.1", "192.167.0.1", "2600:1f18::1"];

function portTexts(policyPorts: readonly unknown[]): readonly string[] {
  return policyPorts.map((port) => `${String(at(port, "protocol") ?? "TCP")}/${String(at(port, "port"))}`);
}

/**
 * What Kubernetes' `ValidateIPBlock` (pkg/apis/networking/validation) refuses. Go reads an address of
 * `::ffff:0:0/96` as IPv4, so that no IPv6 range contains it.
 */
function refusedByKubernetes(cidr: string, except: string): boolean {
  const [network = ""] = except.split("/");
  return /^::ffff:/i.test(network) || !isIn(network, cidr) || prefixOf(except) <= prefixOf(cidr);
}

/** An edge as a text: `pods open-webui{app=litellm} -> 0.0.0.0/0 except … TCP/443`. */
function edgeText(from: string, to: string, port: string): string {
  return `${from} -> ${to} ${port}`;
}

function podsText(namespace: unknown, labels: unknown): string {
  const pairs = Object.entries(record(labels)).map(([key, value]) => `${key}=${String(value)}`);
  return `${String(namespace)}{${pairs.sort().join(",")}}`;
}

function blockText(cidr: string, except: readonly string[]): string {
  return except.length === 0 ? cidr : `${cidr} except ${[...except].sort().join(",")}`;
}

/** The edges that one direction of the policies allows. */
function allowedEdges(rendered: Rendered, direction: "ingress" | "egress"): ReadonlySet<string> {
  const edges = policyRules(rendered)
    .filter((each) => each.direction === direction)
    .flatMap(({ policy, peers, ports: policyPorts }) => {
      const own = podsText(rendered.config.namespace, at(policy.spec, "podSelector", "matchLabels"));
      const others = peers.map((peer) => {
        const block = at(peer, "ipBlock");
        if (block !== undefined) return blockText(String(at(block, "cidr")), list(at(block, "except")).map(String));
        const namespace = at(peer, "namespaceSelector", "matchLabels", "kubernetes.io/metadata.name");
        return podsText(namespace, at(peer, "podSelector", "matchLabels"));
      });
      return others.flatMap((other) =>
        portTexts(policyPorts).map((port) =>
          direction === "ingress" ? edgeText(other, own, port) : edgeText(own, other, port),
        ),
      );
    });
  return new Set(edges);
}

/** The edges of the configuration that start (or end) at a component. */
function configuredEdges(rendered: Rendered, direction: "ingress" | "egress"): ReadonlySet<string> {
  const texts = (peer: Peer): readonly string[] => {
    switch (peer.kind) {
      case "component":
        return [podsText(rendered.config.namespace, { app: peer.component })];
      case "pods":
        return [podsText(peer.namespace, peer.podLabels)];
      case "addresses":
        return peer.blocks.map(({ cidr, except }) => blockText(cidr, except));
    }
  };
  const portText = ({ protocol, port }: Port) => `${protocol}/${port}`;
  const edges = networkEdges(rendered.config)
    .filter(({ from, to }) => (direction === "ingress" ? to : from).kind === "component")
    .flatMap((edge) =>
      texts(edge.from).flatMap((from) =>
        texts(edge.to).flatMap((to) => edge.ports.map((port) => edgeText(from, to, portText(port)))),
      ),
    );
  return new Set(edges);
}

interface EdgeSubject extends Subject {
  readonly direction: "ingress" | "egress";
  readonly edge: string;
}

function edgesOfBoth(rendered: Rendered): readonly EdgeSubject[] {
  return (["ingress", "egress"] as const).flatMap((direction) => {
    const all = new Set([...allowedEdges(rendered, direction), ...configuredEdges(rendered, direction)]);
    return [...all].map((edge) => ({ where: `${direction}: ${edge}`, direction, edge }));
  });
}

function policyFor(app: unknown, rendered: Rendered): Manifest | undefined {
  return ofKind(rendered, "NetworkPolicy").find(
    ({ spec }) => JSON.stringify(at(spec, "podSelector")) === JSON.stringify({ matchLabels: { app } }),
  );
}

function isDenyAll({ spec }: Manifest): boolean {
  return JSON.stringify(spec) === JSON.stringify({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
}

/** Lets in another Namespace's LiteLLM instead of ours. */
const redisPolicy = object("NetworkPolicy", "open-webui-redis", {
  podSelector: { matchLabels: { app: "open-webui-redis" } },
  policyTypes: ["Ingress", "Egress"],
  ingress: [
    { from: [componentPeer("open-webui", "open-webui")], ports: [{ port: 6379 }] },
    { from: [componentPeer("default", "litellm")], ports: [{ port: 6379 }] },
  ],
});

const bothTypes = JSON.stringify(["Ingress", "Egress"]);

export const rulesAboutNetwork: readonly Rule[] = [
  rule({
    says: "a policy that denies all pods everything",
    of: (rendered) => manifestsOf(rendered, "Namespace"),
    atLeast: 1,
    violations: (_, rendered) =>
      ofKind(rendered, "NetworkPolicy").some(isDenyAll) ? [] : ["no policy denies what no other allows"],
    bad: [
      object("Namespace", "open-webui"),
      object("NetworkPolicy", "default-deny", { podSelector: {}, policyTypes: ["Ingress"] }),
      object("NetworkPolicy", "allow", { podSelector: {}, policyTypes: ["Ingress", "Egress"], egress: [{}] }),
    ],
    finds: ["Namespace open-webui: no policy denies what no other allows"],
  }),
  rule({
    says: "a policy of its own for every workload, in both directions",
    // A backup that copies a file talks to nobody: the policy for all pods is enough.
    of: (rendered) =>
      podsOf(rendered).filter(({ app }) => app !== scheduledBackup || rendered.config.database.kind === "postgres"),
    atLeast: 3,
    violations: ({ app }, rendered) => {
      const policy = policyFor(app, rendered);
      if (policy === undefined) return ["has no policy of its own"];
      return JSON.stringify(at(policy.spec, "policyTypes")) === bothTypes ? [] : ["is free in one direction"];
    },
    bad: [
      workload({ app: "litellm" }),
      workload({ app: "open-webui" }),
      object("NetworkPolicy", "litellm", {
        podSelector: { matchLabels: { app: "litellm" } },
        policyTypes: ["Ingress"],
      }),
    ],
    finds: ["Deployment litellm: is free in one direction", "Deployment open-webui: has no policy of its own"],
  }),
  rule({
    says: "policies for our own pods and for all of them, but for nobody else",
    of: (rendered) => manifestsOf(rendered, "NetworkPolicy"),
    atLeast: 4,
    violations: ({ manifest }, rendered) =>
      isDenyAll(manifest) || podsOf(rendered).some(({ app }) => policyFor(app, rendered) === manifest)
        ? []
        : ["selects no workload"],
    bad: [object("NetworkPolicy", "postgres", { podSelector: { matchLabels: { app: "postgres" } } })],
    finds: ["NetworkPolicy postgres: selects no workload"],
  }),
  rule<PolicyRuleSubject>({
    says: "peers told by Namespace and labels together, or by addresses, and ports with each",
    of: policyRules,
    atLeast: 7,
    violations: ({ peers, ports: policyPorts }) => [
      // An empty list means everyone.
      ...(peers.length === 0 ? ["names no peer"] : []),
      ...(policyPorts.length === 0 ? ["names no port"] : []),
      ...policyPorts
        .filter((port) => typeof at(port, "port") !== "number" || at(port, "endPort") !== undefined)
        .map((port) => `names the ports ${JSON.stringify(port)}`),
      ...peers.filter((peer) => !isNarrow(peer)).map((peer) => `lets in ${JSON.stringify(peer)}`),
    ],
    bad: [
      object("NetworkPolicy", "litellm", {
        podSelector: {},
        ingress: [
          {},
          {
            from: [
              { podSelector: { matchLabels: { app: "open-webui" } } },
              { namespaceSelector: {}, podSelector: { matchLabels: { app: "open-webui" } } },
              {
                namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "open-webui" } },
                podSelector: { matchLabels: {} },
              },
            ],
            ports: [{ port: 1, endPort: 65535 }],
          },
        ],
      }),
    ],
    finds: [
      "NetworkPolicy litellm, ingress: names no peer",
      "NetworkPolicy litellm, ingress: names no port",
      'NetworkPolicy litellm, ingress: names the ports {"port":1,"endPort":65535}',
      'NetworkPolicy litellm, ingress: lets in {"podSelector":{"matchLabels":{"app":"open-webui"}}}',
      'NetworkPolicy litellm, ingress: lets in {"namespaceSelector":{},"podSelector":{"matchLabels":{"app":"open-webui"}}}',
      'NetworkPolicy litellm, ingress: lets in {"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"open-webui"}},"podSelector":{"matchLabels":{}}}',
    ],
  }),
  rule<BlockSubject>({
    says: "only LiteLLM out to public addresses, on port 443",
    of: blocks,
    atLeast: 2,
    violations: ({ policy, direction, ports: policyPorts, cidr, except }, { config }) => {
      const used = portTexts(policyPorts).join();
      const { nodeLocalAddress } = config.cluster.dns;
      const isDnsCache = cidr === `${nodeLocalAddress}/32` && used === `UDP/${ports.dns},TCP/${ports.dns}`;
      if (isDnsCache && direction === "egress") return [];
      const app = at(policy.spec, "podSelector", "matchLabels", "app");
      if (direction === "egress" && app === components.openWebUi && isDatabase(config, cidr, used)) return [];
      const open = forbidden.filter((address) => isIn(address, cidr) && !except.some((range) => isIn(address, range)));
      return [
        ...(direction === "egress" ? [] : ["lets addresses in"]),
        ...(app === components.liteLlm ? [] : ["isn't LiteLLM's"]),
        ...(used === `TCP/${ports.https}` ? [] : [`opens ${used}`]),
        ...open.map((address) => `reaches ${address}`),
      ];
    },
    bad: [
      object("NetworkPolicy", "open-webui", {
        podSelector: { matchLabels: { app: "open-webui" } },
        ingress: [{ from: [{ ipBlock: { cidr: "198.51.100.0/24" } }], ports: [{ port: 443 }] }],
        egress: [
          {
            to: [
              { ipBlock: { cidr: "10.0.0.0/8" } },
              { ipBlock: { cidr: "169.254.0.0/16", except: ["169.254.20.0/24"] } },
              { ipBlock: { cidr: "fc00::/7", except: ["fd00::/8"] } },
            ],
            ports: [{ port: 80 }],
          },
        ],
      }),
      object("NetworkPolicy", "litellm", {
        podSelector: { matchLabels: { app: "litellm" } },
        egress: [
          { to: [{ ipBlock: { cidr: "169.254.20.10/32" } }], ports: [{ port: 443 }] },
          { to: [{ ipBlock: { cidr: "198.51.100.0/24" } }], ports: [{ port: 443 }] },
        ],
      }),
    ],
    finds: [
      "NetworkPolicy open-webui, ingress, 198.51.100.0/24: lets addresses in",
      "NetworkPolicy open-webui, ingress, 198.51.100.0/24: isn't LiteLLM's",
      "NetworkPolicy open-webui, egress, 10.0.0.0/8: isn't LiteLLM's",
      "NetworkPolicy open-webui, egress, 10.0.0.0/8: opens TCP/80",
      "NetworkPolicy open-webui, egress, 10.0.0.0/8: reaches 10.0.0.1",
      "NetworkPolicy open-webui, egress, 10.0.0.0/8: reaches 10.255.255.254",
      "NetworkPolicy open-webui, egress, 169.254.0.0/16: isn't LiteLLM's",
      "NetworkPolicy open-webui, egress, 169.254.0.0/16: opens TCP/80",
      "NetworkPolicy open-webui, egress, 169.254.0.0/16: reaches 169.254.1.1",
      "NetworkPolicy open-webui, egress, 169.254.0.0/16: reaches 169.254.169.254",
      "NetworkPolicy open-webui, egress, fc00::/7: isn't LiteLLM's",
      "NetworkPolicy open-webui, egress, fc00::/7: opens TCP/80",
      "NetworkPolicy open-webui, egress, fc00::/7: reaches fc00::1",
      "NetworkPolicy litellm, egress, 169.254.20.10/32: reaches 169.254.20.10",
    ],
  }),
  rule({
    says: "a way from LiteLLM to Bedrock, wherever its public addresses are",
    of: () => reachable.map((address) => ({ where: address, address })),
    atLeast: 4,
    violations: ({ address }, rendered) =>
      blocks(rendered).some(({ cidr, except }) => isIn(address, cidr) && !except.some((range) => isIn(address, range)))
        ? []
        : ["can't be reached"],
    bad: [
      object("NetworkPolicy", "litellm", {
        egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["172.0.0.0/8"] } }], ports: [{ port: 443 }] }],
      }),
    ],
    finds: ["172.15.0.1: can't be reached", "172.32.0.1: can't be reached", "2600:1f18::1: can't be reached"],
  }),
  rule<BlockSubject>({
    says: "exceptions that Kubernetes takes: smaller than their range, and inside it",
    of: blocks,
    atLeast: 2,
    violations: ({ cidr, except }) =>
      except
        .filter((range) => refusedByKubernetes(cidr, range))
        .map((range) => `except ${range}: Kubernetes answers "must be a strict subset of cidr"`),
    bad: [
      object("NetworkPolicy", "litellm", {
        egress: [
          {
            to: [
              { ipBlock: { cidr: "10.0.0.0/8", except: ["10.0.0.0/8", "11.0.0.0/16", "10.1.0.0/16", "fe80::/10"] } },
            ],
          },
          { to: [{ ipBlock: { cidr: "::/0", except: ["::ffff:0:0/96", "fe80::/10"] } }] },
        ],
      }),
    ],
    finds: [
      'NetworkPolicy litellm, egress, 10.0.0.0/8: except 10.0.0.0/8: Kubernetes answers "must be a strict subset of cidr"',
      'NetworkPolicy litellm, egress, 10.0.0.0/8: except 11.0.0.0/16: Kubernetes answers "must be a strict subset of cidr"',
      'NetworkPolicy litellm, egress, 10.0.0.0/8: except fe80::/10: Kubernetes answers "must be a strict subset of cidr"',
      'NetworkPolicy litellm, egress, ::/0: except ::ffff:0:0/96: Kubernetes answers "must be a strict subset of cidr"',
    ],
  }),
  rule<EdgeSubject>({
    says: "policies that are the configuration's edges, at both ends",
    of: edgesOfBoth,
    atLeast: 12,
    violations: ({ direction, edge }, rendered) => [
      ...(allowedEdges(rendered, direction).has(edge) ? [] : ["is missing in the policies"]),
      ...(configuredEdges(rendered, direction).has(edge) ? [] : ["is no edge of networkEdges()"]),
    ],
    bad: {
      objects: renderManifests(minimal).objects.map(({ file, manifest }) => ({
        file,
        manifest: manifest.metadata.name === "open-webui-redis" ? redisPolicy : manifest,
      })),
    },
    finds: [
      "ingress: default{app=litellm} -> open-webui{app=open-webui-redis} TCP/6379: is no edge of networkEdges()",
      "ingress: open-webui{app=litellm} -> open-webui{app=open-webui-redis} TCP/6379: is missing in the policies",
    ],
  }),
  rule<PolicyRuleSubject>({
    says: "ports in policies that the pods behind them have",
    of: (rendered) => policyRules(rendered).filter(({ direction }) => direction === "ingress"),
    atLeast: 3,
    violations: ({ policy, ports: policyPorts }, rendered) => {
      const app = at(policy.spec, "podSelector", "matchLabels", "app");
      const open = podsOf(rendered)
        .filter((pod) => pod.app === app)
        .flatMap(({ spec }) => list(at(spec, "containers")))
        .flatMap((container) => list(at(container, "ports")).map((port) => at(port, "containerPort")));
      return policyPorts
        .map((port) => at(port, "port"))
        .filter((port) => !open.includes(port))
        .map((port) => `no container of ${String(app)} has the port ${String(port)}`);
    },
    bad: [
      workload({ app: "open-webui", container: { ports: [{ name: "http", containerPort: 8080 }] } }),
      object("NetworkPolicy", "open-webui", {
        podSelector: { matchLabels: { app: "open-webui" } },
        ingress: [{ from: [componentPeer("kube-system", "traefik")], ports: [{ port: 80 }, { port: 8080 }] }],
      }),
    ],
    finds: ["NetworkPolicy open-webui, ingress: no container of open-webui has the port 80"],
  }),
];

/** A selector without labels selects everything. */
function isNarrow(peer: unknown): boolean {
  const fields = Object.keys(record(peer)).sort().join();
  if (fields === "ipBlock") return true;
  const hasLabels = (selector: string) =>
    Object.keys(record(at(peer, selector))).join() === "matchLabels" &&
    Object.keys(record(at(peer, selector, "matchLabels"))).length > 0;
  return fields === "namespaceSelector,podSelector" && hasLabels("namespaceSelector") && hasLabels("podSelector");
}

function componentPeer(namespace: string, app: string) {
  return {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    podSelector: { matchLabels: { app } },
  };
}

/** Somebody else's Postgres, at the addresses that the configuration names. */
function isDatabase({ database }: StackConfig, cidr: string, used: string): boolean {
  return (
    database.kind === "external-postgres" &&
    database.server.kind === "addresses" &&
    database.server.cidrs.includes(cidr) &&
    used === `TCP/${database.port}`
  );
}
