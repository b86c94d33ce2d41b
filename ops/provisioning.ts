import { setTimeout as sleep } from "node:timers/promises";
import type { StackConfig } from "../lib/config";
import { provisioner } from "../lib/naming";
import type { Cluster } from "./cluster";
import { Failure } from "./failure";
import { interruption } from "./interruption";
import type { KubernetesObject } from "./manifests";
import { showProgress } from "./progress";
import type { Pod } from "./start";

/** A Job in the cluster. */
export interface LiveJob extends KubernetesObject {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  };
}

/** How far a Job is: Kubernetes removes one that has ended after its time. */
export type JobState = "runs" | "done" | "failed";

export function stateOf({ status }: LiveJob): JobState {
  const ends = (status?.conditions ?? []).filter((condition) => condition.status === "True").map(({ type }) => type);
  if (ends.includes("Complete")) return "done";
  return ends.includes("Failed") ? "failed" : "runs";
}

export interface ProvisionOptions {
  readonly namespace: string;
  readonly timeoutSeconds: number;
  /** Creates the Job, where it isn't. */
  readonly apply: () => Promise<void>;
}

/**
 * Waits until the Job that brings assistants and prompts is done. One that failed, or is gone since it ended, is made
 * again: it writes what is missing, and else nothing.
 * @param described - what is rendered; without such a Job nothing is done
 * @throws Failure with the Job's own words when it fails or takes too long
 */
export async function waitForProvisioning(
  cluster: Cluster,
  described: readonly KubernetesObject[],
  options: ProvisionOptions,
): Promise<void> {
  const name = described.find(isProvisionerJob)?.metadata.name;
  if (name === undefined) return;
  const run = async (report: (state: string) => void) => {
    const { namespace, apply } = options;
    const before = await readJob(cluster, namespace, name);
    if (before === "failed") await cluster.kubectl(["delete", "job", name, "-n", namespace, "--wait"]);
    if (before === "failed" || before === undefined) await apply();
    await waitForEnd(cluster, name, options, report);
  };
  await showProgress([{ name: "assistants and prompts", run }]);
}

/**
 * Before a declaration is applied that differs from the last one: its Job may be there since an earlier time, and would
 * do nothing.
 */
export async function forgetEndedJob(
  cluster: Cluster,
  namespace: string,
  described: readonly KubernetesObject[],
): Promise<void> {
  const name = described.find(isProvisionerJob)?.metadata.name;
  if (name === undefined) return;
  const state = await readJob(cluster, namespace, name);
  if (state === undefined || state === "runs") return;
  await cluster.kubectl(["delete", "job", name, "-n", namespace, "--wait"]);
}

function isProvisionerJob({ kind, metadata }: KubernetesObject): boolean {
  return kind === "Job" && metadata.name.startsWith(provisioner);
}

async function readJob(cluster: Cluster, namespace: string, name: string): Promise<JobState | undefined> {
  const [job] = await cluster.list<LiveJob>(["job", name, "-n", namespace]);
  return job && stateOf(job);
}

async function waitForEnd(
  cluster: Cluster,
  name: string,
  { namespace, timeoutSeconds }: ProvisionOptions,
  report: (state: string) => void,
): Promise<void> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  let known: string | undefined;
  for (;;) {
    const state = await readJob(cluster, namespace, name);
    if (state !== known && state !== undefined) report(state);
    known = state;
    if (state === "done") return;
    if (state === "failed" || Date.now() > deadline) {
      throw new Failure(
        [
          `Assistants and prompts weren't brought: Job ${name} ${known ?? "isn't there"}.`,
          await lastWords(cluster, namespace, name),
        ]
          .filter((line) => line !== "")
          .join("\n"),
        "mend what its log says, and run npm run deploy again",
      );
    }
    await sleep(1000, undefined, { signal: interruption }).catch(() => interruption.throwIfAborted());
  }
}

/** Of a Job's newest pod: it may have tried several times. */
async function lastWords(cluster: Cluster, namespace: string, job: string): Promise<string> {
  const pods = await cluster.list<Pod>([
    "pods",
    "-n",
    namespace,
    "-l",
    `job-name=${job}`,
    "--sort-by=.metadata.creationTimestamp",
  ]);
  const newest = pods.at(-1)?.metadata.name;
  if (newest === undefined) return "";
  const { stdout, stderr } = await cluster.try(["logs", newest, "-n", namespace, "--tail=15"]);
  return (stdout || stderr).trim();
}

/** The newest Job's name and state; null when there is none, or it is gone since it ended. */
export async function readProvisioning(
  cluster: Cluster,
  { namespace }: StackConfig,
): Promise<{ readonly job: string; readonly state: JobState } | null> {
  const jobs = await cluster.list<LiveJob & { readonly metadata: { readonly creationTimestamp: string } }>([
    "jobs",
    "-n",
    namespace,
    "-l",
    `app=${provisioner}`,
  ]);
  const newest = jobs.toSorted((a, b) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1)).at(-1);
  return newest === undefined ? null : { job: newest.metadata.name, state: stateOf(newest) };
}
