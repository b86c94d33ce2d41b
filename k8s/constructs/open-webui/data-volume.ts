import type { k8s } from "cdk8s-plus-28";
import { components, matchLabels } from "../../../lib/naming";

/** The claim of {@link components.openWebUi}'s data, as a pod's volume. */
export const dataVolume: k8s.Volume = {
  name: "data",
  persistentVolumeClaim: { claimName: components.openWebUi },
};

/** The chat's node: a volume of kind ReadWriteOnce takes a second pod only there. */
export const besideOpenWebUi: k8s.Affinity = {
  podAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      {
        labelSelector: { matchLabels: matchLabels(components.openWebUi) },
        topologyKey: "kubernetes.io/hostname",
      },
    ],
  },
};
