import { parseConfig, type StackConfig } from "../../lib/config";
import { testRecipient } from "./config-input";
import { exampleNames, loadExample } from "./examples";

/** Settings that no example uses: rules over everything have to hold for them, too. */
const variants: Readonly<Record<string, unknown>> = {
  "every kind of profile": {
    host: "chat.example.com",
    models: {
      sonnet: { model: "anthropic.claude-sonnet-4-6", profile: "us" },
      haiku: { model: "anthropic.claude-haiku-4-5-20251001-v1:0", profile: "global" },
      "nova-micro": { model: "amazon.nova-micro-v1:0", profile: "us" },
      titan: { model: "amazon.titan-embed-text-v2:0" },
    },
    aws: {
      region: "us-west-2",
      spendGuard: {
        monthlyUsd: 10,
        notify: ["you@example.com"],
        scope: { kind: "principal-tag", key: "app" },
        tokenAlarms: { usdPerFiveMinutes: 0.5 },
      },
    },
    openWebUi: { auth: { kind: "accounts", owner: "you@example.com" } },
  },
  "assistants and a system prompt": {
    host: "chat.example.com",
    models: {
      "nova-lite": { model: "amazon.nova-lite-v1:0", systemPrompt: "Answer in one sentence." },
      "nova-micro": { model: "amazon.nova-micro-v1:0" },
    },
    assistants: {
      guide: { baseModel: "nova-micro", systemPrompt: "You know this cluster.", knowledge: ["decisions"] },
    },
    knowledge: { decisions: { path: "docs/decisions" } },
    openWebUi: { auth: { kind: "accounts", owner: "you@example.com" } },
  },
  // More than one policy holds, on EKS.
  "every model": {
    host: "chat.example.com",
    namespace: "chat",
    models: {
      "sonnet-4.5": { model: "anthropic.claude-sonnet-4-5-20250929-v1:0" },
      "sonnet-4.6": { model: "anthropic.claude-sonnet-4-6" },
      "sonnet-5": { model: "anthropic.claude-sonnet-5" },
      "haiku-4.5": { model: "anthropic.claude-haiku-4-5-20251001-v1:0" },
      "haiku-5.5": { model: "anthropic.claude-haiku-5-5" },
      opus: { model: "anthropic.claude-opus-5" },
      "nova-micro": { model: "amazon.nova-micro-v1:0" },
      "nova-lite": { model: "amazon.nova-lite-v1:0" },
      "nova-2-lite": { model: "amazon.nova-2-lite-v1:0" },
      "nova-pro": { model: "amazon.nova-pro-v1:0" },
      titan: { model: "amazon.titan-embed-text-v2:0" },
    },
    aws: {
      credentials: {
        kind: "web-identity",
        accountId: "123456789012",
        issuerUrl: "https://oidc.eks.us-east-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE",
        provider: "existing",
      },
      sourceIps: ["203.0.113.0/28", "2001:db8:7::/48"],
    },
    openWebUi: { auth: { kind: "accounts", owner: "you@example.com" } },
    secrets: { kind: "external", store: { name: "vault" } },
  },
  "existing Secrets": {
    host: "chat.example.com",
    namespace: "chat",
    models: { "nova-lite": { model: "amazon.nova-lite-v1:0", profile: "in-region" } },
    aws: { state: { kind: "s3", bucket: "my-terraform-state", keyPrefix: "chat" } },
    liteLlm: { budget: { kind: "unlimited", reason: "A test of what has no budget." } },
    openWebUi: { auth: { kind: "trusted-header", owner: "you@example.com", nameHeader: "X-Auth-Request-User" } },
    ingress: {
      kind: "traefik",
      middlewares: [{ name: "sign-in" }],
      entryPoints: ["web", "websecure"],
      tls: { kind: "secret", secretName: "chat-tls" },
      controller: { namespace: "traefik", podLabels: { app: "traefik", tier: "edge" } },
    },
    monitoring: {
      kind: "prometheus-operator",
      exporters: { kubeStateMetrics: false, kubelet: false },
      grafana: { kind: "none" },
    },
    secrets: {
      kind: "existing",
      version: 3,
      liteLlm: "proxy-keys",
      openWebUi: "chat-keys",
      redis: "redis-users",
      postgres: "database-password",
      prometheus: "metrics-key",
    },
    cluster: { domain: "k8s.example.net", dns: { nodeLocalAddress: "169.254.20.10" } },
  },
  "a Prometheus without an operator": {
    host: "chat.example.com",
    models: {
      sonnet: { model: "anthropic.claude-sonnet-4-6", fallbacks: ["micro"] },
      micro: { model: "amazon.nova-micro-v1:0", rateLimit: { requestsPerMinute: 30 } },
      titan: { model: "amazon.titan-embed-text-v2:0" },
    },
    liteLlm: { budget: { kind: "limited", limitUsd: 1, period: "1d" } },
    openWebUi: { auth: { kind: "accounts", owner: "you@example.com" } },
    backup: { schedule: "0 4 * * 0", recipient: testRecipient, keep: 4, storage: { storageClass: "slow" } },
    monitoring: {
      kind: "annotations",
      openMetrics: { reason: "The network policy lets in Prometheus' pods alone." },
      exporters: { kubeStateMetrics: true },
      alerts: { runbooks: "https://git.example.com/chat/docs/operations.md" },
    },
  },
  "external Secrets": {
    host: "chat.example.com",
    models: { "nova-lite": { model: "amazon.nova-lite-v1:0" } },
    openWebUi: { auth: { kind: "accounts", owner: "you@example.com", allowSignUp: true } },
    ingress: { kind: "ingress" },
    monitoring: {
      kind: "prometheus-operator",
      release: "kube-prometheus",
      prometheus: { namespace: "observability", podLabels: { app: "prometheus" } },
    },
    secrets: { kind: "external", store: { name: "vault" } },
    database: { kind: "postgres", storage: { size: "3Gi" } },
    backup: { recipient: testRecipient },
  },
  "somebody else's Postgres": {
    host: "chat.example.com",
    models: { "nova-lite": { model: "amazon.nova-lite-v1:0" } },
    openWebUi: { auth: { kind: "accounts", owner: "you@example.com" } },
    database: {
      kind: "external-postgres",
      urlSecret: { name: "chat-database" },
      server: { kind: "addresses", cidrs: ["192.168.7.20/32"] },
    },
  },
};

/** The examples and the variants, by name. */
export const allConfigs: readonly (readonly [name: string, config: StackConfig])[] = [
  ...exampleNames.map((name) => [`examples/${name}`, loadExample(name)] as const),
  ...Object.entries(variants).map(([name, input]) => [name, parseConfig(input, name)] as const),
];

/** @throws when there is none of that name */
export function configOf(name: string): StackConfig {
  const found = allConfigs.find(([known]) => known === name);
  if (found === undefined) throw new Error(`${name}: allowed: ${allConfigs.map(([known]) => known).join(", ")}`);
  return found[1];
}
