import { k8s } from "cdk8s-plus-28";
import { Construct } from "constructs";
import { backupsFolder, dataFolder, dataPod, scheduledBackup, workFolder } from "../../../lib/naming";
import { hardenedContainer, hardenedPod, plainEnv, resourceRequirements } from "../hardened-pod";
import { besideOpenWebUi, dataVolume } from "./data-volume";

export interface DataPodProps {
  /** Open WebUI's image, as `repository:tag@digest`: it has Python and SQLite, and the migrations of its version. */
  readonly image: string;
  /** Whether Open WebUI's pod is on a node, so that the volume is there, too. */
  readonly besideOpenWebUi: boolean;
  /** Whether the scheduled backups' volume is there, too, to be read. */
  readonly withBackups: boolean;
  /** Size of the volume that has the database: its copy is made on the node's disk. */
  readonly databaseSize: string;
}

const hours = 6;

/**
 * A pod that does nothing by itself: `ops` runs programs in it, on Open WebUI's volume. It ends by itself when it was
 * forgotten.
 */
export class DataPod extends Construct {
  constructor(scope: Construct, id: string, props: DataPodProps) {
    super(scope, id);
    new k8s.KubePod(this, "pod", {
      metadata: { name: dataPod, labels: { app: dataPod } },
      spec: {
        ...hardenedPod,
        ...(props.besideOpenWebUi ? { affinity: besideOpenWebUi } : {}),
        restartPolicy: "Never",
        activeDeadlineSeconds: hours * 3600,
        terminationGracePeriodSeconds: 1,
        containers: [
          {
            ...hardenedContainer,
            name: "data",
            image: props.image,
            // Where SQLite puts what it sorts.
            env: plainEnv({ SQLITE_TMPDIR: workFolder }),
            command: ["python", "-c", `import time; time.sleep(${hours * 3600})`],
            resources: resourceRequirements(
              { cpuRequest: "50m", memoryRequest: "64Mi", memoryLimit: "512Mi" },
              props.databaseSize,
            ),
            volumeMounts: [
              { name: "data", mountPath: dataFolder },
              { name: "work", mountPath: workFolder },
              ...(props.withBackups ? [{ name: "backups", mountPath: backupsFolder, readOnly: true }] : []),
            ],
          },
        ],
        volumes: [
          dataVolume,
          { name: "work", emptyDir: { sizeLimit: k8s.Quantity.fromString(props.databaseSize) } },
          ...(props.withBackups ? [{ name: "backups", persistentVolumeClaim: { claimName: scheduledBackup } }] : []),
        ],
      },
    });
  }
}
