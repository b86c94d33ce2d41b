import { isIPv6 } from "node:net";
import { type Edge, networkEdges, type Peer } from "../../lib/network";
import { accept, minimal, minimalWith, testRecipient } from "../support/config-input";
import { exampleNames, loadExample } from "../support/examples";

/** An end of an edge on one line, pods with everything by which they are told. */
function peer(end: Peer): string {
  switch (end.kind) {
    case "component":
      return end.component;
    case "pods": {
      const labels = Object.entries(end.podLabels).map(([key, value]) => `${key}=${value}`);
      return `${end.name} (${end.namespace}: ${labels.join()})`;
    }
    case "addresses":
      return `${end.name} (${end.blocks.map(({ cidr }) => cidr).join()})`;
  }
}

function line({ from, to, ports, why }: Edge): string {
  return `${peer(from)} → ${peer(to)} ${ports.map(({ port, protocol }) => `${protocol} ${port}`).join()}: ${why}`;
}

const clusterDns = "cluster DNS (kube-system: k8s-app=kube-dns) UDP 53,TCP 53: names are resolved";
const chats = "open-webui → litellm TCP 4000: chats are answered";
const sessions = "open-webui → open-webui-redis TCP 6379: sign-outs are remembered, with accounts";
const budgets = [
  "litellm → open-webui-redis TCP 6379: budget and rate limits are counted",
  "litellm → public addresses (0.0.0.0/0,::/0) TCP 443: Bedrock's API, whose addresses change",
  `litellm → ${clusterDns}`,
  `open-webui → ${clusterDns}`,
];
const always = [sessions, ...budgets];
const traefik =
  "ingress controller (kube-system: app.kubernetes.io/name=traefik) → open-webui TCP 8080: people use the chat";

const expected: Readonly<Record<string, readonly string[]>> = {
  digitalocean: [
    "ingress controller (ingress-nginx: app.kubernetes.io/name=ingress-nginx) → open-webui TCP 8080: people use the chat",
    chats,
    ...always,
  ],
  family: [traefik, chats, ...always],
  homelab: [
    traefik,
    chats,
    "Prometheus (monitoring: app.kubernetes.io/name=prometheus) → litellm TCP 4000: metrics are scraped",
    ...always,
  ],
  minimal: [chats, ...always],
  postgres: [
    traefik,
    chats,
    "Prometheus (monitoring: app.kubernetes.io/name=prometheus) → litellm TCP 4000: metrics are scraped",
    sessions,
    "open-webui → open-webui-postgres TCP 5432: accounts and chats are kept",
    ...budgets,
  ],
  "web-identity": [
    "ingress controller (ingress-nginx: app.kubernetes.io/name=ingress-nginx) → open-webui TCP 8080: people use the chat",
    chats,
    "Prometheus (monitoring: app.kubernetes.io/name=prometheus) → litellm TCP 4000: metrics are scraped",
    ...always,
  ],
};

