import { defineConfig, type StackConfigInput } from "../../../lib/config";
import { catalogue } from "../../../lib/models";
import type { Complete, EveryKind } from "../../support/complete";
import {
  accept,
  externalPostgres,
  minimal,
  minimalWith,
  problemsOf,
  refuse,
  testRecipient,
} from "../../support/config-input";
import { fakeSecrets } from "../../support/fake-secrets";

type Group<Name extends keyof StackConfigInput> = Exclude<StackConfigInput[Name], undefined>;
type Auth = Group<"openWebUi">["auth"];
type Credentials = Exclude<Exclude<Group<"aws">, undefined>["credentials"], undefined>;
type Budget = Exclude<Group<"liteLlm">["budget"], undefined>;
type State = Exclude<Group<"aws">["state"], undefined>;
type Scope = Exclude<Exclude<Group<"aws">["spendGuard"], undefined>["scope"], undefined>;
type Tls = Exclude<Extract<Group<"ingress">, { kind: "traefik" }>["tls"], undefined>;

const novaLite = "amazon.nova-lite-v1:0";
const definition = {
  offers: { us: { prices: { input: 1, output: 2 }, routes: { "us-east-1": ["us-east-1", "us-west-2"] } } },
};

/** Values by path, such as `aws.region`; empty groups and lists are values too. */
function leaves(value: unknown, path = ""): readonly (readonly [string, unknown])[] {
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  if (entries.length === 0) return value === undefined ? [] : [[path, value]];
  return entries.flatMap(([key, item]) => leaves(item, path === "" ? key : `${path}.${key}`));
}

describe("defineConfig", () => {
  it("returns what it was given, unchecked", () => {
    const config = { ...minimal, host: "not a host" };
    expect(defineConfig(config)).toBe(config);
  });
});

describe("a minimal configuration", () => {
  const defaults = [
    ["namespace", "open-webui"],
    ["aws.region", "us-east-1"],
    ["aws.userName", "open-webui-bedrock"],
    ["aws.credentials.kind", "access-key"],
    ["aws.state.kind", "local"],
    ["liteLlm.replicas", 1],
    ["liteLlm.budget.kind", "limited"],
    ["liteLlm.budget.limitUsd", 20],
    ["liteLlm.budget.period", "30d"],
    ["liteLlm.retries", 2],
    ["liteLlm.requestTimeoutSeconds", 300],
    ["liteLlm.resources.cpuRequest", "100m"],
    ["liteLlm.resources.memoryRequest", "384Mi"],
    ["liteLlm.resources.memoryLimit", "768Mi"],
    ["openWebUi.auth.allowSignUp", false],
    ["openWebUi.storage.size", "5Gi"],
    ["openWebUi.resources.cpuRequest", "100m"],
    ["openWebUi.resources.memoryRequest", "288Mi"],
    ["openWebUi.resources.memoryLimit", "1Gi"],
    ["redis.storage.size", "1Gi"],
    ["redis.resources.cpuRequest", "20m"],
    ["redis.resources.memoryRequest", "32Mi"],
    ["redis.resources.memoryLimit", "128Mi"],
    ["ingress.kind", "none"],
    ["monitoring.kind", "none"],
    ["database.kind", "sqlite"],
    ["secrets.kind", "terraform"],
    ["secrets.version", 1],
    ["cluster.domain", "cluster.local"],
    ["cluster.dns.namespace", "kube-system"],
    ["cluster.dns.podLabels.k8s-app", "kube-dns"],
  ] as const;
  const { models: _, knowledge: __, accessKeys, ...settings } = accept(minimal);
  const found = new Map(leaves(settings));

  it.each(defaults)("gets %s = %j", (path, value) => {
    expect(found.get(path)).toBe(value);
  });

  it("gets no other default", () => {
    const given = ["host", "openWebUi.auth.kind", "openWebUi.auth.owner"];
    expect([...found.keys()].sort()).toEqual([...given, ...defaults.map(([path]) => path)].sort());
  });

  it("begins with an active access key in slot a", () => {
    expect(accessKeys).toEqual({ inUse: "a", a: { status: "Active" } });
  });

  it("keeps what it gives", () => {
    expect(accept(minimal)).toMatchObject({
      host: "chat.example.com",
      models: [{ alias: "nova-lite", modelId: novaLite }],
      openWebUi: { auth: { kind: "accounts", owner: "you@example.com" } },
    });
  });
});

describe("the defaults of each kind", () => {
  it("names OAuth2 Proxy's e-mail header for a trusted header, and lets new users chat", () => {
    const auth = { kind: "trusted-header", owner: "me@example.com", unauthenticated: { reason: "a private network" } };
    expect(accept(minimalWith({ "openWebUi.auth": auth })).openWebUi.auth).toEqual({
      ...auth,
      emailHeader: "X-Auth-Request-Email",
      newUsers: "user",
    });
  });

  it("serves https through k3s' Traefik, without middlewares", () => {
    expect(accept(minimalWith({ ingress: { kind: "traefik" } })).ingress).toEqual({
      kind: "traefik",
      middlewares: [],
      entryPoints: ["websecure"],
      tls: { kind: "default-certificate" },
      controller: { namespace: "kube-system", podLabels: { "app.kubernetes.io/name": "traefik" } },
    });
  });

  it("expects ingress-nginx behind a standard Ingress", () => {
    expect(accept(minimalWith({ ingress: { kind: "ingress" } })).ingress).toEqual({
      kind: "ingress",
      annotations: {},
      controller: { namespace: "ingress-nginx", podLabels: { "app.kubernetes.io/name": "ingress-nginx" } },
    });
  });

  it("expects kube-prometheus-stack in the namespace monitoring", () => {
    expect(accept(minimalWith({ monitoring: { kind: "prometheus-operator" } })).monitoring).toEqual({
      kind: "prometheus-operator",
      release: "prometheus",
      prometheus: { namespace: "monitoring", podLabels: { "app.kubernetes.io/name": "prometheus" } },
      // kube-prometheus-stack brings both.
      exporters: { kubeStateMetrics: true, kubelet: true },
      alerts: {
        budgetLeftPercent: 20,
        errorPercent: 10,
        firstTokenSeconds: 10,
        answerSeconds: 120,
        memoryPercent: 90,
        volumePercent: 85,
        backupHours: 36,
        accessKeyDays: 90,
        runbooks: "docs/operations.md",
      },
      grafana: { kind: "sidecar", label: "grafana_dashboard", folder: "Open WebUI" },
    });
  });

  it("expects no other exporter beside a Prometheus that goes by annotations", () => {
    const openMetrics = { reason: "Only Prometheus' pods get through." };
    const { monitoring } = accept(minimalWith({ monitoring: { kind: "annotations", openMetrics } }));
    expect(monitoring).toMatchObject({
      prometheus: { namespace: "monitoring", podLabels: { "app.kubernetes.io/name": "prometheus" } },
      exporters: { kubeStateMetrics: false, kubelet: false },
    });
  });

  it("expects existing Secrets under the components' names", () => {
    expect(accept(minimalWith({ secrets: { kind: "existing" } })).secrets).toEqual({
      kind: "existing",
      version: 1,
      liteLlm: "litellm",
      openWebUi: "open-webui",
      redis: "open-webui-redis",
      postgres: "open-webui-postgres",
      prometheus: "litellm-prometheus",
    });
  });

  it("reads external secrets hourly, from one entry of a ClusterSecretStore", () => {
    expect(accept(minimalWith({ secrets: { kind: "external", store: { name: "vault" } } })).secrets).toEqual({
      kind: "external",
      version: 1,
      store: { name: "vault", kind: "ClusterSecretStore" },
      remoteKey: "open-webui-bedrock",
      refreshInterval: "1h",
    });
  });

  it("makes the identity provider of a web identity", () => {
    const given = { kind: "web-identity", accountId: "123456789012", issuerUrl: "https://oidc.example.com" };
    expect(accept(minimalWith({ "aws.credentials": given })).aws.credentials).toEqual({ ...given, provider: "create" });
  });

  it("counts the whole account's costs for a spend guard, and has no token alarms", () => {
    const spendGuard = { monthlyUsd: 40, notify: ["you@example.com"] };
    expect(accept(minimalWith({ "aws.spendGuard": spendGuard })).aws.spendGuard).toEqual({
      ...spendGuard,
      scope: { kind: "account" },
    });
  });

  it("lets the tokens of one model cost a dollar in five minutes", () => {
    const spendGuard = { monthlyUsd: 40, notify: ["you@example.com"], tokenAlarms: {} };
    expect(accept(minimalWith({ "aws.spendGuard": spendGuard })).aws.spendGuard?.tokenAlarms).toEqual({
      usdPerFiveMinutes: 1,
    });
  });

  it("counts a limited budget over 30 days", () => {
    expect(accept(minimalWith({ "liteLlm.budget": { kind: "limited", limitUsd: 7.5 } })).liteLlm.budget).toEqual({
      kind: "limited",
      limitUsd: 7.5,
      period: "30d",
    });
  });
});

