import { isBackupName } from "../backup/stores/store";
import type { StackConfig } from "../lib/config";
import { backupsFolder } from "../lib/naming";
import type { BackupLocation } from "./backup-location";
import type { Cluster } from "./cluster";
import { DataPod } from "./data-pod";
import { Failure } from "./failure";
import { interruption } from "./interruption";
import type { Report } from "./progress";

/** The scheduled backups of a stack, after they were fetched. */
export interface FetchedBackups {
  /** Names of those that are new here. */
  readonly fetched: readonly string[];
  /** How many were here already. */
  readonly known: number;
}

/**
 * Copies what the schedule made out of the cluster. What is there already under its name stays as it is.
 * @throws Failure when a file doesn't arrive whole; it isn't kept then
 */
export function fetchBackups(
  cluster: Cluster,
  config: StackConfig,
  { store }: BackupLocation,
  report: Report,
): Promise<FetchedBackups> {
  const { namespace } = config;
  const fetch = async (pod: DataPod): Promise<FetchedBackups> => {
    const files = Object.entries(await pod.listFiles(backupsFolder)).filter(([name]) => isBackupName(namespace, name));
    const here = new Set((await store.list(namespace).catch(() => [])).map(({ name }) => name));
    const missing = files.filter(([name]) => !here.has(name)).sort();
    for (const [name, size] of missing) {
      report(`copying ${name}`);
      const { stdin, stdout, ended } = pod.readFile(`${backupsFolder}/${name}`);
      stdin.end();
      const arrived = await store.write(name, stdout, interruption);
      await ended;
      if (arrived !== size) {
        await store.remove(name);
        throw new Failure(`${name}: ${arrived} of ${size} bytes arrived; it wasn't kept.`, "run it again");
      }
    }
    return { fetched: missing.map(([name]) => name), known: files.length - missing.length };
  };
  return DataPod.during(cluster, config, fetch, { withBackups: true });
}
