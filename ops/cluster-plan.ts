import type { StackConfig } from "../lib/config";
import { provisioner } from "../lib/naming";
import type { Cluster } from "./cluster";
import { Failure } from "./failure";
import { type KubernetesObject, ownSelector, parseManifests } from "./manifests";
import { type LiveJob, stateOf } from "./provisioning";

/** An object for people, such as `Deployment litellm`. */
export interface ObjectChange {
  readonly object: string;
  readonly action: "create" | "update";
}

export interface ClusterPlan {
  readonly changes: readonly ObjectChange[];
  /** The differences of objects that are there already, as kubectl shows them. What is new is told by its name alone. */
  readonly text: string;
}

/**
 * What applying manifests would change, asked of the API server: its defaults and what others own are no change.
 * @throws Failure with kubectl's words when the server would refuse them
 */
export async function planCluster(cluster: Cluster, config: StackConfig, manifests: string): Promise<ClusterPlan> {
  if ((await cluster.list(["namespace", config.namespace])).length === 0) {
    // The server can't try out what goes into a Namespace that isn't there.
    return {
      changes: parseManifests(manifests).map((object) => ({ object: nameOf(object), action: "create" })),
      text: "",
    };
  }
  const { code, stdout, stderr } = await cluster.try(["diff", "--server-side", "-f", "-"], manifests, [0, 1]);
  // Both a difference and some failures end with 1.
  if (code === 1 && stdout === "") throw new Failure(`kubectl diff failed: ${stderr.trim()}`, conflictNext(stderr));
  const sections = withoutEndedJobs(stdout.split(/^(?=diff )/m).flatMap(parseSection));
  return {
    changes: sections.map(({ object, action }) => ({ object, action })),
    text: sections
      .flatMap(({ object, action, lines }) => (action === "create" ? [] : [`${object}:\n${lines}`]))
      .join("\n"),
  };
}

/**
 * A Job that has ended goes after its time. Its ConfigMap names it: while that is as it was, the Job has been there, and
 * its coming back would change nothing.
 */
function withoutEndedJobs(sections: readonly Section[]): readonly Section[] {
  if (sections.some(({ object }) => object === `ConfigMap ${provisioner}`)) return sections;
  return sections.filter(({ object, action }) => action !== "create" || !object.startsWith(`Job ${provisioner}-`));
}

/** What to do when the server refuses to apply something. */
export function conflictNext(stderr: string): string | undefined {
  if (!/conflict/i.test(stderr)) return undefined;
  return "somebody else owns these fields: docs/configuration.md#moving-in-and-out";
}

interface Section extends ObjectChange {
  readonly lines: string;
}

/** One object of a `kubectl diff`, by the name of its file. */
function parseSection(section: string): readonly Section[] {
  const file = /^\+\+\+ \S*\/(?:\S+\.)?v\d\w*\.(?<kind>[A-Z]\w*)\.[^.\s]*\.(?<name>\S+)/m.exec(section);
  if (file?.groups === undefined) return [];
  const action = /^@@ -0,0 /m.test(section) ? "create" : "update";
  const lines = section.slice(section.search(/^@@ /m)).trimEnd();
  return [{ object: `${file.groups["kind"]} ${file.groups["name"]}`, action, lines }];
}

/**
 * Kinds that this program has ever rendered, and whose objects may go when they are no longer described. Neither
 * volumes nor Secrets nor the Namespace: what they hold doesn't come back.
 */
const removableKinds = [
  "deployments.apps",
  "statefulsets.apps",
  "jobs.batch",
  "cronjobs.batch",
  "services",
  "configmaps",
  "serviceaccounts",
  "networkpolicies.networking.k8s.io",
  "ingresses.networking.k8s.io",
  "roles.rbac.authorization.k8s.io",
  "rolebindings.rbac.authorization.k8s.io",
  "middlewares.traefik.io",
  "ingressroutes.traefik.io",
  "servicemonitors.monitoring.coreos.com",
  "prometheusrules.monitoring.coreos.com",
  "externalsecrets.external-secrets.io",
] as const;

/** Those of them that the cluster knows. */
export async function findRemovableKinds(cluster: Cluster): Promise<readonly string[]> {
  const known = new Set((await cluster.kubectl(["api-resources", "--namespaced", "-o", "name"])).split("\n"));
  return removableKinds.filter((kind) => known.has(kind));
}

interface Live extends LiveJob {
  readonly metadata: KubernetesObject["metadata"] & { readonly ownerReferences?: readonly unknown[] };
}

/** An object that carries our label, and that nothing describes any more. */
export interface Orphan {
  readonly object: string;
  /** As kubectl takes it, such as `services/open-webui`. */
  readonly resource: string;
}

/**
 * What would be left over after applying. What another object made, such as a Job's pods, goes with that; a Job that has
 * ended goes by itself.
 */
export async function findOrphans(
  cluster: Cluster,
  { namespace }: StackConfig,
  described: readonly KubernetesObject[],
): Promise<readonly Orphan[]> {
  const names = new Set(described.map(nameOf));
  const orphans: Orphan[] = [];
  const kinds = await findRemovableKinds(cluster);
  const live = await cluster.list<Live>([kinds.join(","), "-n", namespace, "-l", ownSelector]);
  for (const object of live) {
    if (names.has(nameOf(object)) || object.metadata.ownerReferences !== undefined) continue;
    if (object.kind === "Job" && stateOf(object) !== "runs") continue;
    orphans.push({ object: nameOf(object), resource: resourceOf(object) });
  }
  return orphans;
}

/** For people, such as `Deployment litellm`. */
export function nameOf({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata.name}`;
}

/** As kubectl takes it, such as `deployment.v1.apps/litellm`. */
export function resourceOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : [undefined, apiVersion];
  return `${[kind.toLowerCase(), ...(group === undefined ? [] : [version, group])].join(".")}/${metadata.name}`;
}

export async function removeOrphans(
  cluster: Cluster,
  { namespace }: StackConfig,
  orphans: readonly Orphan[],
): Promise<void> {
  const resources = orphans.map(({ resource }) => resource);
  await cluster.kubectl(["delete", "-n", namespace, ...resources, "--ignore-not-found", "--wait", "--timeout=120s"]);
}