describe("settings that are given", () => {
  const reason = "only reachable through the VPN";
  const auth: EveryKind<Auth> = {
    proxy: { kind: "proxy", unauthenticated: { reason } },
    "trusted-header": {
      kind: "trusted-header",
      owner: "parent@example.com",
      emailHeader: "Remote-Email",
      nameHeader: "Remote-Name",
      newUsers: "pending",
      unauthenticated: { reason },
    },
    accounts: { kind: "accounts", owner: "admin@example.com", allowSignUp: true },
  };
  const tls: EveryKind<Tls> = {
    "default-certificate": { kind: "default-certificate" },
    secret: { kind: "secret", secretName: "chat-tls" },
    "cert-resolver": { kind: "cert-resolver", certResolver: "letsencrypt" },
    upstream: { kind: "upstream" },
    none: { kind: "none" },
  };
  const ingress: EveryKind<Group<"ingress">> = {
    traefik: {
      kind: "traefik",
      middlewares: [{ name: "google-oauth", namespace: "public-ingress" }],
      entryPoints: ["web"],
      tls: tls.secret,
      controller: { namespace: "traefik", podLabels: { app: "traefik" } },
    },
    ingress: {
      kind: "ingress",
      className: "nginx",
      tlsSecretName: "chat-tls",
      annotations: { "cert-manager.io/cluster-issuer": "letsencrypt" },
      controller: { namespace: "nginx", podLabels: { app: "nginx" } },
    },
    none: { kind: "none" },
  };
  const monitored = {
    prometheus: { namespace: "observability", podLabels: { app: "prometheus" } },
    alerts: {
      budgetLeftPercent: 30,
      dailySpendUsd: 2.5,
      errorPercent: 5,
      firstTokenSeconds: 4,
      answerSeconds: 60,
      memoryPercent: 80,
      volumePercent: 75,
      backupHours: 200,
      accessKeyDays: 30,
      runbooks: "https://git.example.com/chat/blob/main/docs/operations.md",
    },
  };
  const monitoring: EveryKind<Group<"monitoring">> = {
    "prometheus-operator": {
      kind: "prometheus-operator",
      release: "kps",
      ...monitored,
      exporters: { kubeStateMetrics: true, kubelet: false },
      grafana: { kind: "sidecar", label: "dashboards", folder: "Chat" },
    },
    annotations: {
      kind: "annotations",
      openMetrics: { reason: "Only Prometheus' pods get through." },
      ...monitored,
      exporters: { kubeStateMetrics: false, kubelet: true },
      grafana: { kind: "none" },
    },
    none: { kind: "none" },
  };
  const secrets: EveryKind<Group<"secrets">> = {
    terraform: { kind: "terraform", version: 2 },
    existing: {
      kind: "existing",
      version: 3,
      liteLlm: "a",
      openWebUi: "b",
      redis: "c",
      postgres: "e",
      prometheus: "d",
    },
    external: {
      kind: "external",
      version: 4,
      store: { name: "vault", kind: "SecretStore" },
      remoteKey: "kv/chat",
      refreshInterval: "30m",
    },
  };
  const budget: EveryKind<Budget> = {
    limited: { kind: "limited", limitUsd: 50, period: "7d" },
    unlimited: { kind: "unlimited", reason: "AWS Budgets stops the account" },
  };
  const credentials: EveryKind<Credentials> = {
    "access-key": { kind: "access-key" },
    "web-identity": {
      kind: "web-identity",
      accountId: "012345678901",
      issuerUrl: "https://oidc.example.com/id/1",
      provider: "existing",
    },
  };
  const state: EveryKind<State> = {
    local: { kind: "local" },
    s3: { kind: "s3", bucket: "my-terraform-state", region: "eu-west-1", keyPrefix: "chat/prod" },
  };
  const scope: EveryKind<Scope> = {
    account: { kind: "account" },
    "principal-tag": { kind: "principal-tag", key: "app", value: "chat" },
  };
  const spendGuard = {
    monthlyUsd: 40,
    notify: ["you@example.com", "me@example.com"],
    scope: scope["principal-tag"],
    tokenAlarms: { usdPerFiveMinutes: 0.5 },
  };
  const resources = { cpuRequest: "1.5", memoryRequest: "1Gi", memoryLimit: "2Gi" };
  const database: EveryKind<Group<"database">> = {
    sqlite: { kind: "sqlite" },
    postgres: { kind: "postgres", storage: { size: "8Gi", storageClass: "fast" }, resources },
    "external-postgres": {
      kind: "external-postgres",
      urlSecret: { name: "chat-db", key: "url" },
      server: { kind: "pods", namespace: "databases", podLabels: { app: "postgres" } },
      port: 6432,
    },
  };
  const complete: Complete<Omit<StackConfigInput, "models">> = {
    host: "llm.example.org",
    namespace: "chat",
    assistants: {
      guide: {
        baseModel: "nova-lite",
        name: "Guide",
        description: "Knows the way",
        systemPrompt: "Be short.",
        suggestions: ["Where am I?"],
        parameters: { temperature: 0.5, topP: 0.9, maxTokens: 100 },
        knowledge: ["decisions"],
        knowledgeLimit: { tokensPerQuestion: 90_000, usdPerQuestion: 1 },
      },
    },
    knowledge: { decisions: { path: "docs/decisions", include: ["*.md"], exclude: ["0001*"], delivery: "job" } },
    aws: {
      region: "us-west-2",
      userName: "chat",
      credentials: credentials["web-identity"],
      sourceIps: ["203.0.113.0/24", "2001:db8::/32"],
      state: state.s3,
      spendGuard,
      allowDestroy: { reason: "the account is given up" },
    },
    backup: {
      schedule: "*/30 2,14 1-15 * 1-5",
      recipient: testRecipient,
      keep: 3,
      storage: { size: "20Gi", storageClass: "slow" },
    },
    liteLlm: { replicas: 3, budget: budget.limited, retries: 0, requestTimeoutSeconds: 60, resources },
    openWebUi: { auth: auth.accounts, storage: { size: "20G", storageClass: "fast" }, resources },
    database: database.sqlite,
    redis: { storage: { size: "512Mi", storageClass: "slow" }, resources },
    ingress: ingress.traefik,
    monitoring: monitoring["prometheus-operator"],
    secrets: secrets.external,
    cluster: {
      domain: "k8s.internal",
      dns: { namespace: "dns", podLabels: { app: "coredns" }, nodeLocalAddress: "169.254.20.10" },
    },
  };

  it("are all kept", () => {
    const { models, accessKeys: _, knowledge, ...settings } = accept({ ...complete, models: minimal.models });
    expect({ ...settings, knowledge: complete.knowledge }).toEqual(complete);
    expect(knowledge.map(({ id, documents }) => [id, documents[0]?.path])).toEqual([
      ["decisions", "0002-typed-api-objects.md"],
    ]);
    expect(models).toHaveLength(1);
  });

  it.each(Object.values(auth))("are kept for openWebUi.auth.kind $kind", (given) => {
    expect(accept(minimalWith({ "openWebUi.auth": given })).openWebUi.auth).toEqual(given);
  });

  it.each(Object.values(ingress))("are kept for ingress.kind $kind", (given) => {
    expect(accept(minimalWith({ ingress: given })).ingress).toEqual(given);
  });

  it.each(Object.values(tls))("are kept for ingress.tls.kind $kind", (given) => {
    expect(
      accept(minimalWith({ ingress: { kind: "traefik", entryPoints: ["any"], tls: given } })).ingress,
    ).toHaveProperty("tls", given);
  });

  it.each(Object.values(monitoring))("are kept for monitoring.kind $kind", (given) => {
    expect(accept(minimalWith({ monitoring: given })).monitoring).toEqual(given);
  });

  it.each(Object.values(secrets))("are kept for secrets.kind $kind", (given) => {
    expect(accept(minimalWith({ secrets: given })).secrets).toEqual(given);
  });

  it.each(Object.values(credentials))("are kept for aws.credentials.kind $kind", (given) => {
    expect(accept(minimalWith({ "aws.credentials": given })).aws.credentials).toEqual(given);
  });

  it.each(Object.values(state))("are kept for aws.state.kind $kind", (given) => {
    expect(accept(minimalWith({ "aws.state": given })).aws.state).toEqual(given);
  });

  it.each(Object.values(scope))("are kept for aws.spendGuard.scope.kind $kind", (given) => {
    expect(accept(minimalWith({ "aws.spendGuard": { ...spendGuard, scope: given } })).aws.spendGuard?.scope).toEqual(
      given,
    );
  });

  it.each(Object.values(budget))("are kept for liteLlm.budget.kind $kind", (given) => {
    expect(accept(minimalWith({ "liteLlm.budget": given })).liteLlm.budget).toEqual(given);
  });

  it.each(Object.values(database))("are kept for database.kind $kind", (given) => {
    expect(accept(minimalWith({ database: given })).database).toEqual(given);
  });

  it("keep the order of the models", () => {
    const models = { b: { model: novaLite }, a: { model: novaLite } };
    expect(accept(minimalWith({ models })).models.map(({ alias }) => alias)).toEqual(["b", "a"]);
  });

  it.each([
    ["host", "x"],
    ["host", "chat.io"],
    ["host", "localhost"],
    ["host", "xn--caf-dma.example"],
    ["host", "1.2.3.example"],
    ["namespace", "n".repeat(63)],
    ["aws.userName", "A".repeat(50)],
    ["aws.spendGuard.monthlyUsd", 1],
    ["aws.spendGuard.tokenAlarms.usdPerFiveMinutes", 0.01],
    ["aws.spendGuard.scope.key", "k".repeat(100)],
    ["aws.spendGuard.scope.value", "a b_c.d:e/f=g+h-i@j"],
    ["aws.state.bucket", "abc"],
    ["aws.state.bucket", "b".repeat(63)],
    ["aws.state.keyPrefix", "chat"],
    ["liteLlm.replicas", 10],
    ["liteLlm.retries", 0],
    ["liteLlm.retries", 10],
    ["liteLlm.requestTimeoutSeconds", 10],
    ["liteLlm.requestTimeoutSeconds", 3600],
    ["liteLlm.budget.limitUsd", 0.01],
    ["openWebUi.storage.size", "1Ti"],
    ["openWebUi.storage.size", "100M"],
    ["openWebUi.auth.owner", "a@b.io"],
    ["openWebUi.storage.storageClass", "s".repeat(63)],
    ["redis.resources.cpuRequest", "1m"],
    ["redis.resources.memoryLimit", "32Mi"],
    ["redis.resources.memoryRequest", "16Mi"],
    ["redis.resources.memoryRequest", "128Mi"],
    ["ingress.tls.certResolver", "l"],
    ["ingress.tls.certResolver", "my_resolver"],
    ["secrets.remoteKey", "k"],
    ["secrets.store.name", "vault.prod"],
    ["secrets.refreshInterval", "1s"],
    ["backup.schedule", "0-59/59 0 1,31 12 7"],
    ["backup.schedule", "* * * * *"],
    ["backup.keep", 365],
    ["liteLlm.budget.period", "999d"],
    ["cluster.dns.podLabels.a", "b"],
    ["cluster.dns.podLabels.ab", "cd"],
    [`cluster.dns.podLabels.${"a".repeat(63)}`, "b".repeat(63)],
    [`cluster.dns.podLabels.${"p".repeat(253)}/a`, ""],
  ])("may be at their bounds: %s = %j", (path, value) => {
    const base = {
      "liteLlm.budget": { kind: "limited", limitUsd: 1 },
      ingress: { kind: "traefik", entryPoints: ["w"], tls: { kind: "cert-resolver", certResolver: "le" } },
      secrets: { kind: "external", store: { name: "vault" } },
      "aws.state": { kind: "s3", bucket: "state" },
      backup: { recipient: testRecipient },
      "aws.spendGuard": { ...spendGuard, notify: ["a@b.io"] },
    };
    const parsed = accept(minimalWith({ ...base, [path]: value }));
    expect(new Map(leaves(parsed)).get(path)).toBe(value);
  });
});

