/**
 * Needs what pods.test.ts needs, and runs as root on the cluster's only node itself, with iproute2: the world outside
 * is a network namespace of this machine. Works in the Namespaces `net-test` and `net-…-test`, which are deleted.
 *
 * Every connection that the policies refuse is first seen to succeed without them: a refusal has no other reason.
 */
import { networkInterfaces } from "node:os";
import { App } from "cdk8s";
import { NetworkChart } from "../../../k8s/charts/network-chart";
import { parseConfig } from "../../../lib/config";
import { components } from "../../../lib/naming";
import { networkEdges, type Peer } from "../../../lib/network";
import { deleteNamespace, kubectl } from "../support/kubectl";
import { bundleProbe } from "../support/network/bundle";
import { isIn, isOnEdge, type PodPeer, podsOf } from "../support/network/ends";
import { type ListeningPod, listenInPod, listeningPod, probeContainer } from "../support/network/listening-pod";
import {
  type Attempt,
  expectReached,
  probeUntil,
  type Reached,
  type Source,
  type Target,
  targetsOf,
} from "../support/network/matrix";
import { OutsideHosts } from "../support/network/outside-hosts";
import { TestStack } from "../support/test-stack";

const nodeLocalDns = "169.254.10.53";
const stack = new TestStack(
  parseConfig(
    {
      namespace: "net",
      host: "net.example.com",
      models: { micro: { model: "amazon.nova-micro-v1:0" } },
      openWebUi: { auth: { kind: "accounts", owner: "you@example.com" }, storage: { storageClass: "longhorn" } },
      redis: { storage: { storageClass: "longhorn" } },
      ingress: { kind: "traefik", controller: { namespace: "net-ingress-test" } },
      monitoring: { kind: "prometheus-operator", prometheus: { namespace: "net-monitoring-test" } },
      cluster: { dns: { nodeLocalAddress: nodeLocalDns } },
    },
    "this test",
  ),
);
const { namespace } = stack.config;
const edges = networkEdges(stack.config);
const peers = edges.flatMap(({ from, to }) => [from, to]);

/** By a name that a pod may have. */
const podPeers: ReadonlyMap<string, PodPeer> = new Map(
  peers
    .filter((peer) => peer.kind !== "addresses")
    .map((peer) => [peer.kind === "component" ? peer.component : peer.name.toLowerCase().replaceAll(" ", "-"), peer]),
);

const elsewhere = "net-elsewhere-test";
const namespaces = [namespace, "net-ingress-test", "net-monitoring-test", elsewhere];

/** The peers that nobody else runs; a lookalike of each peer elsewhere; a neighbour in each Namespace. */
const testPods: readonly ListeningPod[] = [
  ...[...podPeers]
    .filter(([, peer]) => peer.kind === "pods" && namespaces.includes(peer.namespace))
    .map(([name, peer]) => ({ name, ...podsOf(peer, namespace) })),
  ...[...podPeers].map(([name, peer]) => ({ name, ...podsOf(peer, namespace), namespace: elsewhere })),
  ...namespaces.map((each) => ({ name: "neighbour", namespace: each, labels: { app: "neighbour" } })),
];

/** One in the internet, and one in each range that isn't. */
const outside = new OutsideHosts([
  "198.51.100.10",
  "10.77.0.2",
  "100.64.77.2",
  "169.254.10.10",
  nodeLocalDns,
  "172.16.77.2",
  "192.0.0.77",
  "192.168.77.2",
  "198.18.77.2",
]);

/** Those of all edges, and two that are on none. */
const ports = [...new Set(edges.flatMap((edge) => edge.ports.map(({ port }) => port))), 80, 9999];
/** Those on which the probe may listen in the stack's own pods. */
const unprivilegedPorts = ports.filter((port) => port >= 1024);

const node = "the node";
const sourceNames = [
  ...Object.values(components).map((component) => `${namespace}/${component}`),
  ...testPods.map((pod) => `${pod.namespace}/${pod.name}`),
  "a host outside",
  node,
];

const probe = bundleProbe();

function list<Item>(...args: readonly string[]): readonly Item[] {
  return (JSON.parse(kubectl(["get", ...args, "-o", "json"])) as { readonly items: readonly Item[] }).items;
}

interface RunningPod {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly status: { readonly podIP: string };
}

