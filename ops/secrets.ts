import type { StackConfig } from "../lib/config";
import { secretNamesOf } from "../lib/secret-names";
import type { Cluster } from "./cluster";
import type { KubernetesObject } from "./manifests";

interface Secret extends KubernetesObject {
  readonly type: string;
  readonly data?: Readonly<Record<string, string>>;
}

/**
 * The stack's Secrets with their values, as kubectl applies them to any Namespace: never to be printed.
 * @returns a Kubernetes List as JSON, and how many there are
 */
export async function readSecrets(cluster: Cluster, config: StackConfig): Promise<{ json: string; count: number }> {
  const names: readonly string[] = Object.values(secretNamesOf(config));
  const all = await cluster.list<Secret>(["secrets", "-n", config.namespace]);
  const items = all
    .filter(({ metadata }) => names.includes(metadata.name))
    .map(({ apiVersion, kind, type, metadata: { name, labels }, data }) => ({
      apiVersion,
      kind,
      type,
      metadata: { name, ...(labels === undefined ? {} : { labels }) },
      data,
    }));
  return { json: JSON.stringify({ apiVersion: "v1", kind: "List", items }), count: items.length };
}

/** Puts Secrets of a backup into the stack's Namespace, in place of those there. Pods read theirs at their start only. */
export async function applySecrets(cluster: Cluster, { namespace }: StackConfig, json: string): Promise<void> {
  await cluster.kubectl(["apply", "--server-side", "--force-conflicts", "-n", namespace, "-f", "-"], json);
}
