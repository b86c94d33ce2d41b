import { k8s } from "cdk8s-plus-28";
import { Construct } from "constructs";
import { backupFiles } from "../../../backup/files";
import { backupsFolder, dataFolder, postgresNames, scheduledBackup, secretKeys, workFolder } from "../../../lib/naming";
import { hardenedContainer, hardenedPod, plainEnv, resourceRequirements } from "../hardened-pod";
import type { PostgresEndpoint } from "../postgres/postgres";
import { VolumeClaim } from "../volume-claim";
import { besideOpenWebUi, dataVolume } from "./data-volume";

export interface ScheduledBackupProps {
  /** Open WebUI's image, as `repository:tag@digest`: its Python copies the database. */
  readonly openWebUiImage: string;
  /** The official Node.js image, as `repository:tag@digest`: it seals the copy. */
  readonly nodeImage: string;
  /** What copies: `backup/pod/snapshot.py`. */
  readonly snapshotScript: string;
  /** Where the database is in a Postgres of the stack's own. @default undefined: it is a file among Open WebUI's data */
  readonly postgres?: DumpProps | undefined;
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
  /** Size of the volume that has the database: its copy is made on the node's disk. */
  readonly databaseSize: string;
}

export interface DumpProps {
  /** Postgres' image, as `repository:tag@digest`: its programs are never older than the server. */
  readonly image: string;
  /** What dumps: `backup/pod/dump.sh`. */
  readonly script: string;
  readonly endpoint: PostgresEndpoint;
  /** Secret with the role's password. */
  readonly secretName: string;
}

const folders = { program: "/program", work: workFolder } as const;
const files = { dump: "dump.sh", snapshot: "snapshot.py", program: "main.js" } as const;
const hour = 3600;

/**
 * A CronJob that backs the chats up while they go on: one container copies the database by SQLite's own means or Postgres',
 * the next one seals that and the uploads for a recipient whose key isn't in the cluster.
 *
 * Its pod runs on Open WebUI's node, where the volume is, and without Open WebUI not at all.
 */
export class ScheduledBackup extends Construct {
  constructor(scope: Construct, id: string, props: ScheduledBackupProps) {
    super(scope, id);
    const name = scheduledBackup;
    const config = new k8s.KubeConfigMap(this, "config", {
      metadata: { name },
      data: {
        ...(props.postgres === undefined ? {} : { [files.dump]: props.postgres.script }),
        [files.snapshot]: props.snapshotScript,
        [files.program]: props.program,
      },
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
                initContainers: [
                  ...(props.postgres === undefined ? [] : [dumping(props.postgres, props.databaseSize)]),
                  copying(props),
                ],
                containers: [sealing(props)],
                volumes: [
                  { name: "program", configMap: { name: config.name } },
                  dataVolume,
                  { name: "work", emptyDir: { sizeLimit: k8s.Quantity.fromString(props.databaseSize) } },
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

/** Has the password, and nothing of Open WebUI's volume. */
function dumping({ image, endpoint, secretName }: DumpProps, databaseSize: string): k8s.Container {
  const password = { secretKeyRef: { name: secretName, key: secretKeys.postgres.password } };
  return {
    ...hardenedContainer,
    name: "dump",
    image,
    command: ["sh", "-c", `sh ${folders.program}/${files.dump} > ${folders.work}/${backupFiles.postgres}`],
    env: [
      { name: "PGPASSWORD", valueFrom: password },
      ...plainEnv({
        PGHOST: endpoint.host,
        PGPORT: String(endpoint.port),
        PGUSER: postgresNames.user,
        PGDATABASE: postgresNames.database,
      }),
    ],
    resources: resourceRequirements({ cpuRequest: "50m", memoryRequest: "64Mi", memoryLimit: "256Mi" }, databaseSize),
    volumeMounts: [program, work],
  };
}

/** Where the database was dumped already, it only tells what there is. */
function copying(props: ScheduledBackupProps): k8s.Container {
  return {
    ...hardenedContainer,
    name: "copy",
    image: props.openWebUiImage,
    command: ["python", `${folders.program}/${files.snapshot}`, dataFolder, "copy", folders.work],
    // Where SQLite puts what it sorts.
    env: plainEnv({ SQLITE_TMPDIR: folders.work }),
    resources: resourceRequirements(
      { cpuRequest: "50m", memoryRequest: "64Mi", memoryLimit: "512Mi" },
      props.databaseSize,
    ),
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
    resources: resourceRequirements(
      { cpuRequest: "50m", memoryRequest: "64Mi", memoryLimit: "256Mi" },
      props.databaseSize,
    ),
    volumeMounts: [
      { name: dataVolume.name, mountPath: dataFolder, readOnly: true },
      program,
      { ...work, readOnly: true },
      { name: "backups", mountPath: backupsFolder },
    ],
  };
}