describe("the message about a refused configuration", () => {
  it("names the file and, for every problem of every family, the path, what was given and what is allowed", () => {
    const secret = fakeSecrets[0];
    expect(
      refuse({
        hots: "chat.example.com",
        host: "https://chat.example.com",
        namespace: 5,
        models: {
          Claude: { model: "anthropic.claude-sonnet-4-6" },
          old: { model: "anthropic.claude-3-5-haiku-20241022-v1:0" },
          dear: { model: "anthropic.claude-opus-5", profile: "global" },
          cheap: { model: "amazon.nova-micro-v1:0", fallbacks: ["dear", "deer"] },
          unlimited: { model: novaLite, rateLimit: {} },
        },
        aws: { regoin: "us-east-1" },
        openWebUi: { auth: { kind: "proxy" }, storage: { size: "0Gi" } },
        ingress: { kind: "ingress", annotations: { token: secret?.value } },
        liteLlm: { budget: { kind: "limited", limitUsd: 0 } },
      }).message,
    ).toBe(
      [
        "stack.config.ts: 13 problems; nothing was written.",
        "  - ingress.annotations.token: looks like an AWS access key id (hidden here); the configuration is no place for secrets. Remove it, treat it as leaked, and see secrets in docs/configuration.md.",
        '  - host: got "https://chat.example.com"; allowed: a DNS name in lower case without scheme, port or path, such as "chat.example.com".',
        "  - namespace: got 5; allowed: text.",
        '  - models.Claude: is no alias; allowed: lower-case letters, digits, "-" and ".", at most 63, such as "claude-sonnet".',
        "  - models.unlimited.rateLimit: got a group of settings; allowed: requestsPerMinute, tokensPerMinute or both.",
        '  - aws: has no setting "regoin". Did you mean "region"? Allowed: region, userName, credentials, sourceIps, state, spendGuard, allowDestroy.',
        "  - liteLlm.budget.limitUsd: got 0; allowed: more than 0.",
        '  - openWebUi.storage.size: got "0Gi"; allowed: a whole number above zero with Mi, Gi, Ti, M, G or T, such as "5Gi".',
        '  - has no setting "hots". Did you mean "host"? Allowed: host, namespace, models, assistants, knowledge, aws, liteLlm, openWebUi, database, backup, redis, ingress, monitoring, secrets, cluster.',
        '  - models.old.model: "anthropic.claude-3-5-haiku-20241022-v1:0" reached its end of life on 2026-06-19: requests to it fail. Use its successor "anthropic.claude-haiku-4-5-20251001-v1:0".',
        '  - models.cheap.fallbacks[1]: got "deer", which is no alias of this configuration. Did you mean "dear"? Allowed: Claude, old, dear, cheap, unlimited.',
        '  - models.cheap.fallbacks[0]: "dear" costs more than "cheap" (5/25 against 0.035/0.14 USD per million tokens in/out). Choose a cheaper one, or accept it: dearerFallbacks: { reason: "..." }.',
        '  - ingress.kind: got "ingress", which has no middlewares, with openWebUi.auth.kind "proxy": whoever reaches the chat would be let in unasked. Put the sign-in in front (ingress.kind "traefik" with its middleware), choose openWebUi.auth.kind "accounts", or say why it is safe: openWebUi.auth.unauthenticated: { reason: "..." }.',
      ].join("\n"),
    );
  });

  it.each([
    [undefined, "is missing; give a group of settings."],
    [null, "got null; allowed: a group of settings."],
    ["host", 'got "host"; allowed: a group of settings.'],
    [[minimal], "got a list; allowed: a group of settings."],
  ])("tells that %j is no configuration", (input, problem) => {
    expect(problemsOf(input)).toEqual([problem]);
  });

  it("names everything that has no default", () => {
    expect(problemsOf({})).toEqual([
      "host: is missing; give text.",
      "models: is missing; give a group of settings.",
      "openWebUi: is missing; give a group of settings.",
    ]);
  });
});