describe("networkEdges", () => {
  it.each(exampleNames)("are these and no others for examples/%s", (name) => {
    expect(networkEdges(loadExample(name)).map(line)).toEqual(expected[name]);
  });

  it("let the scheduled backup to the stack's Postgres, and to none where it copies a file", () => {
    const ofBackup = (changes: Parameters<typeof minimalWith>[0]) =>
      networkEdges(accept(minimalWith({ backup: { recipient: testRecipient }, ...changes })))
        .map(line)
        .filter((edge) => edge.startsWith("open-webui-backup "));
    expect(ofBackup({})).toEqual([]);
    expect(ofBackup({ database: { kind: "postgres" } })).toEqual([
      "open-webui-backup → open-webui-postgres TCP 5432: the database is dumped",
      `open-webui-backup → ${clusterDns}`,
    ]);
  });

  it.each([
    [{ kind: "pods", namespace: "db", podLabels: { app: "pg" } }, "Postgres (db: app=pg)"],
    [{ kind: "addresses", cidrs: ["192.168.7.20/32", "fd00::20/128"] }, "Postgres (192.168.7.20/32,fd00::20/128)"],
  ])("lead to somebody else's Postgres, and nowhere near it: %j", (server, told) => {
    const database = { kind: "external-postgres", urlSecret: { name: "db" }, server, port: 6432 };
    const edges = networkEdges(accept(minimalWith({ database }))).map(line);
    expect(edges.filter((edge) => edge.includes("Postgres"))).toEqual([
      `open-webui → ${told} TCP 6432: accounts and chats are kept`,
    ]);
  });

  it("let nobody in from outside without an ingress and monitoring", () => {
    const edges = networkEdges(accept(minimalWith({ ingress: { kind: "none" }, monitoring: { kind: "none" } })));
    expect(edges.map(({ from }) => from.kind)).toEqual(edges.map(() => "component"));
  });

  it("tell the ingress controller and Prometheus as the configuration does", () => {
    const edges = networkEdges(
      accept({
        ...minimal,
        ingress: { kind: "ingress", controller: { namespace: "edge", podLabels: { app: "haproxy", tier: "public" } } },
        monitoring: {
          kind: "prometheus-operator",
          prometheus: { namespace: "observability", podLabels: { app: "prom" } },
        },
      }),
    ).map(line);
    expect(edges).toContain(
      "ingress controller (edge: app=haproxy,tier=public) → open-webui TCP 8080: people use the chat",
    );
    expect(edges).toContain("Prometheus (observability: app=prom) → litellm TCP 4000: metrics are scraped");
  });

  it("let Prometheus in where it goes by annotations, too", () => {
    const monitoring = { kind: "annotations", openMetrics: { reason: "A test of the annotations." } };
    expect(networkEdges(accept(minimalWith({ monitoring }))).map(line)).toContain(
      "Prometheus (monitoring: app.kubernetes.io/name=prometheus) → litellm TCP 4000: metrics are scraped",
    );
  });

  it("tell the cluster's DNS as the configuration does", () => {
    const dns = { namespace: "dns", podLabels: { app: "coredns" } };
    const edges = networkEdges(accept(minimalWith({ "cluster.dns": dns }))).map(line);
    expect(edges.filter((edge) => edge.endsWith("names are resolved"))).toEqual([
      "litellm → cluster DNS (dns: app=coredns) UDP 53,TCP 53: names are resolved",
      "open-webui → cluster DNS (dns: app=coredns) UDP 53,TCP 53: names are resolved",
    ]);
  });

  it("add a node-local DNS cache, by its address alone, for each that resolves names", () => {
    const edges = networkEdges(accept(minimalWith({ "cluster.dns.nodeLocalAddress": "169.254.20.10" })));
    const cache = "node-local DNS cache (169.254.20.10/32) UDP 53,TCP 53: names are resolved";
    expect(edges.map(line)).toEqual([
      chats,
      ...always.slice(0, 3),
      `litellm → ${clusterDns}`,
      `litellm → ${cache}`,
      `open-webui → ${clusterDns}`,
      `open-webui → ${cache}`,
    ]);
    const blocks = edges.flatMap(({ to }) => (to.kind === "addresses" && to.name.includes("cache") ? to.blocks : []));
    expect(blocks.map(({ except }) => except)).toEqual([[], []]);
  });

  it("let the Job in that brings assistants, and only where there is one", () => {
    const edges = networkEdges(accept(minimalWith({ assistants: {} }))).map(line);
    expect(edges.filter((edge) => edge.includes("provisioner"))).toEqual([
      "open-webui-provisioner → open-webui TCP 8080: assistants and prompts are brought",
      `open-webui-provisioner → ${clusterDns}`,
    ]);
  });

  it("give Redis no way out", () => {
    const edges = networkEdges(loadExample("homelab"));
    expect(edges.filter(({ from }) => peer(from) === "open-webui-redis")).toEqual([]);
    expect(edges.filter(({ to }) => peer(to) === "open-webui-redis")).toHaveLength(2);
  });
});

