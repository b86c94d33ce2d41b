import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { checkContext } from "../../../ops/checks/context";
import { checkCustomResources } from "../../../ops/checks/custom-resources";
import { checkIngress } from "../../../ops/checks/ingress";
import { checkNetworkPolicies } from "../../../ops/checks/network-policies";
import { checkPeers } from "../../../ops/checks/peers";
import { checkProxyKey } from "../../../ops/checks/proxy-key";
import { checkSecrets } from "../../../ops/checks/secrets";
import { checkStorage } from "../../../ops/checks/storage";
import { clusterContext } from "../../support/checks";
import { fails } from "../../support/fake-programs";

const traefik = {
  "ingress.kind": "traefik",
  "ingress.middlewares": [{ name: "google-oauth", namespace: "public-ingress" }],
};
const items = (...objects: readonly object[]) => ({ items: objects });
const named = (name: string, more: object = {}) => ({ metadata: { name }, ...more });

describe("the cluster", () => {
  const versions = (client: string, server: string) => ({
    clientVersion: { minor: client },
    serverVersion: { gitVersion: `v1.${server}.4`, minor: server },
  });

  it("is named, with its version and whether the stack is there", async () => {
    const context = await clusterContext({ version: versions("33", "34"), "get namespace": named("open-webui") });
    expect(await checkContext(context)).toEqual([
      { level: "ok", what: "cluster k3s (https://192.0.2.7:6443), Kubernetes v1.34.4; Namespace open-webui is here" },
    ]);
  });

  it("doesn't fit a kubectl of quite another version", async () => {
    const [first, skew] = await checkContext(await clusterContext({ version: versions("30", "33+") }));
    expect(first?.what).toContain("no stack is here yet");
    expect(skew).toMatchObject({ level: "warning", what: "kubectl is 3 minor versions away from the cluster" });
  });

  it("isn't reached: nothing else can be checked", async () => {
    const client = JSON.stringify({ clientVersion: { minor: "33" } });
    const context = await clusterContext({ version: { ...fails("E1 memcache\nconnection refused"), stdout: client } });
    await expect(checkContext(context)).rejects.toThrow("k3s (https://192.0.2.7:6443): the API server doesn't answer");
  });
});

describe("custom resources", () => {
  it("are missing when the cluster doesn't know a kind, or a whole group", async () => {
    const kinds = (...names: readonly string[]) => ({ resources: names.map((kind) => ({ kind })) });
    const context = await clusterContext(
      {
        "/api/v1": kinds("Namespace", "ConfigMap", "Service", "PersistentVolumeClaim"),
        "/apis/apps/v1": kinds("Deployment", "StatefulSet"),
        "/apis/networking.k8s.io/v1": kinds("NetworkPolicy"),
        "/apis/traefik.io": fails("not found"),
      },
      traefik,
    );
    expect(await checkCustomResources(context)).toEqual([
      {
        level: "problem",
        what: "the cluster doesn't know traefik.io/v1alpha1 IngressRoute",
        why: "it refuses such objects, so they would be missing",
        mend: 'install Traefik (https://doc.traefik.io/traefik/), or choose ingress.kind "ingress" or "none"',
      },
    ]);
  });
});

describe("the storage class", () => {
  const isDefault = { annotations: { "storageclass.kubernetes.io/is-default-class": "true" } };

  it.each([
    [
      "the default one is there",
      {},
      items({ metadata: { name: "fast", ...isDefault } }),
      "ok",
      "a default storage class",
    ],
    ["there is no default one", {}, items(named("fast")), "problem", "the cluster has no default storage class"],
    ["there is none at all", {}, items(), "problem", "the cluster has no default storage class"],
  ])("is known: %s", async (_, settings, classes, level, what) => {
    const [finding, ...others] = await checkStorage(await clusterContext({ storageclasses: classes }, settings));
    expect([finding, others]).toEqual([expect.objectContaining({ level, what }), []]);
  });

  it("is missed by its name, with those that are there", async () => {
    const settings = { "openWebUi.storage": { storageClass: "longhorn" }, "redis.storage": { storageClass: "fast" } };
    const findings = await checkStorage(await clusterContext({ storageclasses: items(named("fast")) }, settings));
    expect(findings).toContainEqual({
      level: "problem",
      what: "there is no storage class longhorn",
      why: "the pods would wait for their volumes for ever",
      mend: "correct openWebUi.storage.storageClass and redis.storage.storageClass; there are: fast",
    });
    expect(findings).toContainEqual({ level: "ok", what: "storage class fast" });
  });
});

