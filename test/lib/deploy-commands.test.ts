import { deployCommands, switchKeyCommands } from "../../lib/deploy-commands";
import { accept, minimalWith } from "../support/config-input";

const external = { kind: "external", store: { name: "vault" }, remoteKey: "kv/chat", refreshInterval: "10m" };
const existing = { kind: "existing", liteLlm: "proxy-keys" };

const deploy = "npx cdktf deploy";
const applySecrets = "npm run -s secrets | kubectl apply --server-side -f -";
const apply = "npx cdk8s synth --stdout | kubectl apply --server-side -f -";

describe("deployCommands", () => {
  it.each([
    [{ kind: "terraform" }, [deploy, applySecrets, apply]],
    [
      existing,
      [
        deploy,
        apply,
        "fill the Secrets proxy-keys, open-webui and open-webui-redis (docs/configuration.md): the pods wait for them",
      ],
    ],
    [external, [deploy, "fill kv/chat in the store vault (docs/configuration.md)", apply]],
  ])("bring everything, in order, with %j", (secrets, commands) => {
    expect(deployCommands(accept(minimalWith({ secrets })))).toEqual(commands);
  });
});

describe("switchKeyCommands", () => {
  it.each([
    [{ kind: "terraform" }, applySecrets],
    [existing, "put the new key into the Secret proxy-keys (docs/configuration.md)"],
    [external, "put the new key into kv/chat in the store vault, and wait 10m until the operator fetched it"],
  ])("bring the new key between AWS and the pods, with %j", (secrets, carry) => {
    expect(switchKeyCommands(accept(minimalWith({ secrets })))).toEqual([deploy, carry, apply]);
  });
});