const hostAllowed = 'allowed: a DNS name in lower case without scheme, port or path, such as "chat.example.com".';
const sizeAllowed = 'allowed: a whole number above zero with Mi, Gi, Ti, M, G or T, such as "5Gi".';
const labelAllowed = 'allowed: lower-case letters, digits and "-", at most 63, such as "open-webui".';
const objectAllowed = 'allowed: a Kubernetes name: lower-case letters, digits, "-" and ".".';

describe("a single setting is refused", () => {
  it.each([
    ["a URL", "https://chat.example.com"],
    ["a space", "chat example.com"],
    ["a backtick", "chat.`example`.com"],
    ["upper case", "Chat.example.com"],
    ["an IP address", "192.168.1.10"],
    ["an IPv6 address", "[::1]"],
    ["nothing in it", ""],
    ["a port", "chat.example.com:8443"],
    ["a path", "chat.example.com/chat"],
    ["an underscore", "my_chat.example.com"],
    ["a label that begins with a dash", "-chat.example.com"],
    ["an empty label", "chat..example.com"],
    ["a closing dot", "chat.example.com."],
    ["a line break", "chat.example.com\n"],
    ["a label of 64 letters", `${"a".repeat(64)}.com`],
  ])("host with %s", (_, host) => {
    expect(problemsOf(minimalWith({ host }))).toEqual([`host: got ${JSON.stringify(host)}; ${hostAllowed}`]);
  });

  it("host of more than 253 characters, of which the message shows 77", () => {
    const host = `${"a.".repeat(125)}long`;
    expect(problemsOf(minimalWith({ host }))).toEqual([`host: got "${host.slice(0, 77)}..."; ${hostAllowed}`]);
  });

  it.each(["0Gi", "5", "5GB", "-1Gi", "1.5Gi", "", "05Gi", " 5Gi"])("storage %j", (size) => {
    expect(problemsOf(minimalWith({ "openWebUi.storage.size": size, "redis.storage.size": size }))).toEqual([
      `openWebUi.storage.size: got "${size}"; ${sizeAllowed}`,
      `redis.storage.size: got "${size}"; ${sizeAllowed}`,
    ]);
  });

  it.each([
    ["upper case", "Claude"],
    ["a space", "claude sonnet"],
    ["a slash", "anthropic/claude"],
    ["64 characters", "a".repeat(64)],
    ["a leading dash", "-claude"],
    ["nothing in it", ""],
  ])("an alias with %s", (_, alias) => {
    expect(problemsOf(minimalWith({ models: { [alias]: { model: novaLite } } }))).toEqual([
      `models.${alias}: is no alias; allowed: lower-case letters, digits, "-" and ".", at most 63, such as "claude-sonnet".`,
    ]);
  });

  it.each(["a".repeat(63), "gpt-5.5", "x"])("but not the alias %s", (alias) => {
    expect(accept(minimalWith({ models: { [alias]: { model: novaLite } } })).models[0]?.alias).toBe(alias);
  });

  const traefik = { "ingress.kind": "traefik" };
  const operator = { "monitoring.kind": "prometheus-operator" };
  const model = { "models.nova-lite.model": novaLite };
  const uncatalogued = { "models.own.model": "acme.chat-v1:0", "models.own.definition": definition };
  const guard = { "aws.spendGuard": { monthlyUsd: 40, notify: ["you@example.com"] } };
  const limited = { "liteLlm.budget.kind": "limited", "liteLlm.budget.limitUsd": 1 };

  it.each<[string, Record<string, unknown>]>([
    // Wrong types
    ["host: got 5; allowed: text.", { host: 5 }],
    ["models: got a list; allowed: a group of settings.", { models: [novaLite] }],
    [`models.nova-lite: got "${novaLite}"; allowed: a group of settings.`, { "models.nova-lite": novaLite }],
    ["models.nova-lite.model: is missing; give text.", { "models.nova-lite": {} }],
    ["models.nova-lite.fallbacks: got true; allowed: a list.", { ...model, "models.nova-lite.fallbacks": true }],
    ['liteLlm.replicas: got "1"; allowed: a number.', { "liteLlm.replicas": "1" }],
    ["liteLlm.replicas: got 1.5; allowed: a whole number.", { "liteLlm.replicas": 1.5 }],
    ['openWebUi.auth.allowSignUp: got "no"; allowed: true or false.', { "openWebUi.auth.allowSignUp": "no" }],
    ["openWebUi.auth: is missing; give a group of settings.", { openWebUi: {} }],
    ['openWebUi.auth: got "proxy"; allowed: a group of settings.', { "openWebUi.auth": "proxy" }],
    ["redis: got null; allowed: a group of settings.", { redis: null }],
    ["monitoring: got true; allowed: a group of settings.", { monitoring: true }],
    // Out of bounds
    ...[
      "",
      "15 3 * *",
      "15 3 * * * *",
      "60 3 * * *",
      "15 24 * * *",
      "0 0 0 * *",
      "0 0 1 13 *",
      "@daily",
      "*/0 * * * *",
      "1- * * * *",
    ].map((schedule): [string, Record<string, unknown>] => [
      `backup.schedule: got ${JSON.stringify(schedule)}; allowed: the five fields of cron, such as "15 3 * * *" for every day at 3:15 UTC.`,
      { backup: { recipient: testRecipient, schedule } },
    ]),
    ["backup.keep: got 0; allowed: at least 1.", { backup: { recipient: testRecipient, keep: 0 } }],
    ["liteLlm.replicas: got 0; allowed: at least 1.", { "liteLlm.replicas": 0 }],
    ["liteLlm.replicas: got 11; allowed: at most 10.", { "liteLlm.replicas": 11 }],
    ["liteLlm.retries: got -1; allowed: at least 0.", { "liteLlm.retries": -1 }],
    ["liteLlm.retries: got 11; allowed: at most 10.", { "liteLlm.retries": 11 }],
    ["liteLlm.requestTimeoutSeconds: got 9; allowed: at least 10.", { "liteLlm.requestTimeoutSeconds": 9 }],
    ["liteLlm.requestTimeoutSeconds: got 3601; allowed: at most 3600.", { "liteLlm.requestTimeoutSeconds": 3601 }],
    ["secrets.version: got 0; allowed: more than 0.", { "secrets.kind": "terraform", "secrets.version": 0 }],
    [
      'models.nova-lite.model: got ""; allowed: a Bedrock model id such as "amazon.nova-lite-v1:0".',
      { "models.nova-lite.model": "" },
    ],
    ['ingress.entryPoints[0]: got ""; allowed: at least 1 character.', { ...traefik, "ingress.entryPoints": [""] }],
    [
      'ingress.tls.certResolver: got ""; allowed: at least 1 character.',
      { ...traefik, "ingress.tls": { kind: "cert-resolver", certResolver: "" } },
    ],
    [
      'secrets.remoteKey: got ""; allowed: at least 1 character.',
      { secrets: { kind: "external", store: { name: "vault" }, remoteKey: "" } },
    ],
    [
      'models.own.definition.refusedParams[0]: got ""; allowed: at least 1 character.',
      { ...uncatalogued, "models.own.definition.refusedParams": [""] },
    ],
    // Not of the form
    [`namespace: got "Open_WebUI"; ${labelAllowed}`, { namespace: "Open_WebUI" }],
    [`namespace: got "${"n".repeat(64)}"; ${labelAllowed}`, { namespace: "n".repeat(64) }],
    ['aws.region: got "Europe"; allowed: an AWS Region such as "us-east-1".', { "aws.region": "Europe" }],
    [
      'aws.userName: got "open webui"; allowed: letters, digits, "-" and "_", at most 50.',
      { "aws.userName": "open webui" },
    ],
    [
      'openWebUi.auth.owner: got "you"; allowed: an e-mail address such as "you@example.com".',
      { "openWebUi.auth.owner": "you" },
    ],
    [
      'openWebUi.auth.emailHeader: got "X Email"; allowed: an HTTP header name such as "X-Auth-Request-Email".',
      {
        "openWebUi.auth": {
          kind: "trusted-header",
          owner: "a@example.com",
          emailHeader: "X Email",
          unauthenticated: { reason: "a private network" },
        },
      },
    ],
    [
      'openWebUi.resources.cpuRequest: got "0m"; allowed: CPU above zero such as "100m" or "0.5".',
      { "openWebUi.resources.cpuRequest": "0m" },
    ],
    [
      'liteLlm.resources.memoryLimit: got "768MB"; allowed: memory such as "512Mi".',
      { "liteLlm.resources.memoryLimit": "768MB" },
    ],
    [
      'redis.resources.memoryRequest: got "15Mi"; allowed: at least "16Mi".',
      { "redis.resources.memoryRequest": "15Mi" },
    ],
    [
      'openWebUi.resources.memoryRequest: got "2Gi"; allowed: at most memoryLimit ("1Gi"), or Kubernetes refuses the pod.',
      { "openWebUi.resources.memoryRequest": "2Gi" },
    ],
    [`redis.storage.storageClass: got "Fast"; ${objectAllowed}`, { "redis.storage.storageClass": "Fast" }],
    [`cluster.domain: got "Cluster.local"; ${hostAllowed}`, { "cluster.domain": "Cluster.local" }],
    [
      'cluster.dns.nodeLocalAddress: got "fd00::10"; allowed: an IPv4 address.',
      { "cluster.dns.nodeLocalAddress": "fd00::10" },
    ],
    [
      "cluster.dns.podLabels: got a group of settings; allowed: at least one label; without any, every pod would be let in.",
      { "cluster.dns.podLabels": {} },
    ],
    [
      "ingress.controller.podLabels.a b: allowed: a Kubernetes label key.",
      { ...traefik, "ingress.controller.podLabels": { "a b": "c" } },
    ],
    [
      'ingress.controller.podLabels.a: got "b c"; allowed: a Kubernetes label value.',
      { ...traefik, "ingress.controller.podLabels": { a: "b c" } },
    ],
    [
      "monitoring.prometheus.podLabels: got a group of settings; allowed: at least one label; without any, every pod would be let in.",
      { ...operator, "monitoring.prometheus.podLabels": {} },
    ],
    [
      `ingress.controller.podLabels.${"a".repeat(64)}: allowed: a Kubernetes label key.`,
      { ...traefik, "ingress.controller.podLabels": { ["a".repeat(64)]: "b" } },
    ],
    [
      `ingress.controller.podLabels.${"p".repeat(254)}/a: allowed: a Kubernetes label key.`,
      { ...traefik, "ingress.controller.podLabels": { [`${"p".repeat(254)}/a`]: "b" } },
    ],
    [
      `ingress.controller.podLabels.a: got "${"b".repeat(64)}"; allowed: a Kubernetes label value.`,
      { ...traefik, "ingress.controller.podLabels": { a: "b".repeat(64) } },
    ],
    [
      `redis.storage.storageClass: got "${`${"s.".repeat(126)}ss`.slice(0, 77)}..."; ${objectAllowed}`,
      { "redis.storage.storageClass": `${"s.".repeat(126)}ss` },
    ],
    [
      "monitoring.alerts.errorPercent: got 0; allowed: at least 1.",
      { ...operator, "monitoring.alerts.errorPercent": 0 },
    ],
    [
      "monitoring.alerts.memoryPercent: got 100; allowed: at most 99.",
      { ...operator, "monitoring.alerts.memoryPercent": 100 },
    ],
    [
      'monitoring.alerts.runbooks: got "docs#alerts"; allowed: a URL or path without blanks and without #.',
      { ...operator, "monitoring.alerts.runbooks": "docs#alerts" },
    ],
    [
      "monitoring.openMetrics: is missing; give a group of settings.",
      { "monitoring.kind": "annotations", "monitoring.openMetrics": undefined },
    ],
    [
      'monitoring.grafana.label: got "a b"; allowed: a Kubernetes label key.',
      { ...operator, "monitoring.grafana.kind": "sidecar", "monitoring.grafana.label": "a b" },
    ],
    [`monitoring.release: got "Prometheus"; ${labelAllowed}`, { ...operator, "monitoring.release": "Prometheus" }],
    ["ingress.entryPoints: got a list; allowed: at least 1 entry.", { ...traefik, "ingress.entryPoints": [] }],
    ["ingress.tls.secretName: is missing; give text.", { ...traefik, "ingress.tls.kind": "secret" }],
    [
      'secrets.refreshInterval: got "1 hour"; allowed: a duration such as "1h".',
      { secrets: { kind: "external", store: { name: "vault" }, refreshInterval: "1 hour" } },
    ],
    ["secrets.store: is missing; give a group of settings.", { "secrets.kind": "external" }],
    // Not one of the words
    [
      'openWebUi.auth.kind: kind is "acounts"; allowed: "proxy", "trusted-header", "accounts". Did you mean "accounts"?',
      { "openWebUi.auth.kind": "acounts" },
    ],
    [
      'openWebUi.auth.kind: kind is nothing; allowed: "proxy", "trusted-header", "accounts".',
      { "openWebUi.auth": { owner: "you@example.com" } },
    ],
    ['ingress.kind: kind is "gateway"; allowed: "traefik", "ingress", "none".', { "ingress.kind": "gateway" }],
    [
      'ingress.tls.kind: kind is "sercet"; allowed: "default-certificate", "secret", "cert-resolver", "upstream", "none". Did you mean "secret"?',
      { ...traefik, "ingress.tls.kind": "sercet" },
    ],
    [
      'secrets.store.kind: got "ClusterSecretsStore"; allowed: "ClusterSecretStore", "SecretStore". Did you mean "ClusterSecretStore"?',
      { "secrets.kind": "external", "secrets.store": { name: "vault", kind: "ClusterSecretsStore" } },
    ],
    [
      'models.nova-lite.profile: got "apac"; allowed: "us", "global", "in-region".',
      { "models.nova-lite.profile": "apac" },
    ],
    // The database
    [
      'database.kind: kind is "mysql"; allowed: "sqlite", "postgres", "external-postgres".',
      { database: { kind: "mysql" } },
    ],
    [
      'database.server.cidrs[0]: got "db.example.com"; allowed: a CIDR block such as "192.168.7.20/32".',
      {
        database: {
          kind: "external-postgres",
          urlSecret: { name: "db" },
          server: { kind: "addresses", cidrs: ["db.example.com"] },
        },
      },
    ],
    [
      'namespace: got "open-webui", like database.server; allowed: a Namespace of its own, such as "open-webui": the stack denies all other pods in it the network.',
      {
        database: {
          kind: "external-postgres",
          urlSecret: { name: "db" },
          server: { kind: "pods", namespace: "open-webui", podLabels: { app: "postgres" } },
        },
      },
    ],
    [
      'backup: got a schedule, with database.kind "external-postgres"; allowed: one with "sqlite" or "postgres". Leave it out, and have the database backed up with that Postgres.',
      { database: externalPostgres, backup: { recipient: testRecipient } },
    ],
    // Unknown settings
    [
      'has no setting "openWebUI". Did you mean "openWebUi"? Allowed: host, namespace, models, assistants, knowledge, aws, liteLlm, openWebUi, database, backup, redis, ingress, monitoring, secrets, cluster.',
      { openWebUI: {} },
    ],
    [
      'has no setting "gpu". It has no setting "mysql". Allowed: host, namespace, models, assistants, knowledge, aws, liteLlm, openWebUi, database, backup, redis, ingress, monitoring, secrets, cluster.',
      { gpu: 1, mysql: 2 },
    ],
    [
      'openWebUi.storage: has no setting "storageclass". Did you mean "storageClass"? Allowed: size, storageClass.',
      { "openWebUi.storage.storageclass": "fast" },
    ],
    [
      'models.nova-lite: has no setting "fallback". Did you mean "fallbacks"? Allowed: model, profile, fallbacks, dearerFallbacks, rateLimit, systemPrompt, definition.',
      { ...model, "models.nova-lite.fallback": [] },
    ],
    [
      'openWebUi.auth: has no setting "unauthenticated". Allowed: kind, owner, allowSignUp.',
      { "openWebUi.auth.unauthenticated": { reason: "a private network" } },
    ],
    [
      'ingress.middlewares[0]: has no setting "namspace". Did you mean "namespace"? Allowed: name, namespace.',
      { ...traefik, "ingress.middlewares": [{ name: "google-oauth", namspace: "public-ingress" }] },
    ],
    [
      "ingress.annotations.an owner: allowed: a Kubernetes annotation key.",
      { ingress: { kind: "ingress", annotations: { "an owner": "me" } } },
    ],
    // Models
    [
      'models: got a group of settings; allowed: at least one model, such as "nova-lite": { model: "amazon.nova-lite-v1:0" }.',
      { models: {} },
    ],
    [
      "models: has embedding models only; add one for chat, such as amazon.nova-lite-v1:0.",
      { models: { titan: { model: "amazon.titan-embed-text-v2:0" } } },
    ],
    [
      "models.nova-lite.rateLimit: got a group of settings; allowed: requestsPerMinute, tokensPerMinute or both.",
      { "models.nova-lite.rateLimit": {} },
    ],
    [
      "models.nova-lite.rateLimit.requestsPerMinute: got 0; allowed: more than 0.",
      { "models.nova-lite.rateLimit": { requestsPerMinute: 0 } },
    ],
    [
      "models.nova-lite.rateLimit.tokensPerMinute: got 0; allowed: more than 0.",
      { "models.nova-lite.rateLimit": { requestsPerMinute: 1, tokensPerMinute: 0 } },
    ],
    [
      "models.nova-lite.rateLimit.tokensPerMinute: got 0.5; allowed: a whole number.",
      { "models.nova-lite.rateLimit": { tokensPerMinute: 0.5 } },
    ],
    [
      'models.nova-lite.dearerFallbacks.reason: got "short"; allowed: a sentence (at least 10 characters) that says why this is safe.',
      { "models.nova-lite.dearerFallbacks": { reason: "short" } },
    ],
    // A model that the catalogue lacks
    [
      'models.own.definition.offers: got a group of settings; allowed: at least one of "us", "global", "in-region".',
      { ...uncatalogued, "models.own.definition": { offers: {} } },
    ],
    [
      "models.own.definition.offers.us.prices.input: got -1; allowed: at least 0.",
      { ...uncatalogued, "models.own.definition.offers.us.prices.input": -1 },
    ],
    [
      "models.own.definition.offers.us.prices.output: is missing; give a number.",
      { ...uncatalogued, "models.own.definition.offers.us.prices": { input: 1 } },
    ],
    [
      "models.own.definition.offers.us.routes: got a group of settings; allowed: at least one source Region.",
      { ...uncatalogued, "models.own.definition.offers.us.routes": {} },
    ],
    [
      'models.own.definition.kind: got "image"; allowed: "chat", "embedding".',
      { ...uncatalogued, "models.own.definition.kind": "image" },
    ],
    [
      "models.own.definition.input: got a list; allowed: at least 1 entry.",
      { ...uncatalogued, "models.own.definition.input": [] },
    ],
    [
      'models.own.definition.marketplaceProduct: got "ffvjxvh4ltq64"; allowed: an AWS Marketplace product id such as "prod-ffvjxvh4ltq64".',
      { ...uncatalogued, "models.own.definition.marketplaceProduct": "ffvjxvh4ltq64" },
    ],
    // Budget
    ["liteLlm.budget.limitUsd: is missing; give a number.", { "liteLlm.budget.kind": "limited" }],
    ["liteLlm.budget.limitUsd: got 0; allowed: more than 0.", { ...limited, "liteLlm.budget.limitUsd": 0 }],
    ["liteLlm.budget.limitUsd: got -5; allowed: more than 0.", { ...limited, "liteLlm.budget.limitUsd": -5 }],
    [
      'liteLlm.budget.period: got "1mo"; allowed: days, such as "1d" or "30d".',
      { ...limited, "liteLlm.budget.period": "1mo" },
    ],
    [
      'liteLlm.budget.period: got "0d"; allowed: days, such as "1d" or "30d".',
      { ...limited, "liteLlm.budget.period": "0d" },
    ],
    ["aws.spendGuard.monthlyUsd: got 0; allowed: at least 1.", { ...guard, "aws.spendGuard.monthlyUsd": 0 }],
    ["aws.spendGuard.monthlyUsd: got 9.5; allowed: a whole number.", { ...guard, "aws.spendGuard.monthlyUsd": 9.5 }],
    ["aws.spendGuard.notify: is missing; give a list.", { "aws.spendGuard.monthlyUsd": 5 }],
    ["aws.spendGuard.notify: got a list; allowed: at least 1 entry.", { ...guard, "aws.spendGuard.notify": [] }],
    [
      "aws.spendGuard.notify: got a list; allowed: at most 10 entries.",
      { ...guard, "aws.spendGuard.notify": Array.from({ length: 11 }, (_, index) => `me${index}@example.com`) },
    ],
    [
      "aws.spendGuard.notify: got a list; allowed: each address once.",
      { ...guard, "aws.spendGuard.notify": ["you@example.com", "you@example.com"] },
    ],
    [
      'aws.spendGuard.notify[0]: got "you"; allowed: an e-mail address such as "you@example.com".',
      { ...guard, "aws.spendGuard.notify": ["you"] },
    ],
    [
      'aws.spendGuard.scope.kind: kind is "service"; allowed: "account", "principal-tag".',
      { ...guard, "aws.spendGuard.scope": { kind: "service" } },
    ],
    [
      "aws.spendGuard.scope.key: is missing; give text.",
      { ...guard, "aws.spendGuard.scope": { kind: "principal-tag" } },
    ],
    [
      'aws.spendGuard.scope.key: got "a$b"; allowed: letters, digits, spaces and _.:/=+@-, at most 100.',
      { ...guard, "aws.spendGuard.scope": { kind: "principal-tag", key: "a$b" } },
    ],
    [
      'aws.spendGuard.scope.value: got ""; allowed: letters, digits, spaces and _.:/=+@-, at most 100.',
      { ...guard, "aws.spendGuard.scope": { kind: "principal-tag", key: "app", value: "" } },
    ],
    [
      "aws.spendGuard.tokenAlarms.usdPerFiveMinutes: got 0; allowed: more than 0.",
      { ...guard, "aws.spendGuard.tokenAlarms": { usdPerFiveMinutes: 0 } },
    ],
    [
      'aws.allowDestroy.reason: got "because"; allowed: a sentence (at least 10 characters) that says why this is safe.',
      { "aws.allowDestroy": { reason: "because" } },
    ],
    ['aws.state.kind: kind is "gcs"; allowed: "local", "s3".', { "aws.state": { kind: "gcs" } }],
    ["aws.state.bucket: is missing; give text.", { "aws.state": { kind: "s3" } }],
    [
      'aws.state.bucket: got "s3://state"; allowed: the name of an S3 bucket, such as "my-terraform-state".',
      { "aws.state": { kind: "s3", bucket: "s3://state" } },
    ],
    [
      'aws.state.region: got "Europe"; allowed: an AWS Region such as "us-east-1".',
      { "aws.state": { kind: "s3", bucket: "state", region: "Europe" } },
    ],
    [
      'aws.state.keyPrefix: got "/chat/"; allowed: names joined by "/", such as "chat/prod".',
      { "aws.state": { kind: "s3", bucket: "state", keyPrefix: "/chat/" } },
    ],
    ["liteLlm.budget.reason: is missing; give text.", { "liteLlm.budget.kind": "unlimited" }],
    [
      'liteLlm.budget.reason: got "because"; allowed: a sentence (at least 10 characters) that says why this is safe.',
      { "liteLlm.budget": { kind: "unlimited", reason: "because" } },
    ],
    [
      'liteLlm.budget: has no setting "limitUsd". Allowed: kind, reason.',
      { "liteLlm.budget": { kind: "unlimited", reason: "AWS Budgets stops it", limitUsd: 5 } },
    ],
    ['liteLlm.budget.kind: kind is "none"; allowed: "limited", "unlimited".', { "liteLlm.budget": { kind: "none" } }],
  ])("with: %s", (problem, changes) => {
    expect(problemsOf(minimalWith(changes))).toEqual([problem]);
  });

  it("with a reason that is long only by its spaces", () => {
    const budget = { kind: "unlimited", reason: "  because     " };
    expect(problemsOf(minimalWith({ "liteLlm.budget": budget }))).toEqual([
      'liteLlm.budget.reason: got "because"; allowed: a sentence (at least 10 characters) that says why this is safe.',
    ]);
  });
});

