import type { Construct } from "constructs";
import type { StackConfig } from "../../lib/config";
import { secretNamesOf } from "../../lib/secret-names";
import type { Images } from "../../lib/versions";
import { roleArn } from "../../lib/web-identity";
import type { AwsCredentials } from "../constructs/litellm/aws-credentials";
import { LiteLlm, type LiteLlmEndpoint, type MetricsAccess } from "../constructs/litellm/litellm";
import { LiteLlmServiceMonitor } from "../constructs/litellm/service-monitor";
import type { RedisEndpoint } from "../constructs/redis/redis";
import { StackChart } from "./stack-chart";

const metricsAccess = {
  "prometheus-operator": "key",
  annotations: "annotated",
  none: "none",
} as const satisfies Record<StackConfig["monitoring"]["kind"], MetricsAccess>;

export interface LiteLlmUpstreams {
  readonly redis: RedisEndpoint;
  /** @default AWS's own, by Region */
  readonly bedrockEndpoint?: string | undefined;
}

export class LiteLlmChart extends StackChart {
  readonly endpoint: LiteLlmEndpoint;

  constructor(scope: Construct, id: string, config: StackConfig, images: Images, upstreams: LiteLlmUpstreams) {
    super(scope, id, config.namespace);
    const { replicas, budget, retries, requestTimeoutSeconds, resources } = config.liteLlm;
    const liteLlm = new LiteLlm(this, "litellm", {
      image: images.liteLlm,
      namespace: config.namespace,
      clusterDomain: config.cluster.domain,
      models: config.models,
      replicas,
      budget,
      retries,
      requestTimeoutSeconds,
      ...upstreams,
      secretName: secretNamesOf(config).liteLlm,
      secretsVersion: config.secrets.version,
      awsCredentials: awsCredentialsOf(config),
      metricsAccess: metricsAccess[config.monitoring.kind],
      resources,
    });
    this.endpoint = liteLlm.endpoint;
    if (config.monitoring.kind === "prometheus-operator") {
      new LiteLlmServiceMonitor(this, "service-monitor", {
        endpoint: liteLlm.endpoint,
        release: config.monitoring.release,
        secretName: secretNamesOf(config).prometheus,
      });
    }
  }
}

function awsCredentialsOf({ accessKeys, aws: { credentials, region, userName } }: StackConfig): AwsCredentials {
  return credentials.kind === "access-key"
    ? { kind: "access-key", slot: accessKeys.inUse }
    : { kind: "web-identity", roleArn: roleArn(credentials.accountId, userName), region };
}
