import { secretNamesOf } from "../../lib/secret-names";
import { accept, minimalWith } from "../support/config-input";

const ours = {
  liteLlm: "litellm",
  openWebUi: "open-webui",
  redis: "open-webui-redis",
  postgres: "open-webui-postgres",
  prometheus: "litellm-prometheus",
};

describe("secretNamesOf", () => {
  it.each([
    ["terraform", { kind: "terraform" }],
    ["external", { kind: "external", store: { name: "vault" } }],
    ["existing, without names", { kind: "existing" }],
  ])("names our own Secrets when secrets.kind is %s", (_, secrets) => {
    expect(secretNamesOf(accept(minimalWith({ secrets })))).toEqual(ours);
  });

  it("names the Secrets that the configuration says exist", () => {
    const names = {
      liteLlm: "proxy-keys",
      openWebUi: "chat-keys",
      redis: "redis-users",
      postgres: "database-password",
      prometheus: "metrics-key",
    };
    expect(secretNamesOf(accept(minimalWith({ secrets: { kind: "existing", ...names } })))).toEqual(names);
  });
});
