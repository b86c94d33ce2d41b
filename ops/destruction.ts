import type { StackConfig } from "../lib/config";
import { components, ownerLabel, partOf, scheduledBackup } from "../lib/naming";
import type { Cluster } from "./cluster";
import { findRemovableKinds, nameOf, resourceOf } from "./cluster-plan";
import { isOwn, type KubernetesObject, ownSelector } from "./manifests";
import type { Row } from "./progress";
import { readLastBackup } from "./status/last-backup";

/** An object in the stack's Namespace. */
interface Found {
  readonly kind: string;
  readonly name: string;
  /** For people, such as `Deployment litellm`. */
  readonly object: string;
  /** As kubectl takes it, such as `deployment.v1.apps/litellm`. */
  readonly resource: string;
}

/** What would go from the cluster, and what would stay. */
export interface Destruction {
  /** What has pods. */
  readonly workloads: readonly Found[];
  /** What has neither pods nor data. */
  readonly others: readonly Found[];
  /** Volume claims and Secrets. */
  readonly data: readonly Found[];
  /** Whether the Namespace goes. */
  readonly removesNamespace: boolean;
  /** Somebody else's, which goes with the Namespace. */
  readonly foreign: readonly Found[];
  readonly keptData: readonly Found[];
  /** Undefined when it goes, or isn't there. */
  readonly keptNamespace: "ours" | "somebody else's" | undefined;
}

const nothing: Destruction = {
  workloads: [],
  others: [],
  data: [],
  removesNamespace: false,
  foreign: [],
  keptData: [],
  keptNamespace: undefined,
};

/** A bare pod is that of a backup or a restore which was killed: a pod keeps its volumes from being deleted. */
const kindsWithPods: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "Job", "CronJob", "Pod"]);
const claimKind = "PersistentVolumeClaim";
const dataKinds: ReadonlySet<string> = new Set([claimKind, "Secret"]);

/** What every Namespace has. */
const standard: ReadonlySet<string> = new Set(["ConfigMap kube-root-ca.crt", "ServiceAccount default"]);

/**
 * Looks at what there is; changes nothing.
 * @param deleteData - whether volume claims, Secrets and the Namespace go, too
 */
export async function planDestruction(
  cluster: Cluster,
  { namespace: name }: StackConfig,
  deleteData: boolean,
): Promise<Destruction> {
  const [namespace] = await cluster.list<
    KubernetesObject & { readonly metadata: { readonly deletionTimestamp?: string } }
  >(["namespace", name]);
  if (namespace === undefined) return nothing;
  const isOurs = isOwn(namespace);
  // Of a run that was stopped: nothing holds it back.
  const isGoing = namespace.metadata.deletionTimestamp !== undefined;
  const removesNamespace = isGoing || (deleteData && isOurs);
  const kinds = [...(await findRemovableKinds(cluster)), "pods", "persistentvolumeclaims", "secrets"];
  const ours = await listObjects(cluster, name, kinds, ownSelector);
  const goes = ({ isBeingDeleted }: Listed) => deleteData || isGoing || isBeingDeleted;
  const data = ours.filter(({ kind }) => dataKinds.has(kind));
  return {
    workloads: ours.filter(({ kind }) => kindsWithPods.has(kind)),
    others: ours.filter(({ kind }) => !kindsWithPods.has(kind) && !dataKinds.has(kind)),
    data: data.filter(goes),
    removesNamespace,
    foreign: removesNamespace ? await listObjects(cluster, name, kinds, `${ownerLabel}!=${partOf}`) : [],
    keptData: data.filter((object) => !goes(object)),
    keptNamespace: removesNamespace ? undefined : isOurs ? "ours" : "somebody else's",
  };
}

interface Listed extends Found {
  readonly isBeingDeleted: boolean;
}

/** Of a Secret nothing else is asked for, least of all its values. */
const fields = [
  ".apiVersion",
  ".kind",
  ".metadata.name",
  ".metadata.deletionTimestamp",
  ".metadata.ownerReferences[*].uid",
];
const columns = `jsonpath={range .items[*]}${fields.map((field) => `{${field}}`).join('{"\\t"}')}{"\\n"}{end}`;

