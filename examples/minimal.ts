import { defineConfig } from "../lib/config";

/** Only what has no default: one model, own accounts, reached by a port-forward. */
export default defineConfig({
  host: "chat.example.com",
  models: { "nova-lite": { model: "amazon.nova-lite-v1:0" } },
  openWebUi: { auth: { kind: "accounts", owner: "you@example.com" } },
});