describe("the way in", () => {
  const pod = (args: readonly string[], env: readonly object[] = []) =>
    items({ spec: { containers: [{ args, env }] } });

  it.each([
    ["an argument", pod(["--providers.kubernetesCRD.allowCrossNamespace=true"]), "ok"],
    ["an argument without a value", pod(["--providers.kubernetescrd.allowcrossnamespace"]), "ok"],
    ["a variable", pod([], [{ name: "TRAEFIK_PROVIDERS_KUBERNETESCRD_ALLOWCROSSNAMESPACE", value: "true" }]), "ok"],
    ["an argument that says no", pod(["--providers.kubernetescrd.allowcrossnamespace=false"]), "problem"],
    ["nothing", pod(["--entrypoints.web.address=:80"]), "problem"],
    ["a file that can't be read here", pod(["--configFile=/etc/traefik.yaml"]), "warning"],
  ])("is told by Traefik's %s", async (_, pods, level) => {
    const context = await clusterContext({ "get middlewares": "middleware/google-oauth", "get pods": pods }, traefik);
    const [middleware, crossNamespace] = await checkIngress(context);
    expect(middleware).toEqual({ level: "ok", what: "middleware public-ingress/google-oauth" });
    expect(crossNamespace).toMatchObject({ level });
  });

  it("lacks a middleware", async () => {
    const [finding] = await checkIngress(await clusterContext({}, traefik));
    expect(finding).toEqual({
      level: "problem",
      what: "there is no middleware public-ingress/google-oauth",
      why: "Traefik drops the route then, and answers 404",
      mend: "make it, or correct ingress.middlewares; kubectl get middlewares -A shows what there is",
    });
  });

  it("asks nothing of a middleware in the stack's own Namespace but that it is there", async () => {
    const settings = { ...traefik, "ingress.middlewares": [{ name: "google-oauth" }] };
    const findings = await checkIngress(
      await clusterContext({ "get middlewares": "middleware/google-oauth" }, settings),
    );
    expect(findings).toEqual([{ level: "ok", what: "middleware open-webui/google-oauth" }]);
  });

  it("lacks an IngressClass", async () => {
    const settings = { "ingress.kind": "ingress", "ingress.className": "nginx" };
    expect(await checkIngress(await clusterContext({}, settings))).toMatchObject([
      { level: "problem", what: "there is no IngressClass nginx" },
    ]);
  });

  it("is a port-forward without an ingress", async () => {
    expect(await checkIngress(await clusterContext({}))).toEqual([
      { level: "ok", what: "no ingress: people come in by npm run open" },
    ]);
  });
});

describe("the network policies' peers", () => {
  it("are told by their labels, and a missing one is a problem, but for Prometheus", async () => {
    const settings = { ...traefik, "monitoring.kind": "prometheus-operator" };
    const context = await clusterContext(
      { "-n kube-system -l k8s-app=kube-dns": items(named("coredns")), "get pods": items() },
      settings,
    );
    const findings = await checkPeers(context);
    expect(findings.map(({ level, what }) => [level, what])).toEqual([
      ["problem", "ingress controller: there are no pods app.kubernetes.io/name=traefik in kube-system"],
      ["warning", "Prometheus: there are no pods app.kubernetes.io/name=prometheus in monitoring"],
      ["ok", "cluster DNS: pods k8s-app=kube-dns in kube-system"],
    ]);
    expect(findings[0]).toMatchObject({ mend: "correct ingress.controller (docs/configuration.md#ingress)" });
  });
});

describe("network policies", () => {
  const ready = (name: string) =>
    items(named(name, { status: { podIP: "10.42.0.7", conditions: [{ type: "Ready", status: "True" }] } }));
  const running = { "-l app=litellm": ready("litellm-1"), "-l app=open-webui": ready("open-webui-0") };

  it.each([
    ["enforced", { ...running, "exec -n": "refused\n" }, "ok", "enforced: LiteLLM doesn't reach Open WebUI"],
    ["not enforced", { ...running, "exec -n": "reached\n" }, "problem", "aren't enforced: LiteLLM reaches Open WebUI"],
    ["not tried", { ...running, "exec -n": fails("no exec") }, "warning", "enforced couldn't be tried: no exec"],
  ])("are tried out where the stack runs: %s", async (_, answers, level, what) => {
    const [finding] = await checkNetworkPolicies(await clusterContext(answers));
    expect(finding).toMatchObject({ level, what: expect.stringContaining(what) });
  });

  const nodes = (kubeletVersion: string, annotations = {}) =>
    items({ metadata: { name: "one", annotations }, status: { nodeInfo: { kubeletVersion } } });
  const off = { "k3s.io/node-args": '["server","--disable-network-policy"]' };

  it.each([
    ["Cilium", { "get daemonsets": items(named("cilium")) }, "ok", "network policies: cilium enforces them"],
    ["k3s", { "get nodes": nodes("v1.33.4+k3s1") }, "ok", "network policies: k3s enforces them"],
    [
      "k3s without",
      { "get nodes": nodes("v1.33.4+k3s1", off) },
      "problem",
      "network policies: k3s runs with --disable-network-policy",
    ],
    [
      "flannel",
      { "get daemonsets": items(named("kube-flannel-ds")), "get nodes": nodes("v1.33.4") },
      "problem",
      "network policies: flannel alone doesn't enforce them",
    ],
    [
      "unknown",
      { "get nodes": nodes("v1.33.4") },
      "warning",
      "network policies: no agent is known here that enforces them",
    ],
  ])("are told by who would enforce them: %s", async (_, answers, level, what) => {
    const [finding] = await checkNetworkPolicies(await clusterContext(answers));
    expect(finding).toMatchObject({ level, what });
  });
});

