import { defineConfig } from "../lib/config";

/** A small team on k3s, whose chats are kept in a Postgres of the stack's own. */
export default defineConfig({
  host: "chat.team.example.com",
  models: {
    "claude-sonnet": { model: "anthropic.claude-sonnet-4-6" },
    "nova-lite": { model: "amazon.nova-lite-v1:0" },
    // Documents are searched by it, instead of travelling whole with each question. It isn't in the menu.
    "titan-embed": { model: "amazon.titan-embed-text-v2:0" },
  },
  aws: { userName: "team-chat" },
  liteLlm: { replicas: 2, budget: { kind: "limited", limitUsd: 100, period: "30d" } },
  openWebUi: {
    auth: { kind: "accounts", owner: "admin@example.com" },
    storage: { size: "5Gi", storageClass: "longhorn" },
  },
  // Chosen once: nothing moves chats from one kind of database to another.
  database: { kind: "postgres", storage: { size: "10Gi", storageClass: "longhorn" } },
  redis: { storage: { size: "1Gi", storageClass: "longhorn" } },
  ingress: { kind: "traefik", tls: { kind: "cert-resolver", certResolver: "letsencrypt" } },
  monitoring: { kind: "prometheus-operator" },
});
