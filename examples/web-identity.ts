import { defineConfig } from "../lib/config";

/** No AWS key anywhere: LiteLLM assumes a role with a token of a cluster whose issuer is public (docs/security.md). */
export default defineConfig({
  host: "chat.example.com",
  models: {
    "claude-haiku": { model: "anthropic.claude-haiku-4-5-20251001-v1:0" },
    "nova-lite": { model: "amazon.nova-lite-v1:0" },
  },
  aws: {
    userName: "open-webui-web-identity",
    credentials: { kind: "web-identity", accountId: "123456789012", issuerUrl: "https://oidc.example.com" },
    sourceIps: ["203.0.113.7/32"],
  },
  openWebUi: { auth: { kind: "accounts", owner: "admin@example.com" } },
  ingress: { kind: "ingress", tlsSecretName: "chat-example-com-tls" },
  monitoring: { kind: "prometheus-operator" },
});