function deployTestPods(): void {
  const others = namespaces.filter((name) => name !== namespace);
  const items = [
    ...others.map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })),
    ...testPods.map((pod) => listeningPod(pod, probe, ports)),
  ];
  kubectl(["apply", "--server-side", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  for (const name of namespaces)
    kubectl(["-n", name, "wait", "--for=condition=Ready", "pods", "--all", "--timeout=120s"]);
}

function podSources(): readonly (Source & Required<Pick<Source, "pod">>)[] {
  return namespaces.flatMap((inNamespace) =>
    list<RunningPod>("pods", "-n", inNamespace).map(({ metadata: { name, labels }, status }) => {
      const component = Object.values(components).find((each) => inNamespace === namespace && each === labels["app"]);
      return {
        name: `${inNamespace}/${component ?? name}`,
        address: status.podIP,
        pod: { namespace: inNamespace, labels },
        command: ["kubectl", "-n", inNamespace, "exec", name, "-c", probeContainer, "--"],
      };
    }),
  );
}

function clusterDns(): readonly Target[] {
  const { namespace, podLabels } = stack.config.cluster.dns;
  const selector = Object.entries(podLabels).map((label) => label.join("="));
  return list<RunningPod>("pods", "-n", namespace, "-l", selector.join(",")).flatMap(({ metadata, status }) =>
    targetsOf("cluster DNS", { address: status.podIP, pod: { namespace, labels: metadata.labels } }, [53]),
  );
}

/** The API server by its Service and by its own address, and the kubelet. */
function controlPlane(): readonly Target[] {
  const [slice] = list<{
    readonly endpoints: readonly { readonly addresses: readonly string[] }[];
    readonly ports: readonly { readonly port: number }[];
  }>("endpointslices", "-n", "default", "-l", "kubernetes.io/service-name=kubernetes");
  const server = { address: slice?.endpoints[0]?.addresses[0] ?? "", port: slice?.ports[0]?.port ?? 0 };
  const service = kubectl(["-n", "default", "get", "service", "kubernetes", "-o", "jsonpath={.spec.clusterIP}"]);
  const kubelet = { address: nodeAddress(), port: 10250 };
  const protocol = "TCP";
  return [
    { name: "kubernetes.default.svc", address: service, port: 443, protocol, end: server },
    { name: "API server", ...server, protocol, end: server },
    { name: "kubelet", ...kubelet, protocol, end: kubelet },
  ];
}

/** @throws when this isn't the cluster's only node */
function nodeAddress(): string {
  const template = '{.items[*].status.addresses[?(@.type=="InternalIP")].address}';
  const address = kubectl(["get", "nodes", "-o", `jsonpath=${template}`]);
  const here = Object.values(networkInterfaces()).flatMap((all) => all?.map((each) => each.address) ?? []);
  if (!here.includes(address))
    throw new Error(`network.test.ts: got the nodes "${address}"; allowed: one, on which this test runs.`);
  return address;
}

/** From the stack's Namespace to everything, from everywhere else into it, and from the node to everything. */
function planAttempts(): readonly Attempt[] {
  const pods = podSources();
  const targetsIn = (ofStack: boolean) =>
    pods
      .filter(({ pod }) => (pod.namespace === namespace) === ofStack)
      .flatMap((end) =>
        targetsOf(end.name, end, end.name.endsWith("/neighbour") || !ofStack ? ports : unprivilegedPorts),
      );
  const stackTargets = targetsIn(true);
  const everything = [
    ...stackTargets,
    ...targetsIn(false),
    ...outside.addresses.flatMap((address) => targetsOf(address, { address }, ports)),
    ...clusterDns(),
    ...controlPlane(),
  ];
  const [internet = ""] = outside.addresses;
  return [
    ...pods.map((source) => ({
      source,
      targets: (source.pod.namespace === namespace ? everything : stackTargets).filter(
        ({ address }) => address !== source.address,
      ),
    })),
    { source: { name: "a host outside", address: internet, command: outside.command }, targets: stackTargets },
    { source: { name: node, address: nodeAddress(), command: [] }, targets: everything },
  ];
}

let attempts: readonly Attempt[];
let everything: Reached;
let onEdges: Reached;

beforeAll(() => {
  nodeAddress();
  outside.up();
  outside.start(process.execPath, "-e", probe, "listen", ...ports.map(String));
  stack.deploy();
  deployTestPods();
  for (const { metadata } of list<RunningPod>("pods", "-n", namespace, "-l", "app!=neighbour"))
    listenInPod(namespace, metadata.name, probe, unprivilegedPorts);
  attempts = planAttempts();
  everything = expectReached(attempts, () => true);
  onEdges = expectReached(
    attempts,
    // Probes come from the node: Kubernetes lets it in anywhere.
    (source, { end, protocol }) =>
      source.name === node || isOnEdge(edges, namespace, source, end, { port: end.port, protocol }),
  );
});

afterAll(() => {
  outside.down();
  for (const name of namespaces) kubectl(["delete", "namespace", name, "--ignore-not-found", "--wait=false"]);
  namespaces.forEach(deleteNamespace);
});

describe("without network policies", () => {
  let reached: Reached;

  beforeAll(async () => {
    stack.kubectl(["delete", "networkpolicies", "--all"]);
    reached = await probeUntil(everything, attempts, probe);
  });

  it.each(sourceNames)("%s reaches everything", (name) => {
    expect(everything[name]).not.toHaveLength(0);
    expect(reached[name]).toEqual(everything[name]);
  });
});

describe("with network policies", () => {
  let reached: Reached;

  beforeAll(async () => {
    const app = new App();
    new NetworkChart(app, "network", stack.config);
    kubectl(["apply", "--server-side", "-f", "-"], app.synthYaml());
    reached = await probeUntil(onEdges, attempts, probe);
  });

  it.each(sourceNames)("%s reaches what an edge is for, and nothing else", (name) => {
    expect(reached[name]).toEqual(onEdges[name]);
  });
});

describe("the attempts", () => {
  const name = (peer: Peer) => (peer.kind === "component" ? peer.component : peer.name);

  it.each(edges.map((edge) => [`${name(edge.from)} to ${name(edge.to)}`, edge] as const))("try %s", (_, edge) => {
    const tried = expectReached(attempts, (source, { end, protocol }) =>
      isOnEdge([edge], namespace, source, end, { port: end.port, protocol }),
    );
    expect(Object.values(tried).flat().length).toBeGreaterThanOrEqual(edge.ports.length);
  });

  it("have many that are refused", () => {
    const count = (all: Reached) => Object.values(all).flat().length;
    expect(count(everything) - count(onEdges)).toBeGreaterThan(1000);
  });

  it("try a host in every range that isn't public, where there can be one", () => {
    const ranges = peers.flatMap((peer) =>
      peer.kind === "addresses" ? peer.blocks.flatMap(({ except }) => except) : [],
    );
    const without = ranges.filter((range) => !outside.addresses.some((address) => isIn([range], address)));
    expect(without.filter((range) => !range.includes(":"))).toEqual([
      "0.0.0.0/8",
      "127.0.0.0/8",
      "224.0.0.0/4",
      "240.0.0.0/4",
    ]);
  });
});