describe("models", () => {
  it("that the catalogue lacks are taken over from their definition, for chat with text unless it says otherwise", () => {
    const models = { own: { model: "acme.chat-v1:0", definition } };
    expect(accept(minimalWith({ models })).models).toEqual([
      {
        alias: "own",
        modelId: "acme.chat-v1:0",
        profile: "us",
        region: "us-east-1",
        destinations: ["us-east-1", "us-west-2"],
        prices: { input: 1, output: 2 },
        definition: { kind: "chat", input: ["text"], ...definition },
        fallbacks: [],
        rateLimit: undefined,
      },
    ]);
  });

  it("may have an id and a refused parameter of one letter, and a reason of ten", () => {
    const own = { model: "m", definition: { ...definition, refusedParams: ["n"] } };
    const dearerFallbacks = { reason: "ten chars." };
    const models = { ...minimal.models, own: { ...own, fallbacks: ["nova-lite"], dearerFallbacks } };
    expect(accept(minimalWith({ models })).models[1]).toMatchObject({
      modelId: "m",
      definition: { refusedParams: ["n"] },
    });
  });

  it("may be for embedding beside one for chat", () => {
    const models = { ...minimal.models, titan: { model: "amazon.titan-embed-text-v2:0" } };
    expect(accept(minimalWith({ models })).models.map(({ alias }) => alias)).toEqual(["nova-lite", "titan"]);
  });

  it("are not told to be for embedding only while one of them is unknown", () => {
    const models = { titan: { model: "amazon.titan-embed-text-v2:0" }, claude: { model: "claude" } };
    expect(problemsOf(minimalWith({ models }))).toEqual([
      `models.claude.model: got "claude", which is not in the catalogue. Allowed: ${Object.keys(catalogue).join(", ")}; or give its "definition".`,
    ]);
  });

  it("are checked against aws.region", () => {
    expect(problemsOf(minimalWith({ "aws.region": "eu-central-1" }))).toEqual([
      `models.nova-lite.model: "${novaLite}" with profile "us" can't be called from aws.region "eu-central-1"; allowed Regions: us-east-1, us-east-2, us-west-2.`,
    ]);
  });

  it("are checked against aws.region also while another setting of aws is wrong", () => {
    expect(problemsOf(minimalWith({ "aws.region": "eu-central-1", "aws.userName": "a b" }))).toEqual([
      'aws.userName: got "a b"; allowed: letters, digits, "-" and "_", at most 50.',
      `models.nova-lite.model: "${novaLite}" with profile "us" can't be called from aws.region "eu-central-1"; allowed Regions: us-east-1, us-east-2, us-west-2.`,
    ]);
  });

  it("are looked up also while their rate limit is wrong or a setting is unknown", () => {
    const models = {
      a: { model: "claude", rateLimit: {} },
      b: { model: `us.${novaLite}`, temperature: 1 },
      c: { model: novaLite },
    };
    expect(problemsOf(minimalWith({ models }))).toEqual([
      "models.a.rateLimit: got a group of settings; allowed: requestsPerMinute, tokensPerMinute or both.",
      'models.b: has no setting "temperature". Allowed: model, profile, fallbacks, dearerFallbacks, rateLimit, systemPrompt, definition.',
      `models.a.model: got "claude", which is not in the catalogue. Allowed: ${Object.keys(catalogue).join(", ")}; or give its "definition".`,
      `models.b.model: got "us.${novaLite}"; give the id without the profile: model: "${novaLite}", profile: "us".`,
    ]);
  });

  it("are not checked against an aws.region that can't be read", () => {
    expect(problemsOf(minimalWith({ "aws.region": 1 }))).toEqual(["aws.region: got 1; allowed: text."]);
  });
});

