import type { StackConfig } from "./config/parse";

/** Brings the AWS side alone. */
export const deployAws = "npx cdktf deploy";

const applySecrets = "npm run -s secrets | kubectl apply --server-side -f -";
const applyAll = "npx cdk8s synth --stdout | kubectl apply --server-side -f -";

/** What brings a configuration to AWS and into the cluster, in order: commands, and what people do by hand. */
export function deployCommands({ secrets }: Pick<StackConfig, "secrets">): readonly string[] {
  switch (secrets.kind) {
    case "terraform":
      return [deployAws, applySecrets, applyAll];
    case "existing":
      return [
        deployAws,
        applyAll,
        `fill the Secrets ${secrets.liteLlm}, ${secrets.openWebUi} and ${secrets.redis} (docs/configuration.md): the pods wait for them`,
      ];
    case "external":
      return [
        deployAws,
        `fill ${secrets.remoteKey} in the store ${secrets.store.name} (docs/configuration.md)`,
        applyAll,
      ];
  }
}

/** The same when the Secret's AWS key is another: it has to be there before LiteLLM's pods are replaced. */
export function switchKeyCommands(config: Pick<StackConfig, "secrets">): readonly string[] {
  const { secrets } = config;
  switch (secrets.kind) {
    case "terraform":
      return deployCommands(config);
    case "existing":
      return [deployAws, `put the new key into the Secret ${secrets.liteLlm} (docs/configuration.md)`, applyAll];
    case "external":
      return [
        deployAws,
        `put the new key into ${secrets.remoteKey} in the store ${secrets.store.name}, and wait ${secrets.refreshInterval} until the operator fetched it`,
        applyAll,
      ];
  }
}
