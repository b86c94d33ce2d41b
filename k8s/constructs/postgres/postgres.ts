import { k8s } from "cdk8s-plus-28";
import { Construct } from "constructs";
import {
  matchLabels,
  podAnnotations,
  ports,
  postgres as postgresComponent,
  postgresNames,
  secretKeys,
} from "../../../lib/naming";
import { sha256 } from "../../../lib/sha256";
import {
  type ContainerResources,
  hardenedContainer,
  hardenedPod,
  resourceRequirements,
  secretEnv,
} from "../hardened-pod";
import { VolumeClaim } from "../volume-claim";
import { postgresPaths as paths, postgresFiles, prepareCommand, serverCommand } from "./files";

export interface PostgresProps {
  /** `repository:tag@digest`. */
  readonly image: string;
  /** Secret with the role's password: letters and digits. */
  readonly secretName: string;
  /** Raised when the Secret's content changes: the password is set at the start. */
  readonly secretsVersion: number;
  readonly storage: { readonly size: string; readonly storageClass?: string | undefined };
  readonly resources: ContainerResources;
}

/** How a program reaches Postgres; the password comes from its own Secret. */
export interface PostgresEndpoint {
  /** The Service's name: who uses it is in the same Namespace. */
  readonly host: string;
  readonly port: number;
}

/**
 * One Postgres with pgvector for Open WebUI. One replica: a StatefulSet never runs two pods on one volume, and a new image
 * of the same major version takes over the data of the old one.
 *
 * The image's own entry point is left out: it sets the password once, when the database is made, and a rotated one
 * would lock Open WebUI out.
 */
export class Postgres extends Construct {
  readonly endpoint: PostgresEndpoint;

  constructor(scope: Construct, id: string, props: PostgresProps) {
    super(scope, id);
    const name = postgresComponent;
    const labels = matchLabels(postgresComponent);
    const data = new VolumeClaim(this, "data", { name, ...props.storage });
    const config = new k8s.KubeConfigMap(this, "config", { metadata: { name }, data: postgresFiles });
    const service = new k8s.KubeService(this, "service", {
      metadata: { name },
      spec: {
        selector: labels,
        ports: [{ name: "postgres", port: ports.postgres, targetPort: k8s.IntOrString.fromString("postgres") }],
      },
    });
    new k8s.KubeStatefulSet(this, "stateful-set", {
      metadata: { name },
      spec: {
        replicas: 1,
        serviceName: service.name,
        selector: { matchLabels: labels },
        template: {
          metadata: {
            labels,
            annotations: {
              [podAnnotations.configChecksum]: sha256(JSON.stringify(postgresFiles)),
              [podAnnotations.secretsVersion]: String(props.secretsVersion),
            },
          },
          spec: {
            ...hardenedPod,
            // Until its checkpoint is written; killed before, it reads back its log at the next start.
            terminationGracePeriodSeconds: 60,
            initContainers: [prepare(props)],
            containers: [server(props)],
            volumes: [
              { name: "data", persistentVolumeClaim: { claimName: data.claimName } },
              { name: "config", configMap: { name: config.name } },
              { name: "run", emptyDir: { sizeLimit: k8s.Quantity.fromString("16Mi") } },
              { name: "tmp", emptyDir: { sizeLimit: k8s.Quantity.fromString("256Mi") } },
            ],
          },
        },
      },
    });
    this.endpoint = { host: service.name, port: ports.postgres };
  }
}

function common(props: PostgresProps): Omit<k8s.Container, "name"> {
  return {
    ...hardenedContainer,
    image: props.image,
    workingDir: "/tmp",
    resources: resourceRequirements(props.resources, "512Mi"),
    volumeMounts: [
      { name: "data", mountPath: paths.volume },
      { name: "config", mountPath: paths.config, readOnly: true },
      // Neither initdb nor the server starts as a user without a name.
      { name: "config", mountPath: "/etc/passwd", subPath: "passwd", readOnly: true },
      { name: "run", mountPath: paths.socket },
      { name: "tmp", mountPath: "/tmp" },
    ],
  };
}

/** Makes the database at the first start, and gives the role its password at each. */
function prepare(props: PostgresProps): k8s.Container {
  return {
    ...common(props),
    name: "prepare",
    command: [...prepareCommand],
    env: secretEnv(props.secretName, [secretKeys.postgres.password]),
  };
}

function server(props: PostgresProps): k8s.Container {
  const isReady = ["pg_isready", "--host=127.0.0.1", `--username=${postgresNames.user}`];
  return {
    ...common(props),
    name: "postgres",
    command: [...serverCommand],
    ports: [{ name: "postgres", containerPort: ports.postgres }],
    // SIGTERM, which an image may send, waits for every connection to end.
    lifecycle: { preStop: { exec: { command: ["pg_ctl", "stop", `--pgdata=${paths.data}`, "--mode=fast"] } } },
    // Reading back a long log takes its time.
    startupProbe: { exec: { command: isReady }, periodSeconds: 1, timeoutSeconds: 3, failureThreshold: 300 },
    livenessProbe: {
      tcpSocket: { port: k8s.IntOrString.fromString("postgres") },
      periodSeconds: 15,
      timeoutSeconds: 5,
      failureThreshold: 4,
    },
    readinessProbe: { exec: { command: isReady }, periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 2 },
  };
}
