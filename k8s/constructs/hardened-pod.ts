import { k8s } from "cdk8s-plus-28";

/**
 * The user and group of every pod: `nonroot` of distroless images, high enough to be nobody on the node. No image has
 * an entry for it, and none but Postgres' needs one. Files on the volumes belong to it: changing it later locks them.
 */
export const nonRoot = 65532;

/**
 * What every pod has: a non-root user, the runtime's seccomp profile, no service-account token, and no
 * `*_PORT` variables of other Services (LiteLLM and Open WebUI read some of those names as their own settings).
 *
 * `fsGroupChangePolicy: OnRootMismatch` makes volumes writable for the user once, not at every start.
 */
export const hardenedPod: Pick<k8s.PodSpec, "automountServiceAccountToken" | "enableServiceLinks" | "securityContext"> =
  {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: nonRoot,
      runAsGroup: nonRoot,
      fsGroup: nonRoot,
      fsGroupChangePolicy: "OnRootMismatch",
      seccompProfile: { type: "RuntimeDefault" },
    },
  };

/** What every container of the stack has: a read-only root, no capabilities, an image that is pulled once. */
export const hardenedContainer: Pick<k8s.Container, "imagePullPolicy" | "securityContext"> = {
  imagePullPolicy: "IfNotPresent",
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  },
};

export interface ContainerResources {
  /** CPU that is set aside, such as `100m`. There is no CPU limit: it would only slow down the start. */
  readonly cpuRequest: string;
  /** Memory that is set aside, such as `400Mi`. */
  readonly memoryRequest: string;
  /** Memory at which the container is killed, such as `768Mi`. */
  readonly memoryLimit: string;
}

/**
 * @param resources - CPU and memory
 * @param scratchSpace - what the container may write outside its volumes (`emptyDir`s and logs), such as `256Mi`
 */
export function resourceRequirements(resources: ContainerResources, scratchSpace: string): k8s.ResourceRequirements {
  return {
    requests: {
      cpu: k8s.Quantity.fromString(resources.cpuRequest),
      memory: k8s.Quantity.fromString(resources.memoryRequest),
      "ephemeral-storage": k8s.Quantity.fromString("32Mi"),
    },
    limits: {
      memory: k8s.Quantity.fromString(resources.memoryLimit),
      "ephemeral-storage": k8s.Quantity.fromString(scratchSpace),
    },
  };
}

/** A variable whose value is in the open. */
export function plainEnv(values: Readonly<Record<string, string>>): k8s.EnvVar[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

/** A variable per key of a Secret, under the key's own name. */
export function secretEnv(secretName: string, keys: readonly string[]): k8s.EnvVar[] {
  return keys.map((key) => ({ name: key, valueFrom: { secretKeyRef: { name: secretName, key } } }));
}

export interface HttpProbesOptions {
  readonly port: string;
  /** Answers once the process listens; must not depend on anything else. */
  readonly livenessPath: string;
  readonly readinessPath: string;
  /** How long a start may take, in seconds: liveness is judged only afterwards. */
  readonly startupSeconds: number;
}

/** Probes for a program that is slow to start and must not be killed for what others do. */
export function httpProbes(
  options: HttpProbesOptions,
): Pick<k8s.Container, "startupProbe" | "livenessProbe" | "readinessProbe"> {
  const get = (path: string): k8s.Probe => ({ httpGet: { path, port: k8s.IntOrString.fromString(options.port) } });
  const startupPeriod = 3;
  return {
    startupProbe: {
      ...get(options.livenessPath),
      periodSeconds: startupPeriod,
      timeoutSeconds: 3,
      failureThreshold: Math.ceil(options.startupSeconds / startupPeriod),
    },
    // Four minutes without an answer: a process busy with long chats is slow, not dead.
    livenessProbe: { ...get(options.livenessPath), periodSeconds: 30, timeoutSeconds: 10, failureThreshold: 8 },
    readinessProbe: { ...get(options.readinessPath), periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
  };
}

/**
 * Waits before SIGTERM, so that the endpoints are gone when the listener closes. Python, because every image that
 * uses it has one: a missing `sleep` would end the pod at once.
 * @param seconds - how long
 */
export function drainFirst(seconds: number): k8s.Lifecycle {
  return { preStop: { exec: { command: ["python", "-c", `import time; time.sleep(${seconds})`] } } };
}