describe("a sign-in mode that trusts what is in front", () => {
  const modes = [
    ["proxy", { kind: "proxy" }],
    ["trusted-header", { kind: "trusted-header", owner: "me@example.com" }],
  ] as const;
  const waysIn = [
    ["no ingress", undefined, 'ingress.kind: got "none", which has no middlewares'],
    ['ingress.kind "none"', { kind: "none" }, 'ingress.kind: got "none", which has no middlewares'],
    ['ingress.kind "ingress"', { kind: "ingress" }, 'ingress.kind: got "ingress", which has no middlewares'],
    ["Traefik without a middleware", { kind: "traefik" }, "ingress.middlewares: got no middleware"],
  ] as const;
  const cases = modes.flatMap(([mode, auth]) => waysIn.map((wayIn) => [mode, ...wayIn, auth] as const));

  it.each(cases)("is refused for %s with %s", (mode, _, ingress, given, auth) => {
    expect(problemsOf(minimalWith({ "openWebUi.auth": auth, ingress }))).toEqual([
      `${given}, with openWebUi.auth.kind "${mode}": whoever reaches the chat would be let in unasked. Put the sign-in in front (ingress.kind "traefik" with its middleware), choose openWebUi.auth.kind "accounts", or say why it is safe: openWebUi.auth.unauthenticated: { reason: "..." }.`,
    ]);
  });

  it.each(cases)("is accepted for %s with %s when a reason is given", (mode, _, ingress, _given, auth) => {
    const unauthenticated = { reason: "a VPN is in front" };
    const config = minimalWith({ "openWebUi.auth": { ...auth, unauthenticated }, ingress });
    expect(accept(config).openWebUi.auth).toMatchObject({ kind: mode, unauthenticated });
  });

  it.each(modes)("is refused for %s with a reason shorter than 10 characters", (_, auth) => {
    const config = minimalWith({ "openWebUi.auth": { ...auth, unauthenticated: { reason: "VPN there" } } });
    expect(problemsOf(config)).toEqual([
      'openWebUi.auth.unauthenticated.reason: got "VPN there"; allowed: a sentence (at least 10 characters) that says why this is safe.',
    ]);
  });

  it.each(modes)("is accepted for %s behind a Traefik middleware", (mode, auth) => {
    const ingress = { kind: "traefik", middlewares: [{ name: "google-oauth" }] };
    expect(accept(minimalWith({ "openWebUi.auth": auth, ingress })).openWebUi.auth.kind).toBe(mode);
  });

  it("needs nothing in front for accounts of Open WebUI's own", () => {
    expect(accept(minimalWith({ ingress: { kind: "traefik" } })).openWebUi.auth.kind).toBe("accounts");
  });
});

