import type { StackConfig } from "../../lib/config";
import type { Aws } from "../aws";
import type { Cluster } from "../cluster";
import { type JobState, readProvisioning } from "../provisioning";
import { findOutdatedPods, type OutdatedPod } from "../replacement";
import { type AccessKeyStatus, readAccessKeys } from "./access-keys";
import { readLastBackup } from "./last-backup";
import { type LastError, readLastErrors } from "./last-errors";
import { readUse, type Use } from "./model-use";
import { type PodsStatus, readPods } from "./pods";
import { readSection, type Section } from "./section";

/** How a stack is at one moment. */
export interface Status {
  /** UTC. */
  readonly at: string;
  /** Such as `k3s (https://192.0.2.7:6443)`. */
  readonly cluster: string;
  readonly namespace: string;
  readonly pods: Section<PodsStatus>;
  /** Pods that run an older revision than their StatefulSet describes. */
  readonly outdated: Section<readonly OutdatedPod[]>;
  readonly use: Section<Use>;
  /** The newest Job that brings assistants and prompts; none when nothing is declared, or it ended a while ago. */
  readonly provisioning: Section<{ readonly job: string; readonly state: JobState } | null>;
  readonly lastErrors: Section<readonly LastError[]>;
  readonly accessKeys: Section<readonly AccessKeyStatus[]>;
  readonly lastBackup: Section<string | null>;
}

/** Reads all parts, and changes nothing. */
export async function readStatus(cluster: Cluster, aws: Aws, config: StackConfig): Promise<Status> {
  const [pods, outdated, use, provisioning, lastErrors, accessKeys, lastBackup] = await Promise.all([
    readSection(() => readPods(cluster, config)),
    readSection(() => findOutdatedPods(cluster, config.namespace)),
    readSection(() => readUse(cluster, config)),
    readSection(() => readProvisioning(cluster, config)),
    readSection(() => readLastErrors(cluster, config)),
    readSection(() => readAccessKeys(aws, config)),
    readSection(() => readLastBackup(cluster, config)),
  ]);
  const { namespace } = config;
  const at = new Date().toISOString();
  return {
    at,
    cluster: cluster.toString(),
    namespace,
    pods,
    outdated,
    use,
    provisioning,
    lastErrors,
    accessKeys,
    lastBackup,
  };
}
