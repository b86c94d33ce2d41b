import { k8s } from "cdk8s-plus-28";
import { Construct } from "constructs";
import type { ConfiguredModel } from "../../../lib/models";
import { components, matchLabels, podAnnotations, ports, redisUsers, serviceHost } from "../../../lib/naming";
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
import type { RedisEndpoint } from "../redis/redis";
import { type AwsCredentials, type CredentialParts, credentialParts } from "./aws-credentials";
import {
  type Consumer,
  metricsPath,
  openWebUiConsumer,
  prometheusConsumer,
  renderConsumers,
  verifyConsumer,
} from "./consumers";
import { type Budget, renderProxyConfig } from "./proxy-config";
import { renderReadableErrors } from "./readable-errors";

export interface LiteLlmProps {
  /** `repository:tag@digest`. */
  readonly image: string;
  /** The Namespace and the cluster's DNS suffix: they make up the proxy's address. */
  readonly namespace: string;
  readonly clusterDomain: string;
  readonly models: readonly ConfiguredModel[];
  readonly replicas: number;
  readonly budget: Budget;
  /** How often a failed call to Bedrock is tried again. */
  readonly retries: number;
  /** Longest time of one attempt to call Bedrock, in seconds; a pod that stops waits as long for running answers. */
  readonly requestTimeoutSeconds: number;
  readonly redis: RedisEndpoint;
  /** Secret with the master key, the consumers' keys, the Redis password and, where there is one, the AWS key. */
  readonly secretName: string;
  /** Raised when the Secret's content changes, so that pods read it anew. */
  readonly secretsVersion: number;
  readonly awsCredentials: AwsCredentials;
  readonly metricsAccess: MetricsAccess;
  /** Where Bedrock's runtime API answers, such as `http://simulated-bedrock:8080`. @default AWS's own, by Region */
  readonly bedrockEndpoint?: string | undefined;
  readonly resources: ContainerResources;
}

/**
 * Who may read the metrics: Prometheus with a key of its own, whoever reaches the pods (they carry scrape annotations,
 * which know no key), or nobody.
 */
export type MetricsAccess = "key" | "annotated" | "none";

/** How Open WebUI and Prometheus reach the proxy. */
export interface LiteLlmEndpoint {
  /** OpenAI-compatible base URL, with `/v1`. */
  readonly baseUrl: string;
  /** Selects the Service, for a ServiceMonitor. */
  readonly labels: Readonly<Record<string, string>>;
  /** Name of the Service's port. */
  readonly portName: string;
  readonly metricsPath: string;
}

const configPath = "/etc/litellm";
const drainSeconds = 5;

/** The proxy in front of Bedrock: one OpenAI-compatible API for all configured models, with prices and a budget. */
export class LiteLlm extends Construct {
  readonly endpoint: LiteLlmEndpoint;

