import { setTimeout as sleep } from "node:timers/promises";
import { kubectl } from "./kubectl";
import type { TestStack } from "./test-stack";

/** What the containers of a component use. */
export interface Usage {
  /** As `kubectl top pods` shows it, in decimal megabytes. */
  readonly workingSet: number;
  /** Since the containers started. */
  readonly cpuSeconds: number;
}

/** By the value of the pods' `app` label. */
export type UsageByApp = Readonly<Record<string, Usage>>;

interface PodList {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
    readonly spec: { readonly nodeName: string };
    readonly status: { readonly phase: string };
  }[];
}

interface ContainerStats {
  readonly memory?: { readonly time: string; readonly workingSetBytes: number };
  readonly cpu?: { readonly time: string; readonly usageCoreNanoSeconds: number };
}

interface NodeSummary {
  readonly pods: readonly {
    readonly podRef: { readonly name: string; readonly namespace: string };
    readonly containers?: readonly ContainerStats[];
  }[];
}

/**
 * What a stack's pods use now, by the kubelets' figures. Older ones are waited out: a kubelet may look only every few
 * seconds.
 */
export async function readUsage(stack: TestStack): Promise<UsageByApp> {
  const since = new Date();
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(1000)) {
    const usage = usageAfter(stack, since);
    if (usage !== undefined) return usage;
  }
  throw new Error("readUsage: waited a minute for figures of every pod.");
}

/** Undefined while a figure is older, or missing. */
function usageAfter(stack: TestStack, since: Date): UsageByApp | undefined {
  const { items: all } = JSON.parse(stack.kubectl(["get", "pods", "-o", "json"])) as PodList;
  // A Job's pod that has ended uses nothing.
  const items = all.filter(({ status }) => status.phase !== "Succeeded" && status.phase !== "Failed");
  const nodes = [...new Set(items.map(({ spec }) => spec.nodeName))];
  const pods = nodes.flatMap((node) => {
    const summary = kubectl(["get", "--raw", `/api/v1/nodes/${node}/proxy/stats/summary`]);
    return (JSON.parse(summary) as NodeSummary).pods;
  });
  const usage: Record<string, Usage> = {};
  for (const { metadata } of items) {
    const app = metadata.labels["app"] ?? metadata.name;
    const pod = pods.find(({ podRef }) => podRef.name === metadata.name && podRef.namespace === stack.config.namespace);
    for (const { memory, cpu } of pod?.containers ?? [{}]) {
      if (memory === undefined || cpu === undefined || new Date(memory.time) < since) return undefined;
      const { workingSet, cpuSeconds } = usage[app] ?? { workingSet: 0, cpuSeconds: 0 };
      usage[app] = {
        workingSet: workingSet + memory.workingSetBytes / 1e6,
        cpuSeconds: cpuSeconds + cpu.usageCoreNanoSeconds / 1e9,
      };
    }
  }
  return usage;
}

/** The working sets of some components together, in decimal megabytes. */
export function sumWorkingSets(usage: UsageByApp, apps: readonly string[]): number {
  return apps.reduce((total, app) => {
    const { workingSet } = usage[app] ?? {};
    if (workingSet === undefined) throw new Error(`${app}: no such pod; there are ${Object.keys(usage).join(", ")}.`);
    return total + workingSet;
  }, 0);
}

/**
 * All pages of a program, in decimal megabytes. The kubelet charges pages of files that several pods share to one of
 * them only: this is what the program would use as the first of its node.
 */
export function readResident(stack: TestStack, workload: string): number {
  const status = stack.kubectl(["exec", workload, "--", "sh", "-c", "cat /proc/[0-9]*/status"]);
  const kibibytes = [...status.matchAll(/^VmRSS:\s+(\d+) kB$/gm)].map(([, amount]) => Number(amount));
  return (Math.max(...kibibytes) * 1024) / 1e6;
}
