import type { StackConfig } from "../../lib/config";
import type { PodStatus } from "./pods";
import { readable } from "./section";
import type { Status } from "./status";

/** Something that wants a person, and what to do. */
export interface Hint {
  /** `problem`: people get no answer, or soon won't. */
  readonly level: "problem" | "warning";
  readonly what: string;
  readonly mend: string;
}

const nearLimit = 0.9;
const rotate = "npm run rotate-key";

/** What a person would have to find in the numbers of a status. */
export function findHints({ namespace, ...status }: Status, config: StackConfig): readonly Hint[] {
  const pods = readable(status.pods);
  return [
    ...("unreadable" in status.pods ? [problem(status.pods.unreadable, "npm run doctor")] : []),
    ...(pods?.missing ?? []).map((workload) =>
      problem(`${workload} has no pod`, `kubectl -n ${namespace} describe ${workloadOf(workload)}`),
    ),
    ...(pods?.pods ?? []).flatMap((pod) => hintsOf(pod, namespace)),
    ...(readable(status.outdated) ?? []).map(({ name, workload }) =>
      warning(
        `${name} runs an older revision than ${workload} describes: Kubernetes leaves it until it is deleted`,
        "npm run deploy, which replaces it with your consent; nobody can chat for 10 s to a minute",
      ),
    ),
    ...failedProvisioning(status.provisioning, namespace),
    ...oldKeys(status.accessKeys, config),
  ];
}

function workloadOf(name: string): string {
  return name === "open-webui" ? `statefulset ${name}` : `deployment ${name}`;
}

function hintsOf(
  { name, workload, state, lastEnd, memory = 0, memoryLimit }: PodStatus,
  namespace: string,
): readonly Hint[] {
  const log = `npm run logs -- ${workload.replace(/^open-webui-/, "")}`;
  const describe = `kubectl -n ${namespace} describe pod ${name}`;
  if (state !== "ready") return [problem(`${name}: ${state}`, `${log}, or ${describe}`)];
  if (lastEnd === "OOMKilled")
    return [warning(`${name} was killed at its memory limit`, "docs/operations.md#outofmemory")];
  if (memoryLimit === undefined || memory < memoryLimit * nearLimit) return [];
  return [warning(`${name} is near its memory limit`, "docs/operations.md#memorynearlimit")];
}

function failedProvisioning(provisioning: Status["provisioning"], namespace: string): readonly Hint[] {
  const newest = readable(provisioning);
  if (newest?.state !== "failed") return [];
  return [
    warning(
      `assistants and prompts weren't brought into Open WebUI: Job ${newest.job} failed`,
      `read kubectl -n ${namespace} logs job/${newest.job}, mend it, and npm run deploy`,
    ),
  ];
}

function oldKeys(accessKeys: Status["accessKeys"], { monitoring }: StackConfig): readonly Hint[] {
  const limit = monitoring.kind === "none" ? 90 : monitoring.alerts.accessKeyDays;
  return (readable(accessKeys) ?? [])
    .filter(({ days }) => days > limit)
    .map(({ id, days }) => warning(`access key ${id} is ${days} days old; the limit is ${limit}`, rotate));
}

function problem(what: string, mend: string): Hint {
  return { level: "problem", what, mend };
}

function warning(what: string, mend: string): Hint {
  return { level: "warning", what, mend };
}