  constructor(scope: Construct, id: string, props: LiteLlmProps) {
    super(scope, id);
    const name = components.liteLlm;
    const labels = matchLabels(components.liteLlm);
    const files = {
      "config.yaml": renderProxyConfig({ ...props, metricsNeedKey: props.metricsAccess !== "annotated" }),
      ...renderConsumers(consumersOf(props)),
      ...renderReadableErrors(),
    };
    const credentials = credentialParts(props.awsCredentials);
    if (credentials.spec.serviceAccountName !== undefined) {
      new k8s.KubeServiceAccount(this, "service-account", {
        metadata: { name: credentials.spec.serviceAccountName },
        automountServiceAccountToken: false,
      });
    }
    const config = new k8s.KubeConfigMap(this, "config", { metadata: { name }, data: files });
    new k8s.KubeDeployment(this, "deployment", {
      metadata: { name },
      spec: {
        replicas: props.replicas,
        // The new pod is ready before an old one goes.
        strategy: {
          type: "RollingUpdate",
          rollingUpdate: { maxSurge: k8s.IntOrString.fromNumber(1), maxUnavailable: k8s.IntOrString.fromNumber(0) },
        },
        selector: { matchLabels: labels },
        template: {
          metadata: {
            labels,
            annotations: {
              [podAnnotations.configChecksum]: sha256(JSON.stringify(files)),
              [podAnnotations.secretsVersion]: String(props.secretsVersion),
              ...credentials.annotations,
              ...scrapeAnnotations(props.metricsAccess),
            },
          },
          spec: {
            ...hardenedPod,
            ...credentials.spec,
            // As process 1 the program would ignore SIGTERM until it listens, and a pod that is deleted while it starts
            // would stay for the whole grace period.
            shareProcessNamespace: true,
            // A running answer may take as long as one attempt may; an idle pod exits at once.
            terminationGracePeriodSeconds: drainSeconds + props.requestTimeoutSeconds + 10,
            containers: [container(props, credentials)],
            volumes: [
              { name: "config", configMap: { name: config.name } },
              { name: "tmp", emptyDir: { sizeLimit: k8s.Quantity.fromString("64Mi") } },
              ...credentials.volumes,
            ],
          },
        },
      },
    });
    const portName = "http";
    new k8s.KubeService(this, "service", {
      metadata: { name, labels },
      spec: {
        selector: labels,
        ports: [{ name: portName, port: ports.liteLlm, targetPort: k8s.IntOrString.fromString(portName) }],
      },
    });
    const host = serviceHost(components.liteLlm, props.namespace, props.clusterDomain);
    this.endpoint = { baseUrl: `http://${host}:${ports.liteLlm}/v1`, labels, portName, metricsPath };
  }
}

function consumersOf({ models, metricsAccess }: LiteLlmProps): readonly Consumer[] {
  const prometheus = metricsAccess === "key" ? [prometheusConsumer] : [];
  return [openWebUiConsumer(models), verifyConsumer(models), ...prometheus];
}

/** What the usual scrape configuration for pods reads. */
function scrapeAnnotations(access: MetricsAccess): Readonly<Record<string, string>> {
  if (access !== "annotated") return {};
  return {
    "prometheus.io/scrape": "true",
    "prometheus.io/port": String(ports.liteLlm),
    "prometheus.io/path": metricsPath,
  };
}

function container(props: LiteLlmProps, credentials: CredentialParts): k8s.Container {
  return {
    ...hardenedContainer,
    name: "litellm",
    image: props.image,
    args: ["--config", `${configPath}/config.yaml`, "--port", String(ports.liteLlm)],
    ports: [{ name: "http", containerPort: ports.liteLlm }],
    env: [
      ...secretEnv(props.secretName, credentials.secretKeys),
      ...plainEnv({ ...environment(props), ...credentials.environment }),
    ],
    resources: resourceRequirements(props.resources, "256Mi"),
    lifecycle: drainFirst(drainSeconds),
    ...httpProbes({
      port: "http",
      livenessPath: "/health/liveliness",
      readinessPath: "/health/readiness",
      startupSeconds: 300,
    }),
    volumeMounts: [
      { name: "config", mountPath: configPath, readOnly: true },
      { name: "tmp", mountPath: "/tmp" },
      ...credentials.volumeMounts,
    ],
  };
}

function environment({ bedrockEndpoint }: LiteLlmProps): Record<string, string> {
  return {
    HOME: "/tmp",
    REDIS_USERNAME: redisUsers.liteLlm,
    ...(bedrockEndpoint === undefined ? {} : { AWS_BEDROCK_RUNTIME_ENDPOINT: bedrockEndpoint }),
    // Never ask the node's metadata service for credentials.
    AWS_EC2_METADATA_DISABLED: "true",
    // Prices come from the catalogue; no download at the start.
    LITELLM_LOCAL_MODEL_COST_MAP: "True",
    // No second series per counter that tells when it began: nobody reads them.
    PROMETHEUS_DISABLE_CREATED_SERIES: "True",
    DISABLE_ADMIN_UI: "True",
    // Nobody reads them here, and rendering them once costs 60 MiB.
    NO_DOCS: "True",
    NO_REDOC: "True",
    NO_OPENAPI: "True",
    // glibc: return freed memory.
    MALLOC_ARENA_MAX: "1",
    MALLOC_TRIM_THRESHOLD_: "65536",
    MALLOC_MMAP_THRESHOLD_: "65536",
  };
}
