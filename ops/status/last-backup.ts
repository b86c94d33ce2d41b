import type { StackConfig } from "../../lib/config";
import { claimAnnotations, components, scheduledBackup } from "../../lib/naming";
import type { Cluster } from "../cluster";
import { Failure } from "../failure";

interface Claim {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
}

interface CronJob {
  readonly status?: { readonly lastSuccessfulTime?: string };
}

/**
 * When Open WebUI's data were last backed up, by hand or on the schedule, in UTC; null when they never were.
 * @throws Failure when there is no volume claim
 */
export async function readLastBackup(cluster: Cluster, { namespace }: StackConfig): Promise<string | null> {
  const [claim] = await cluster.list<Claim>(["pvc", components.openWebUi, "-n", namespace]);
  if (claim === undefined) throw new Failure(`There is no volume claim ${components.openWebUi}.`);
  const [cronJob] = await cluster.list<CronJob>(["cronjob", scheduledBackup, "-n", namespace]);
  const times = [claim.metadata.annotations?.[claimAnnotations.lastBackup], cronJob?.status?.lastSuccessfulTime];
  // Both have the same shape, so that their texts sort by time.
  return (
    times
      .filter((time) => time !== undefined)
      .toSorted()
      .at(-1) ?? null
  );
}
