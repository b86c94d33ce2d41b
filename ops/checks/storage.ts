import type { KubernetesObject } from "../manifests";
import { type Check, type ClusterContext, type Finding, ok, problem } from "./check";

interface StorageClass {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
}

interface Claim extends KubernetesObject {
  readonly spec: { readonly storageClassName?: string };
}

const isDefault = "storageclass.kubernetes.io/is-default-class";

/** Whether the cluster has the storage class that the volumes name, or a default one. */
export const checkStorage: Check<ClusterContext> = async ({ cluster, objects }) => {
  const claims = objects.filter((object): object is Claim => object.kind === "PersistentVolumeClaim");
  const classes = await cluster.list<StorageClass>(["storageclasses"]);
  const names = classes.map(({ metadata }) => metadata.name);
  const wanted = new Set(claims.map(({ spec }) => spec.storageClassName));
  return [...wanted].map((name): Finding => {
    const why = "the pods would wait for their volumes for ever";
    const there = names.length === 0 ? "there is none" : `there are: ${names.join(", ")}`;
    if (name === undefined) {
      const has = classes.some(({ metadata }) => metadata.annotations?.[isDefault] === "true");
      const mend = `name one in openWebUi.storage.storageClass and redis.storage.storageClass; ${there}`;
      return has ? ok("a default storage class") : problem("the cluster has no default storage class", why, mend);
    }
    const mend = `correct openWebUi.storage.storageClass and redis.storage.storageClass; ${there}`;
    return names.includes(name) ? ok(`storage class ${name}`) : problem(`there is no storage class ${name}`, why, mend);
  });
};
