import { type App, Testing } from "cdk8s";
import type { Construct } from "constructs";

/** A rendered object, as far as every kind has it. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

export interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef?: { readonly name: string; readonly key: string } };
}

export interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string };
  readonly exec?: { readonly command: readonly string[] };
  readonly tcpSocket?: { readonly port: string };
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly failureThreshold: number;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly workingDir?: string;
  readonly env?: readonly EnvironmentVariable[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly resources: Readonly<Record<"requests" | "limits", Readonly<Record<string, string>>>>;
  readonly lifecycle?: { readonly preStop: { readonly exec: { readonly command: readonly string[] } } };
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
}

export interface Pod {
  readonly metadata: {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly volumes: readonly Readonly<Record<string, unknown>>[];
    readonly terminationGracePeriodSeconds?: number;
  };
}

interface Workload extends KubernetesObject {
  readonly spec: {
    readonly replicas: number;
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly template: Pod;
  };
}

/** The kinds into which tests look deeper than by comparing. */
interface Kinds {
  readonly ConfigMap: KubernetesObject & { readonly data: Readonly<Record<string, string>> };
  readonly Secret: KubernetesObject & { readonly stringData: Readonly<Record<string, string>> };
  readonly Deployment: Workload;
  readonly StatefulSet: Workload;
  readonly Service: KubernetesObject & {
    readonly spec: {
      readonly selector: Readonly<Record<string, string>>;
      readonly ports: readonly { readonly name: string; readonly port: number; readonly targetPort: string }[];
    };
  };
  readonly NetworkPolicy: KubernetesObject & {
    readonly spec: {
      readonly podSelector: unknown;
      readonly ingress?: readonly { readonly from: readonly unknown[]; readonly ports: readonly unknown[] }[];
      readonly egress?: readonly { readonly to: readonly unknown[]; readonly ports: readonly unknown[] }[];
    };
  };
}

export type ObjectOf<Kind extends string> = Kind extends keyof Kinds
  ? Kinds[Kind]
  : KubernetesObject & { readonly spec: unknown };

/** @throws on a miss, with everything that exists */
export function findObject<Kind extends string>(
  objects: readonly KubernetesObject[],
  kind: Kind,
  name: string,
): ObjectOf<Kind> {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (found === undefined) {
    const existing = objects.map((object) => `${object.kind} ${object.metadata.name}`);
    throw new Error(`no ${kind} ${name}; there are: ${existing.join(", ") || "no objects at all"}`);
  }
  return found as ObjectOf<Kind>;
}

/** `Kind name` of each object, in the order of rendering. */
export function listObjects(objects: readonly KubernetesObject[]): readonly string[] {
  return objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
}

/** Renders what one construct adds to a chart of its own. */
export function renderConstruct<Made extends Construct>(
  make: (scope: Construct) => Made,
): { readonly construct: Made; readonly objects: readonly KubernetesObject[] } {
  const chart = Testing.chart();
  const construct = make(chart);
  return { construct, objects: chart.toJson() };
}

/** The objects of all charts of an app. */
export function objectsOf(app: App): readonly KubernetesObject[] {
  return app.charts.flatMap((chart) => chart.toJson() as KubernetesObject[]);
}

/** @throws on a miss, with the containers that exist */
export function findContainer(pod: Pod, name: string): Container {
  const found = pod.spec.containers.find((container) => container.name === name);
  if (found === undefined) {
    throw new Error(`no container ${name}; there are: ${pod.spec.containers.map((one) => one.name).join(", ")}`);
  }
  return found;
}

/** A container's variables whose value is in the open. */
export function plainVariables({ env = [] }: Container): Readonly<Record<string, string>> {
  return Object.fromEntries(env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])));
}

/** A container's variables that come from Secrets, as `secret/key`. */
export function secretVariables({ env = [] }: Container): Readonly<Record<string, string>> {
  return Object.fromEntries(
    env.flatMap(({ name, valueFrom }) => {
      const secret = valueFrom?.secretKeyRef;
      return secret === undefined ? [] : [[name, `${secret.name}/${secret.key}`]];
    }),
  );
}
