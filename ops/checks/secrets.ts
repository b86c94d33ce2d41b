import { components } from "../../lib/naming";
import type { KubernetesObject } from "../manifests";
import { isWorkload, type PodSpec } from "../pod-template";
import { type Check, type ClusterContext, ok, problem } from "./check";

interface Secret {
  readonly metadata: { readonly name: string };
  /** Only the keys are looked at. */
  readonly data?: Readonly<Record<string, string>>;
}

/** Whether every Secret that a pod reads is there, with every key. */
export const checkSecrets: Check<ClusterContext> = async (context) => {
  const { cluster, config, objects } = context;
  const secrets = await cluster.list<Secret>(["secrets", "-n", config.namespace]);
  const keys = new Map(secrets.map(({ metadata, data = {} }) => [metadata.name, Object.keys(data)]));
  const wanted = secretKeysOf(objects);
  const missing = [...wanted].flatMap(([name, wantedKeys]): string[] => {
    const there = keys.get(name);
    if (there === undefined) return [`Secret ${name}`];
    const absent = [...wantedKeys].filter((key) => !there.includes(key));
    return absent.length === 0 ? [] : [`${absent.join(", ")} in Secret ${name}`];
  });
  if (missing.length === 0) return [ok(`${wanted.size} Secrets with every key that the pods read`)];
  const { kind } = config.secrets;
  if (kind !== "existing" && !(await isDeployed(context)))
    return [ok("the Secrets aren't there yet: they come with the deployment")];
  return missing.map((what) => problem(`missing: ${what}`, "the pods wait for it", mends[kind]));
};

async function isDeployed({ cluster, config }: ClusterContext): Promise<boolean> {
  return (await cluster.list(["deployment", components.liteLlm, "-n", config.namespace])).length > 0;
}

const mends = {
  terraform: "npm run deploy, or npm run -s secrets | kubectl apply --server-side -f -",
  existing: "docs/configuration.md#secrets says what each one holds",
  external:
    "kubectl describe externalsecrets tells what the operator misses (docs/configuration.md#where-secrets-come-from)",
} as const;

/** Keys by Secret, over all pods; none where the whole Secret is a volume. */
function secretKeysOf(objects: readonly KubernetesObject[]): ReadonlyMap<string, ReadonlySet<string>> {
  const keys = new Map<string, Set<string>>();
  for (const { name, key } of objects.filter(isWorkload).flatMap(({ spec }) => referencesOf(spec.template.spec))) {
    const known = keys.get(name) ?? new Set();
    keys.set(name, key === undefined ? known : known.add(key));
  }
  return keys;
}

interface SecretReference {
  readonly name: string;
  readonly key?: string;
}

function referencesOf({ containers, initContainers = [], volumes = [] }: PodSpec): readonly SecretReference[] {
  const variables = [...containers, ...initContainers].flatMap(({ env = [] }) =>
    env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? []),
  );
  const files = volumes.flatMap(({ secret }): readonly SecretReference[] => {
    if (secret === undefined) return [];
    const name = secret.secretName;
    return secret.items?.map(({ key }) => ({ name, key })) ?? [{ name }];
  });
  return [...variables, ...files];
}
