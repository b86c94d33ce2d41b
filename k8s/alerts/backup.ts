import { scheduledBackup } from "../../lib/naming";
import type { RuleGroup } from "./rule";

export interface BackupRulesOptions {
  readonly namespace: string;
  /** Age of the last success, in hours. */
  readonly backupHours: number;
}

/** Whether the scheduled backup is made. */
export function backupRules({ namespace, backupHours }: BackupRulesOptions): RuleGroup {
  const job = `{namespace="${namespace}",cronjob="${scheduledBackup}"}`;
  return {
    name: "backup",
    rules: [
      {
        exporter: "kubeStateMetrics",
        alert: "BackupMissing",
        severity: "warning",
        // One that never succeeded counts from when it was set up.
        value: `(time() - max by (namespace, cronjob) (kube_cronjob_status_last_successful_time${job} or kube_cronjob_created${job})) / 3600`,
        when: `> ${backupHours}`,
        for: "5m",
        summary: "The chats aren't backed up any more.",
        description: `No scheduled backup has succeeded for {{ $value | printf "%.0f" }} hours; the threshold is ${backupHours}.`,
      },
    ],
  };
}
