import { defineConfig } from "../lib/config";

/** DigitalOcean Kubernetes: block storage, ingress-nginx with a certificate, Open WebUI's own accounts, no operator. */
export default defineConfig({
  host: "chat.example.com",
  models: {
    "claude-sonnet": {
      model: "anthropic.claude-sonnet-4-6",
      profile: "global",
      fallbacks: ["claude-haiku"],
    },
    "claude-haiku": { model: "anthropic.claude-haiku-4-5-20251001-v1:0", profile: "global" },
    "nova-lite": {
      model: "amazon.nova-lite-v1:0",
      rateLimit: { requestsPerMinute: 60, tokensPerMinute: 200_000 },
    },
  },
  aws: { userName: "open-webui-digitalocean" },
  liteLlm: { replicas: 2, budget: { kind: "limited", limitUsd: 50, period: "30d" } },
  openWebUi: {
    auth: { kind: "accounts", owner: "admin@example.com" },
    storage: { size: "10Gi", storageClass: "do-block-storage" },
  },
  redis: { storage: { size: "1Gi", storageClass: "do-block-storage" } },
  ingress: {
    kind: "ingress",
    className: "nginx",
    tlsSecretName: "chat-example-com-tls",
    annotations: { "cert-manager.io/cluster-issuer": "letsencrypt" },
  },
});