/** Without what another object made, which goes with that. */
async function listObjects(
  cluster: Cluster,
  namespace: string,
  kinds: readonly string[],
  selector: string,
): Promise<readonly Listed[]> {
  const query = ["get", kinds.join(","), "-n", namespace, "-l", selector, "--ignore-not-found", "-o", columns];
  const lines = (await cluster.kubectl(query)).split("\n").filter((line) => line !== "");
  return lines.flatMap((line) => {
    const [apiVersion = "", kind = "", name = "", deletionTimestamp = "", owners = ""] = line.split("\t");
    const live = { apiVersion, kind, metadata: { name } };
    const object = nameOf(live);
    if (owners !== "" || standard.has(object)) return [];
    return [{ kind, name, object, resource: resourceOf(live), isBeingDeleted: deletionTimestamp !== "" }];
  });
}

/** One line for each object that goes. */
export function describeRemovals(destruction: Destruction, { namespace }: StackConfig): readonly string[] {
  const { workloads, others, data, foreign, removesNamespace } = destruction;
  return [
    ...[...workloads, ...others, ...data].map(({ object }) => `remove ${object}`),
    ...foreign.map(({ object }) => `remove ${object}, which isn't ours`),
    ...(removesNamespace ? [`remove Namespace ${namespace}, with all that is in it`] : []),
  ];
}

/** One line for each object that stays. */
export function describeKept({ keptData, keptNamespace }: Destruction, { namespace }: StackConfig): readonly string[] {
  const whose = keptNamespace === "ours" ? "" : ", which isn't ours by its label";
  return [
    ...keptData.map(({ object }) => object),
    ...(keptNamespace === undefined ? [] : [`Namespace ${namespace}${whose}`]),
  ];
}

/** Somebody else's, too. */
export function countClaims({ data, foreign }: Destruction): number {
  return claimsOf([...data, ...foreign]).length;
}

function claimsOf(objects: readonly Found[]): readonly string[] {
  return objects.filter(({ kind }) => kind === claimKind).map(({ name }) => name);
}

/** What nobody should find out afterwards. */
export async function explainLosses(
  cluster: Cluster,
  config: StackConfig,
  { others, data }: Destruction,
): Promise<readonly string[]> {
  const claims = claimsOf(data);
  const lines: string[] = [];
  if (others.some(({ kind }) => kind === "ExternalSecret"))
    lines.push("The Secrets that an ExternalSecret made go with it; their values stay in the store.");
  if (claims.includes(components.openWebUi) && config.database.kind === "external-postgres") {
    lines.push("All uploads go. The chats stay in the Postgres that isn't the stack's.");
  } else if (claims.includes(components.openWebUi)) {
    const last = (await readLastBackup(cluster, config)) ?? "none is recorded";
    lines.push(`All chats and uploads go. A backup is the only way back: npm run backup. The last one: ${last}.`);
  }
  if (claims.includes(scheduledBackup))
    lines.push("The backups made on the schedule go, too: npm run backup -- --fetch copies them first.");
  return lines;
}

/** Takes it from the cluster, one after the other. What is gone meanwhile is no failure. */
export function removing(cluster: Cluster, config: StackConfig, destruction: Destruction): readonly Row[] {
  const { namespace, liteLlm } = config;
  const { workloads, others, data, removesNamespace } = destruction;
  // LiteLLM's pods finish the answers that they have begun.
  const end = ["--ignore-not-found", "--wait", `--timeout=${liteLlm.requestTimeoutSeconds + 120}s`];
  const row = (name: string, args: readonly string[]): Row => {
    const run = async (report: (state: string) => void) => {
      report("being removed");
      await cluster.kubectl(["delete", ...args, ...end]);
      report("gone");
    };
    return { name, run };
  };
  const rowOf = (name: string, objects: readonly Found[], ...args: readonly string[]) =>
    objects.length === 0 ? [] : [row(name, ["-n", namespace, ...objects.map(({ resource }) => resource), ...args])];
  return [
    // With their pods: until these have ended, network policies confine them, and they hold the volumes.
    ...rowOf("workloads and their pods", workloads, "--cascade=foreground"),
    ...rowOf("Services, settings and network policies", others),
    ...rowOf("volume claims and Secrets", data),
    ...(removesNamespace ? [row(`Namespace ${namespace}`, ["namespace", namespace])] : []),
  ];
}