describe("a secret in the configuration", () => {
  const told = (what: string) =>
    `looks like ${what} (hidden here); the configuration is no place for secrets. Remove it, treat it as leaked, and see secrets in docs/configuration.md.`;

  const toldOfKey = (what: string) =>
    `is a key that looks like ${what}; the configuration is no place for secrets. Remove it, treat it as leaked, and see secrets in docs/configuration.md.`;

  const asValue: readonly (readonly [string, (secret: string) => Record<string, unknown>])[] = [
    ["host", (secret) => ({ host: secret })],
    ["namespace", (secret) => ({ namespace: secret })],
    ["aws.userName", (secret) => ({ "aws.userName": secret })],
    ["models.nova-lite.model", (secret) => ({ "models.nova-lite.model": secret })],
    [
      "models.own.model",
      (secret) => ({ "models.own.model": secret, "models.own.profile": "global", "models.own.definition": definition }),
    ],
    [
      "models.own.model",
      (secret) => ({
        "aws.region": "us-west-2",
        "models.own.model": secret,
        "models.own.profile": "us",
        "models.own.definition": definition,
      }),
    ],
    ["models.nova-lite.profile", (secret) => ({ "models.nova-lite.profile": secret })],
    ["models.nova-lite.fallbacks[1]", (secret) => ({ "models.nova-lite.fallbacks": ["x", secret] })],
    ["openWebUi.auth.kind", (secret) => ({ "openWebUi.auth.kind": secret })],
    ["openWebUi.auth.owner", (secret) => ({ "openWebUi.auth.owner": secret })],
    ["liteLlm.replicas", (secret) => ({ "liteLlm.replicas": secret })],
    ["liteLlm.budget.reason", (secret) => ({ "liteLlm.budget": { kind: "unlimited", reason: `for ${secret}` } })],
    ["ingress.annotations.token", (secret) => ({ ingress: { kind: "ingress", annotations: { token: secret } } })],
    ["ingress.entryPoints[0]", (secret) => ({ ingress: { kind: "traefik", entryPoints: [secret] } })],
    ["unknown.deep[0][1].value", (secret) => ({ unknown: { deep: [["x", { value: secret }]] } })],
  ];

  const asKey: readonly (readonly [string, (secret: string) => Record<string, unknown>])[] = [
    ["(hidden)", (secret) => ({ [secret]: 1 })],
    ["aws.(hidden)", (secret) => ({ aws: { [secret]: 1 } })],
    ["ingress.annotations.(hidden)", (secret) => ({ ingress: { kind: "ingress", annotations: { [secret]: 5 } } })],
    ["models.(hidden)", (secret) => ({ models: { ...minimal.models, [secret]: { model: novaLite } } })],
    ["models.(hidden)", (secret) => ({ models: { ...minimal.models, [secret]: { model: "claude", profile: 1 } } })],
    [
      "models.(hidden)",
      (secret) => ({
        models: {
          [secret]: { model: novaLite, fallbacks: ["nova-lite", "none"] },
          // Not yet a secret itself, but near enough for a suggestion.
          "nova-lite": { model: novaLite, fallbacks: [secret, secret.slice(0, -1)] },
        },
      }),
    ],
    ["ingress.annotations.(hidden)", (secret) => ({ ingress: { kind: "ingress", annotations: { [secret]: "x" } } })],
  ];

  it.each(asValue)("is told at %s and never repeated, whatever its shape", (path, place) => {
    for (const { what, value, confidential } of fakeSecrets) {
      const { message, problems } = refuse(minimalWith(place(value)));
      expect(problems.filter((problem) => problem.path === path)).toEqual([{ path, message: told(what) }]);
      expect(message).not.toContain(confidential);
    }
  });

  it.each(asKey)("is told as a key of %j and never repeated, whatever its shape", (path, place) => {
    for (const { what, value, confidential } of fakeSecrets) {
      const { message, problems } = refuse({ ...minimal, ...place(value) });
      expect(problems).toContainEqual({ path, message: toldOfKey(what) });
      expect(message).not.toContain(confidential);
    }
  });

  it("doesn't keep other problems of its group from being told", () => {
    const [secret] = fakeSecrets;
    expect(problemsOf(minimalWith({ aws: { [`${secret?.value}`]: 1, regoin: "us-east-1" } }))).toEqual([
      `aws.(hidden): ${toldOfKey("an AWS access key id")}`,
      'aws: has no setting (hidden: it looks like a secret). It has no setting "regoin". Did you mean "region"? Allowed: region, userName, credentials, sourceIps, state, spendGuard, allowDestroy.',
    ]);
  });

  it("is told in both, a key and its value", () => {
    const [secret] = fakeSecrets;
    const annotations = { [`${secret?.value}`]: `${secret?.value}` };
    expect(problemsOf(minimalWith({ ingress: { kind: "ingress", annotations } }))).toEqual([
      `ingress.annotations.(hidden): ${toldOfKey("an AWS access key id")}`,
      `ingress.annotations.(hidden): ${told("an AWS access key id")}`,
    ]);
  });

  it.each([
    ["a git commit", "0123456789abcdef".repeat(3).slice(0, 40)],
    ["an image's digest", `sha256:${"0123456789abcdef".repeat(4)}`],
    ["a UUID", "123e4567-e89b-12d3-a456-426614174000"],
    ["a word that begins like a key", "sk-short"],
    ["a word with a key's letters inside", "task-management-model"],
    ["a URL without a password", "https://oauth.example.com:4180/start?rd=me@example.com"],
    ["an ARN", "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"],
    ["40 letters without a digit", "aBcDeFgHiJ".repeat(4)],
  ])("is not taken for one: %s", (_, value) => {
    const ingress = { kind: "ingress", annotations: { note: value } };
    expect(accept(minimalWith({ ingress })).ingress).toHaveProperty("annotations", { note: value });
  });
});