describe("the public addresses that LiteLLM may reach", () => {
  const blocks = networkEdges(accept(minimal)).flatMap(({ to }) => (to.kind === "addresses" ? to.blocks : []));

  function bits(address: string): string {
    const binary = (parts: readonly string[], base: number, width: number) =>
      parts.map((part) => Number.parseInt(part, base).toString(2).padStart(width, "0")).join("");
    if (!isIPv6(address)) return binary(address.split("."), 10, 8);
    const [head = [], tail = []] = address.split("::").map((part) => part.split(":").filter((group) => group !== ""));
    const zeros = Array.from({ length: 8 - head.length - tail.length }, () => "0");
    return binary([...head, ...zeros, ...tail], 16, 16);
  }

  /** As a NetworkPolicy reads it: a range holds only addresses of its own family. */
  function contains(cidr: string, address: string): boolean {
    const [network = "", prefix] = cidr.split("/");
    return isIPv6(network) === isIPv6(address) && bits(address).startsWith(bits(network).slice(0, Number(prefix)));
  }

  function reachable(address: string): boolean {
    return blocks.some(
      ({ cidr, except }) => contains(cidr, address) && !except.some((range) => contains(range, address)),
    );
  }

  it.each([
    ["Bedrock's", "3.5.140.2"],
    ["the first before 10.0.0.0/8", "9.255.255.255"],
    ["the first after 10.0.0.0/8", "11.0.0.0"],
    ["the first after 172.16.0.0/12", "172.32.0.0"],
    ["the last before 100.64.0.0/10", "100.63.255.255"],
    ["the last before multicast", "223.255.255.255"],
    ["Bedrock's, IPv6", "2600:1f18::1"],
  ])("are told apart: %s, %s, is one", (_, address) => {
    expect(reachable(address)).toBe(true);
  });

  it.each([
    ["this network", "0.0.0.1"],
    ["private, 10/8", "10.43.0.1"],
    ["carrier-grade NAT", "100.127.255.254"],
    ["this host", "127.0.0.1"],
    ["the cloud's metadata service", "169.254.169.254"],
    ["ECS's credentials", "169.254.170.2"],
    ["private, 172.16/12", "172.31.255.255"],
    ["IETF protocols, among them Oracle's metadata service", "192.0.0.192"],
    ["private, 192.168/16", "192.168.1.1"],
    ["benchmarking", "198.19.255.255"],
    ["multicast", "224.0.0.251"],
    ["reserved", "240.0.0.1"],
    ["broadcast", "255.255.255.255"],
    ["unspecified, IPv6", "::"],
    ["this host, IPv6", "::1"],
    ["IPv4 behind NAT64", "64:ff9b::a9fe:a9fe"],
    ["unique local, among them AWS's metadata service", "fd00:ec2::254"],
    ["link-local, IPv6", "fe80::1"],
    ["multicast, IPv6", "ff02::1"],
  ])("are told apart: %s, %s, is none", (_, address) => {
    expect(reachable(address)).toBe(false);
  });

  it("are ranges within a block of their own family, none of them IPv4 written as IPv6, which Kubernetes refuses", () => {
    const ranges = blocks.flatMap(({ cidr, except }) => except.map((range) => ({ cidr, range })));
    expect(ranges.length).toBeGreaterThan(1);
    for (const { cidr, range } of ranges) {
      expect(contains(cidr, `${range.split("/")[0]}`)).toBe(true);
      expect(range).not.toMatch(/^::ffff:/i);
    }
  });
});

describe("with a simulated Bedrock", () => {
  it("LiteLLM reaches it instead of the internet, and nothing else changes", () => {
    const config = loadExample("homelab");
    const edges = networkEdges(config);
    const simulated = networkEdges(config, { simulateBedrock: true });
    const changed = simulated.filter((edge, index) => JSON.stringify(edge) !== JSON.stringify(edges[index]));
    expect(simulated).toHaveLength(edges.length);
    expect(changed).toEqual([
      {
        from: { kind: "component", component: "litellm" },
        to: { kind: "component", component: "simulated-bedrock" },
        ports: [{ port: 8080, protocol: "TCP" }],
        why: "simulated models answer",
      },
    ]);
  });
});
