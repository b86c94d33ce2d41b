import { defineConfig } from "../lib/config";

/** A family behind one sign-in proxy: everyone has an account of their own, told by the proxy's e-mail header. */
export default defineConfig({
  host: "chat.home.example.com",
  models: {
    "claude-haiku": { model: "anthropic.claude-haiku-4-5-20251001-v1:0" },
    "nova-lite": { model: "amazon.nova-lite-v1:0" },
    "nova-micro": { model: "amazon.nova-micro-v1:0" },
  },
  aws: {
    userName: "family-chat",
    // Above what the proxy's budget lets through in a month: AWS' brake is the last one, and isn't lifted by itself.
    spendGuard: { monthlyUsd: 40, notify: ["parent@example.com"], tokenAlarms: {} },
  },
  liteLlm: { budget: { kind: "limited", limitUsd: 1, period: "1d" } },
  openWebUi: {
    auth: { kind: "trusted-header", owner: "parent@example.com", newUsers: "pending" },
    storage: { size: "5Gi", storageClass: "local-path" },
  },
  ingress: {
    kind: "traefik",
    middlewares: [{ name: "google-oauth", namespace: "public-ingress" }],
    tls: { kind: "cert-resolver", certResolver: "letsencrypt" },
  },
});
