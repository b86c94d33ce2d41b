import type { Manifest } from "../../support/manifests";

type Part = Readonly<Record<string, unknown>>;

/** What is changed of an object without fault. A value of `undefined` takes a field away. */
export interface WorkloadChanges {
  readonly kind?: string;
  readonly name?: string;
  readonly app?: string;
  /** Fields of `spec`. */
  readonly workload?: Part;
  /** Fields of the pod template's `metadata`. */
  readonly metadata?: Part;
  /** Fields of the pod's `spec`. */
  readonly pod?: Part;
  readonly container?: Part;
}

const probe = { httpGet: { path: "/health/liveliness", port: "http" } };

/** A workload that breaks no rule about pods and containers, but for what is changed. */
export function workload(changes: WorkloadChanges = {}): Manifest {
  const { kind = "Deployment", app = "litellm", name = app } = changes;
  const container = without({
    name: "main",
    image: `example.test/program:v1@sha256:${"0".repeat(64)}`,
    imagePullPolicy: "IfNotPresent",
    ports: [{ name: "http", containerPort: 4000 }],
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    resources: { requests: { cpu: "100m", memory: "64Mi" }, limits: { memory: "128Mi" } },
    startupProbe: probe,
    livenessProbe: probe,
    readinessProbe: probe,
    ...changes.container,
  });
  return object(kind, name, {
    replicas: 1,
    selector: { matchLabels: { app } },
    template: {
      metadata: without({ labels: { app }, ...changes.metadata }),
      spec: without({
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
        containers: [container],
        ...changes.pod,
      }),
    },
    ...changes.workload,
  });
}

/** An object with the label and the Namespace that all of ours have. */
export function object(kind: string, name: string, spec?: Part, metadata: Part = {}): Manifest {
  return {
    apiVersion: "v1",
    kind,
    metadata: without({
      name,
      namespace: "open-webui",
      labels: { "app.kubernetes.io/part-of": "open-webui-bedrock" },
      ...metadata,
    }) as Manifest["metadata"] & Part,
    ...(spec === undefined ? {} : { spec }),
  };
}

function without(values: Part): Part {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
