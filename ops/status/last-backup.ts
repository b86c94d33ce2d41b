import type { StackConfig } from "../../lib/config";
import { claimAnnotations, components } from "../../lib/naming";
import type { Cluster } from "../cluster";
import { Failure } from "../failure";

interface Claim {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
}

/**
 * When Open WebUI's data were last backed up, in UTC; null when they never were.
 * @throws Failure when there is no volume claim
 */
export async function readLastBackup(cluster: Cluster, { namespace }: StackConfig): Promise<string | null> {
  const [claim] = await cluster.list<Claim>(["pvc", components.openWebUi, "-n", namespace]);
  if (claim === undefined) throw new Failure(`There is no volume claim ${components.openWebUi}.`);
  return claim.metadata.annotations?.[claimAnnotations.lastBackup] ?? null;
}