describe("Secrets", () => {
  const secret = (name: string, ...keys: readonly string[]) => ({
    metadata: { name },
    data: Object.fromEntries(keys.map((key) => [key, ""])),
  });
  const liteLlm = [
    "LITELLM_MASTER_KEY",
    "CONSUMER_KEY_OPEN_WEBUI",
    "CONSUMER_KEY_PROMETHEUS",
    "CONSUMER_KEY_VERIFY",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "REDIS_PASSWORD",
  ];
  const openWebUi = secret(
    "open-webui",
    "OPENAI_API_KEY",
    "WEBUI_SECRET_KEY",
    "REDIS_PASSWORD",
    "WEBUI_ADMIN_PASSWORD",
  );
  const redis = secret("open-webui-redis", "users.acl");
  const isDeployed = { "get deployment": named("litellm") };

  it("are all there", async () => {
    const answers = { "get secrets": items(secret("litellm", ...liteLlm), openWebUi, redis) };
    expect(await checkSecrets(await clusterContext(answers))).toEqual([
      { level: "ok", what: "3 Secrets with every key that the pods read" },
    ]);
  });

  it("come with the first deployment", async () => {
    expect(await checkSecrets(await clusterContext({}))).toEqual([
      { level: "ok", what: "the Secrets aren't there yet: they come with the deployment" },
    ]);
  });

  it("lack keys, or are missing, where the stack runs", async () => {
    const answers = { ...isDeployed, "get secrets": items(secret("litellm", ...liteLlm.slice(2)), openWebUi) };
    const missing = ["open-webui-redis", "LITELLM_MASTER_KEY, CONSUMER_KEY_OPEN_WEBUI in Secret litellm"];
    const findings = await checkSecrets(await clusterContext(answers));
    expect(findings.map(({ what }) => what).sort()).toEqual([
      `missing: ${missing[1]}`,
      `missing: Secret ${missing[0]}`,
    ]);
    expect(findings[0]).toMatchObject({
      level: "problem",
      mend: "npm run deploy, or npm run -s secrets | kubectl apply --server-side -f -",
    });
  });

  it.each([
    ["existing", {}, 3, "docs/configuration.md#secrets says what each one holds"],
    ["external", isDeployed, 3, "kubectl describe externalsecrets"],
  ])("of kind %s are others' matter", async (kind, answers, count, mend) => {
    const settings =
      kind === "external" ? { "secrets.kind": kind, "secrets.store": { name: "vault" } } : { "secrets.kind": kind };
    const findings = await checkSecrets(await clusterContext(answers, settings));
    expect(findings).toHaveLength(count);
    expect(findings[0]).toMatchObject({ level: "problem", mend: expect.stringContaining(mend) });
  });
});

describe("LiteLLM without a key", () => {
  async function check(status: number) {
    const server = createServer((_, response) => response.writeHead(status).end()).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const forwarding = `Forwarding from 127.0.0.1:${(server.address() as AddressInfo).port} -> 4000\n`;
    const deployment = { status: { readyReplicas: 1 } };
    try {
      return await checkProxyKey(await clusterContext({ "get deployment": deployment, "port-forward": forwarding }));
    } finally {
      server.close();
    }
  }

  it("answers 401", async () => {
    expect(await check(401)).toEqual([{ level: "ok", what: "LiteLLM answers 401 without a key" }]);
  });

  it("answers anything else: whoever reaches it would spend money", async () => {
    expect(await check(200)).toMatchObject([
      { level: "problem", what: "LiteLLM answers 200 and 200 without a key and with a wrong one, instead of 401" },
    ]);
  });

  it("can't be asked while it doesn't run", async () => {
    expect(await checkProxyKey(await clusterContext({ "get deployment": { status: {} } }))).toEqual([]);
    expect(await checkProxyKey(await clusterContext({}))).toEqual([]);
  });
});
