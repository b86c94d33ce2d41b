import { hardenedContainer, hardenedPod } from "../../../../k8s/constructs/hardened-pod";
import { images } from "../../../../lib/versions";
import { kubectl } from "../kubectl";
import type { PodIdentity } from "./ends";

export interface ListeningPod extends PodIdentity {
  readonly name: string;
}

/** The container that listens, and in which probes run. */
export const probeContainer = "probe";

/** A pod that runs the probe and listens on these ports, also on those below 1024. */
export function listeningPod({ name, namespace, labels }: ListeningPod, probe: string, ports: readonly number[]) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, labels },
    spec: {
      ...hardenedPod,
      securityContext: {
        ...hardenedPod.securityContext,
        sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }],
      },
      containers: [
        {
          ...hardenedContainer,
          name: probeContainer,
          image: images.node,
          command: ["node", "-e", probe, "listen", ...ports.map(String)],
          // Without any, the pod would wait for every other one on a busy node, and its answers would be late.
          resources: { requests: { cpu: "20m", memory: "48Mi" } },
        },
      ],
    },
  };
}

/** Adds the same to a pod that runs already; on ports where its own program listens, that stays. */
export function listenInPod(namespace: string, pod: string, probe: string, ports: readonly number[]): void {
  const image = [`--image=${images.node}`, "--image-pull-policy=IfNotPresent", "--profile=restricted"];
  const command = ["node", "-e", probe, "listen", ...ports.map(String)];
  kubectl(["-n", namespace, "debug", pod, ...image, `--container=${probeContainer}`, "--", ...command]);
}
