import { k8s } from "cdk8s-plus-28";
import { Construct } from "constructs";
import { components, dataFolder, matchLabels, podAnnotations, ports } from "../../../lib/naming";
import { sha256 } from "../../../lib/sha256";
import {
  type ContainerResources,
  drainFirst,
  hardenedContainer,
  hardenedPod,
  httpProbes,
  plainEnv,
  resourceRequirements,
  secretEnv,
} from "../hardened-pod";
import { VolumeClaim } from "../volume-claim";
import { type EnvironmentOptions, openWebUiEnvironment, openWebUiSecretKeys } from "./environment";

export interface OpenWebUiProps extends EnvironmentOptions {
  /** `repository:tag@digest`. */
  readonly image: string;
  /** Secret with the proxy's key, the session key and the Redis password. */
  readonly secretName: string;
  /** Raised when the Secret's content changes. */
  readonly secretsVersion: number;
  readonly storage: { readonly size: string; readonly storageClass?: string | undefined };
  readonly resources: ContainerResources;
}

/** What an ingress routes to. */
export interface OpenWebUiEndpoint {
  readonly serviceName: string;
  readonly port: number;
}

/**
 * Open WebUI parses its whole changelog at the start and keeps the result for its window "What's new": an empty one
 * saves 43 MB. Where a later image has the file elsewhere, this one is read by nobody.
 */
const changelog = { name: "CHANGELOG.md", text: "" };

const drainSeconds = 5;
const gracefulShutdownSeconds = 30;

/**
 * The chat. One replica on SQLite: two pods, or two versions, on one database would corrupt it. Hence `OnDelete`: a
 * new version starts only when the old pod was deleted, after a backup.
 */
export class OpenWebUi extends Construct {
  readonly endpoint: OpenWebUiEndpoint;

  constructor(scope: Construct, id: string, props: OpenWebUiProps) {
    super(scope, id);
    const name = components.openWebUi;
    const labels = matchLabels(components.openWebUi);
    // The name that Open WebUI's official chart gives its claim: an installation of it keeps its data.
    const data = new VolumeClaim(this, "data", { name, ...props.storage });
    const config = new k8s.KubeConfigMap(this, "config", {
      metadata: { name },
      data: { [changelog.name]: changelog.text },
    });
    const service = new k8s.KubeService(this, "service", {
      metadata: { name },
      spec: {
        selector: labels,
        ports: [{ name: "http", port: ports.openWebUiService, targetPort: k8s.IntOrString.fromString("http") }],
      },
    });
    new k8s.KubeStatefulSet(this, "stateful-set", {
      metadata: { name },
      spec: {
        replicas: 1,
        serviceName: service.name,
        updateStrategy: { type: "OnDelete" },
        selector: { matchLabels: labels },
        template: {
          metadata: {
            labels,
            annotations: {
              [podAnnotations.configChecksum]: sha256(changelog.text),
              [podAnnotations.secretsVersion]: String(props.secretsVersion),
            },
          },
          spec: {
            ...hardenedPod,
            terminationGracePeriodSeconds: drainSeconds + gracefulShutdownSeconds + 10,
            containers: [container(props)],
            volumes: [
              { name: "data", persistentVolumeClaim: { claimName: data.claimName } },
              { name: "config", configMap: { name: config.name } },
              { name: "tmp", emptyDir: { sizeLimit: k8s.Quantity.fromString("1Gi") } },
            ],
          },
        },
      },
    });
    this.endpoint = { serviceName: service.name, port: ports.openWebUiService };
  }
}

function container(props: OpenWebUiProps): k8s.Container {
  return {
    ...hardenedContainer,
    name: "open-webui",
    image: props.image,
    ports: [{ name: "http", containerPort: ports.openWebUi }],
    env: [
      // Before the others: the URLs of Redis and Postgres refer to the passwords.
      ...secretEnv(props.secretName, openWebUiSecretKeys(props)),
      ...(props.database.kind === "url"
        ? [{ name: "DATABASE_URL", valueFrom: { secretKeyRef: { ...props.database.urlSecret } } }]
        : []),
      ...plainEnv(openWebUiEnvironment(props)),
      // uvicorn's own variable: how long running answers may take when the pod stops.
      ...plainEnv({ UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN: String(gracefulShutdownSeconds) }),
    ],
    resources: resourceRequirements(props.resources, "2Gi"),
    lifecycle: drainFirst(drainSeconds),
    // `/health/db` asks the database. `/ready` would ask Redis, too: its short break must not take the chat away.
    ...httpProbes({ port: "http", livenessPath: "/health", readinessPath: "/health/db", startupSeconds: 300 }),
    volumeMounts: [
      { name: "data", mountPath: dataFolder },
      { name: "config", mountPath: `/app/${changelog.name}`, subPath: changelog.name, readOnly: true },
      { name: "tmp", mountPath: "/tmp" },
    ],
  };
}
