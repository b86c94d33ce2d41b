import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "./cluster";
import { diagnose } from "./diagnosis";
import { Failure } from "./failure";
import { interruption } from "./interruption";
import type { KubernetesObject } from "./manifests";
import { isWorkload, type Workload } from "./pod-template";
import { showProgress } from "./progress";
import { describeStart, type Pod } from "./start";

/** A Deployment or StatefulSet in the cluster. */
export interface LiveWorkload extends Workload {
  readonly metadata: Workload["metadata"] & { readonly generation: number };
  readonly spec: Workload["spec"] & { readonly updateStrategy?: { readonly type: string } };
  readonly status: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly readyReplicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
    readonly updateRevision?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  };
}

/** A Namespace's workloads and pods at one moment. */
export interface Snapshot {
  readonly workloads: readonly LiveWorkload[];
  readonly pods: readonly Pod[];
}

export async function takeSnapshot(cluster: Cluster, namespace: string): Promise<Snapshot> {
  const objects = await cluster.list<KubernetesObject>(["deployments,statefulsets,pods", "-n", namespace]);
  return {
    workloads: objects.filter((object): object is LiveWorkload => isWorkload(object)),
    pods: objects.filter(({ kind }) => kind === "Pod") as unknown as readonly Pod[],
  };
}

/** The pods of a workload, the newest first. */
export function podsOf({ spec }: Workload, pods: readonly Pod[]): readonly Pod[] {
  const labels = Object.entries(spec.template.metadata.labels);
  const age = ({ metadata }: Pod) => metadata.creationTimestamp ?? "";
  return pods
    .filter(({ metadata }) => labels.every(([key, value]) => metadata.labels[key] === value))
    .toSorted((a, b) => (age(a) < age(b) ? 1 : -1));
}

/** How far a workload is: `ready` when all its pods are, and none of an older template is left but with `OnDelete`. */
export function describeWorkload(workload: LiveWorkload, pods: readonly Pod[]): string {
  const states = podsOf(workload, pods).map(describeStart);
  // A StatefulSet's status is behind for a moment after its pod is gone.
  const ready = states.filter((state) => state === "ready").length;
  if (isRolledOut(workload) && ready >= (workload.spec.replicas ?? 1)) return "ready";
  const waiting = states.find((state) => state !== "ready" && state !== "stopping");
  if (waiting !== undefined) return waiting;
  const refused = workload.status.conditions?.find(
    ({ type, status }) => type === "ReplicaFailure" && status === "True",
  );
  return refused?.message ?? "waits for a pod";
}

/** Whether the controllers know the newest description. */
export function isObserved({ metadata, status }: LiveWorkload): boolean {
  return (status.observedGeneration ?? 0) >= metadata.generation;
}

function isRolledOut(workload: LiveWorkload): boolean {
  const { kind, spec, status } = workload;
  const { replicas = 1 } = spec;
  const { readyReplicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  if (!isObserved(workload)) return false;
  // With OnDelete the old pod stays, and is ready.
  if (kind === "StatefulSet") return readyReplicas === replicas;
  return updatedReplicas === replicas && availableReplicas === replicas && (status.replicas ?? 0) === replicas;
}

export interface WaitOptions {
  readonly namespace: string;
  /** Names of the workloads that have to get ready. */
  readonly workloads: readonly string[];
  readonly timeoutSeconds: number;
  /** How long one may be in a state that doesn't mend itself. @default 120 */
  readonly patienceSeconds?: number;
}

/**
 * Waits until workloads are ready, and shows how far they are.
 * @throws Failure with each one's state, and of the worst one the events and last log lines, when that takes too long
 */
export async function waitForRollout(cluster: Cluster, options: WaitOptions): Promise<void> {
  const watch = new Watch(cluster, options);
  const rows = options.workloads.map((name) => ({
    name,
    run: (report: (state: string) => void) => watch.until(name, report),
  }));
  await Promise.all([watch.run(), showProgress(rows, { together: true })]);
}

/** Looks once a second, for all rows together. */
class Watch {
  private readonly cluster: Cluster;
  private readonly options: WaitOptions;
  private readonly states = new Map<string, string>();
  /** Since when each is in a state that wants a person. */
  private readonly stuckSince = new Map<string, number>();
  private readonly rows = new Map<string, Row>();
  private isOver = false;

  constructor(cluster: Cluster, options: WaitOptions) {
    this.cluster = cluster;
    this.options = options;
  }

  /** Resolves when a workload is ready, or nobody looks any more. */
  until(name: string, report: (state: string) => void): Promise<void> {
    return new Promise((resolve) => {
      this.rows.set(name, { report, resolve });
      if (this.isOver) resolve();
    });
  }

  async run(): Promise<void> {
    const { namespace, workloads, timeoutSeconds, patienceSeconds = 120 } = this.options;
    const deadline = Date.now() + timeoutSeconds * 1000;
    try {
      for (;;) {
        const snapshot = await takeSnapshot(this.cluster, namespace);
        for (const name of workloads) this.note(name, snapshot);
        if (workloads.every((name) => this.states.get(name) === "ready")) return;
        const isStuck = [...this.stuckSince.values()].some((since) => Date.now() - since > patienceSeconds * 1000);
        if (isStuck || Date.now() > deadline) throw await this.explain(snapshot);
        await sleep(1000, undefined, { signal: interruption }).catch(() => interruption.throwIfAborted());
      }
    } finally {
      // The failure is told by this method; the rows only end.
      this.isOver = true;
      for (const { resolve } of this.rows.values()) resolve();
    }
  }

  private note(name: string, { workloads, pods }: Snapshot): void {
    const workload = workloads.find(({ metadata }) => metadata.name === name);
    const state = workload === undefined ? "isn't there" : describeWorkload(workload, pods);
    if (this.states.get(name) !== state) this.rows.get(name)?.report(state);
    this.states.set(name, state);
    if (state === "ready") this.rows.get(name)?.resolve();
    if (state === "ready" || state === "preparing image and volumes") this.stuckSince.delete(name);
    else if (!mayMend.includes(state) && !this.stuckSince.has(name)) this.stuckSince.set(name, Date.now());
  }

  private async explain({ workloads, pods }: Snapshot): Promise<Failure> {
    const { namespace } = this.options;
    const waiting = [...this.states].filter(([, state]) => state !== "ready");
    const lines = waiting.map(([name, state]) => `  - ${name}: ${state}`);
    const worst = workloads.find(({ metadata }) => metadata.name === waiting[0]?.[0]);
    const [pod] = worst === undefined ? [] : podsOf(worst, pods).filter((one) => describeStart(one) !== "ready");
    const details = await diagnose(this.cluster, namespace, worst?.metadata.name ?? "", pod);
    const next = `mend it and run the command again; look closer with kubectl -n ${namespace} describe pods`;
    return new Failure(["Not everything gets ready:", ...lines, ...details].join("\n"), next);
  }
}

interface Row {
  readonly report: (state: string) => void;
  readonly resolve: () => void;
}

/** Neither stuck nor on its way: a container that crashes again and again is starting now and then. */
const mayMend = ["starting", "stopping", "waits for a pod", "isn't there"];
