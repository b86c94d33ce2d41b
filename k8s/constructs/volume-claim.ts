import { k8s } from "cdk8s-plus-28";
import { Construct } from "constructs";

export interface VolumeClaimProps {
  /** Name of the claim. Changing it later leaves the data behind. */
  readonly name: string;
  /** Such as `5Gi`. Can grow where the class allows it, never shrink. */
  readonly size: string;
  /** @default the cluster's default class */
  readonly storageClass?: string | undefined;
}

/**
 * A volume for one pod at a time (ReadWriteOnce). It stands alone: deleting the workload keeps the data, deleting the
 * Namespace doesn't.
 */
export class VolumeClaim extends Construct {
  /** For a pod's `volumes[].persistentVolumeClaim.claimName`. */
  readonly claimName: string;

  constructor(scope: Construct, id: string, props: VolumeClaimProps) {
    super(scope, id);
    this.claimName = props.name;
    new k8s.KubePersistentVolumeClaim(this, "claim", {
      metadata: { name: props.name },
      spec: {
        accessModes: ["ReadWriteOnce"],
        ...(props.storageClass === undefined ? {} : { storageClassName: props.storageClass }),
        resources: { requests: { storage: k8s.Quantity.fromString(props.size) } },
      },
    });
  }
}
