import type { StackConfig } from "../lib/config";
import { secretNames } from "../lib/naming";
import type { Cluster } from "./cluster";
import { Failure } from "./failure";

/** The Secret that LiteLLM or Open WebUI reads. */
export function secretNameOf({ secrets }: Pick<StackConfig, "secrets">, consumer: "liteLlm" | "openWebUi"): string {
  return secrets.kind === "existing" ? secrets[consumer] : secretNames[consumer];
}

/**
 * Reads one value of a Secret, to be used and never printed.
 * @throws Failure when there is none
 */
export async function readSecretValue(cluster: Cluster, namespace: string, name: string, key: string): Promise<string> {
  const jsonPath = `jsonpath={.data.${key.replaceAll(".", "\\.")}}`;
  const get = ["get", "secret", name, "-n", namespace, "--ignore-not-found", "-o", jsonPath];
  const value = Buffer.from((await cluster.kubectl(get)).trim(), "base64").toString("utf8");
  if (value !== "") return value;
  const next = "npm run -s secrets | kubectl apply --server-side -f -, then deploy (docs/configuration.md#secrets)";
  throw new Failure(`The Secret ${name} in Namespace ${namespace} has no ${key}.`, next);
}
