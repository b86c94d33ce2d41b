import { defineConfig } from "./lib/config";

/** What is deployed. Every setting and its default: docs/configuration.md. */
export default defineConfig({
  host: "chat.k3s.strommen.systems",
  models: {
    "claude-sonnet": { model: "anthropic.claude-sonnet-4-6" },
    "claude-haiku": { model: "anthropic.claude-haiku-4-5-20251001-v1:0" },
    "nova-micro": { model: "amazon.nova-micro-v1:0" },
    "nova-lite": { model: "amazon.nova-lite-v1:0" },
  },
  aws: { region: "us-east-1", userName: "open-webui-bedrock" },
  liteLlm: { budget: { kind: "limited", limitUsd: 20, period: "30d" } },
  openWebUi: {
    // Chosen once: a database that already has users can't go back to "proxy".
    auth: { kind: "proxy" },
    storage: { size: "5Gi", storageClass: "longhorn" },
  },
  redis: { storage: { size: "1Gi", storageClass: "longhorn" } },
  ingress: { kind: "traefik", middlewares: [{ name: "google-oauth", namespace: "public-ingress" }] },
  monitoring: { kind: "prometheus-operator", release: "prometheus" },
});
