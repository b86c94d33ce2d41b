import { k8s } from "cdk8s-plus-28";
import { Construct } from "constructs";
import { backupsFolder, dataFolder, scheduledBackup } from "../../../lib/naming";
import { hardenedContainer, hardenedPod, plainEnv, resourceRequirements } from "../hardened-pod";
import { VolumeClaim } from "../volume-claim";
import { besideOpenWebUi, dataVolume } from "./data-volume";

export interface ScheduledBackupProps {
  /** Open WebUI's image, as `repository:tag@digest`: its Python copies the database. */
  readonly openWebUiImage: string;
  /** The official Node.js image, as `repository:tag@digest`: it seals the copy. */
  readonly nodeImage: string;
  /** What copies: `backup/pod/snapshot.py`. */
  readonly snapshotScript: string;
  /** What seals, as one CommonJS file. */
  readonly program: string;
  /** The five fields of cron, in UTC. */
  readonly schedule: string;
  /** age's recipient. */
  readonly recipient: string;
  /** How many backups stay. */
  readonly keep: number;
  /** The backups' own volume. */
  readonly storage: { readonly size: string; readonly storageClass?: string | undefined };
  /** Size of Open WebUI's volume: a copy of its database is made on the node's disk. */
  readonly dataSize: string;
}

const folders = { program: "/program", work: "/work" } as const;
const files = { snapshot: "snapshot.py", program: "main.js" } as const;
const hour = 3600;

/**
 * A CronJob that backs the chats up while they go on: one container copies the database by SQLite's own means, the next one
 * seals that and the uploads for a recipient whose key isn't in the cluster.
 *
 * Its pod runs on Open WebUI's node, where the volume is, and without Open WebUI not at all.
 */
export class ScheduledBackup extends Construct {
  constructor(scope: Construct, id: string, props: ScheduledBackupProps) {
    super(scope, id);
    const name = scheduledBackup;
    const config = new k8s.KubeConfigMap(this, "config", {
      metadata: { name },
      data: { [files.snapshot]: props.snapshotScript, [files.program]: props.program },
    });
    const backups = new VolumeClaim(this, "backups", { name, ...props.storage });
    new k8s.KubeCronJob(this, "cron-job", {
      metadata: { name },
      spec: {
        schedule: props.schedule,
        timeZone: "Etc/UTC",
        concurrencyPolicy: "Forbid",
        // A cluster that was down at the hour makes up for it.
        startingDeadlineSeconds: 6 * hour,
        successfulJobsHistoryLimit: 1,
        failedJobsHistoryLimit: 3,
        jobTemplate: {
          spec: {
            backoffLimit: 2,
            activeDeadlineSeconds: 2 * hour,
            template: {
              metadata: { labels: { app: name } },
              spec: {
                ...hardenedPod,
                affinity: besideOpenWebUi,
                restartPolicy: "Never",
                initContainers: [copying(props)],
                containers: [sealing(props)],
                volumes: [
                  { name: "program", configMap: { name: config.name } },
                  dataVolume,
                  { name: "work", emptyDir: { sizeLimit: k8s.Quantity.fromString(props.dataSize) } },
                  { name: "backups", persistentVolumeClaim: { claimName: backups.claimName } },
                ],
              },
            },
          },
        },
      },
    });
  }
}

const program: k8s.VolumeMount = { name: "program", mountPath: folders.program, readOnly: true };
const work: k8s.VolumeMount = { name: "work", mountPath: folders.work };

function copying(props: ScheduledBackupProps): k8s.Container {
  return {
    ...hardenedContainer,
    name: "copy",
    image: props.openWebUiImage,
    command: ["python", `${folders.program}/${files.snapshot}`, dataFolder, "copy", folders.work],
    // Where SQLite puts what it sorts.
    env: plainEnv({ SQLITE_TMPDIR: folders.work }),
    resources: resourceRequirements({ cpuRequest: "50m", memoryRequest: "64Mi", memoryLimit: "512Mi" }, props.dataSize),
    // SQLite writes its log's index beside the database, also to read it.
    volumeMounts: [{ name: dataVolume.name, mountPath: dataFolder }, program, work],
  };
}

function sealing(props: ScheduledBackupProps): k8s.Container {
  return {
    ...hardenedContainer,
    name: "seal",
    image: props.nodeImage,
    command: ["node", `${folders.program}/${files.program}`],
    env: [
      { name: "NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
      ...plainEnv({
        OPEN_WEBUI_IMAGE: props.openWebUiImage,
        RECIPIENT: props.recipient,
        KEEP: String(props.keep),
        WORK_FOLDER: folders.work,
        DATA_FOLDER: dataFolder,
        BACKUPS_FOLDER: backupsFolder,
      }),
    ],
    resources: resourceRequirements({ cpuRequest: "50m", memoryRequest: "64Mi", memoryLimit: "256Mi" }, props.dataSize),
    volumeMounts: [
      { name: dataVolume.name, mountPath: dataFolder, readOnly: true },
      program,
      { ...work, readOnly: true },
      { name: "backups", mountPath: backupsFolder },
    ],
  };
}
