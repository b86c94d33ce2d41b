import type { KubernetesObject } from "../manifests";
import { type Check, type ClusterContext, type Finding, ok, problem } from "./check";

/** Where the definitions of an API group come from, and how to do without. */
const sources: Readonly<Record<string, { readonly from: string; readonly without: string }>> = {
  "traefik.io": { from: "Traefik (https://doc.traefik.io/traefik/)", without: 'ingress.kind "ingress" or "none"' },
  "monitoring.coreos.com": {
    from: "the Prometheus operator (https://prometheus-operator.dev)",
    without: 'monitoring.kind "annotations" or "none"',
  },
  "external-secrets.io": {
    from: "the External Secrets Operator (https://external-secrets.io)",
    without: 'secrets.kind "terraform" or "existing"',
  },
};

/** Whether the cluster knows every kind of object that would be applied. */
export const checkCustomResources: Check<ClusterContext> = async ({ cluster, objects }) => {
  const missing: string[] = [];
  for (const apiVersion of new Set(objects.map((object) => object.apiVersion))) {
    const path = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const { code, stdout } = await cluster.try(["get", "--raw", path]);
    const known = code === 0 ? kindsOf(stdout) : [];
    const wanted = kindsIn(objects.filter((object) => object.apiVersion === apiVersion));
    missing.push(...wanted.filter((kind) => !known.includes(kind)).map((kind) => `${apiVersion} ${kind}`));
  }
  return missing.length === 0 ? [ok("the cluster knows every kind of object")] : missing.map(describe);
};

function kindsOf(json: string): readonly string[] {
  return (JSON.parse(json) as { readonly resources: readonly { readonly kind: string }[] }).resources.map(
    ({ kind }) => kind,
  );
}

function kindsIn(objects: readonly KubernetesObject[]): readonly string[] {
  return [...new Set(objects.map(({ kind }) => kind))];
}

function describe(missing: string): Finding {
  const source = sources[missing.split("/")[0] ?? ""];
  const mend = source === undefined ? "a newer cluster" : `install ${source.from}, or choose ${source.without}`;
  return problem(`the cluster doesn't know ${missing}`, "it refuses such objects, so they would be missing", mend);
}
