import { ApiObject, App, type AppProps, YamlOutputType } from "cdk8s";
import type { StackConfig } from "../lib/config";
import { isProvisioned } from "../lib/provisioning";
import type { Images } from "../lib/versions";
import { isMonitored } from "./alerts/rules";
import { BackupChart } from "./charts/backup-chart";
import { LiteLlmChart } from "./charts/litellm-chart";
import { MonitoringChart } from "./charts/monitoring-chart";
import { NamespaceChart } from "./charts/namespace-chart";
import { NetworkChart } from "./charts/network-chart";
import { OpenWebUiChart } from "./charts/open-webui-chart";
import { PostgresChart } from "./charts/postgres-chart";
import { ProvisionerChart } from "./charts/provisioner-chart";
import { RedisChart } from "./charts/redis-chart";
import { ExternalSecretsChart, SecretsChart } from "./charts/secrets-chart";
import { SimulatedBedrockChart } from "./charts/simulated-bedrock-chart";
import type { Database } from "./constructs/open-webui/environment";
import type { PostgresEndpoint } from "./constructs/postgres/postgres";
import type { SecretValues } from "./constructs/secrets/stack-secrets";
import type { SimulatedBedrockProps } from "./constructs/simulated-bedrock";

export interface KubernetesAppOptions extends AppProps {
  /** Puts a simulated Bedrock into the Namespace, which LiteLLM calls instead of AWS. @default none */
  readonly simulatedBedrock?: SimulatedBedrockProps;
}

/**
 * The Kubernetes side, as one file: `cdk8s synth --stdout` joins several without a separator, in no certain order.
 * Charts depend on each other in the order in which their objects should be applied.
 * @param options - cdk8s' own settings, such as the output folder, and what stands in for AWS
 */
export function createKubernetesApp(config: StackConfig, images: Images, options: KubernetesAppOptions = {}): App {
  const { simulatedBedrock, ...props } = options;
  const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP, ...props });
  const namespace = new NamespaceChart(app, "namespace", config);
  const network = new NetworkChart(app, "network", config, { simulateBedrock: simulatedBedrock !== undefined });
  const redis = new RedisChart(app, "redis", config, images);
  const bedrock =
    simulatedBedrock === undefined
      ? undefined
      : new SimulatedBedrockChart(app, "simulated-bedrock", config, simulatedBedrock);
  const liteLlm = new LiteLlmChart(app, "litellm", config, images, {
    redis: redis.endpoint,
    bedrockEndpoint: bedrock?.url,
  });
  const postgres =
    config.database.kind === "postgres"
      ? new PostgresChart(app, "postgres", config, images, config.database)
      : undefined;
  const openWebUi = new OpenWebUiChart(app, "open-webui", config, images, {
    liteLlm: liteLlm.endpoint,
    redis: redis.endpoint,
    database: databaseOf(config, postgres?.endpoint),
  });
  network.addDependency(namespace);
  redis.addDependency(network);
  if (bedrock !== undefined) redis.addDependency(bedrock);
  bedrock?.addDependency(network);
  liteLlm.addDependency(redis);
  openWebUi.addDependency(liteLlm);
  if (postgres !== undefined) {
    postgres.addDependency(network);
    openWebUi.addDependency(postgres);
  }
  if (isProvisioned(config)) {
    const provisioner = new ProvisionerChart(app, "provisioner", config, images, openWebUi.endpoint);
    provisioner.addDependency(openWebUi);
  }
  if (config.backup !== undefined) {
    const backup = new BackupChart(app, "backup", config, images, config.backup, postgres?.endpoint);
    backup.addDependency(openWebUi);
  }
  if (isMonitored(config)) {
    const monitoring = new MonitoringChart(app, "monitoring", config);
    monitoring.addDependency(openWebUi);
  }
  if (config.secrets.kind === "external") {
    const secrets = new ExternalSecretsChart(app, "secrets", config, config.secrets);
    secrets.addDependency(network);
    redis.addDependency(secrets);
    postgres?.addDependency(secrets);
  }
  return app;
}

/** How Open WebUI reaches its database. */
function databaseOf({ database }: StackConfig, postgres: PostgresEndpoint | undefined): Database {
  if (database.kind === "external-postgres") return { kind: "url", urlSecret: database.urlSecret };
  return postgres === undefined ? { kind: "file" } : { kind: "postgres", ...postgres };
}

/** The kind of every object of an app, in order of application. */
export function listObjectKinds(app: App): readonly string[] {
  return app.charts
    .flatMap((chart) => chart.node.findAll())
    .filter(ApiObject.isApiObject)
    .map(({ kind }) => kind);
}

/** The Secrets with their values, for standard output only, and the Namespace, so that they can be applied first. */
export function createSecretsApp(config: StackConfig, values: SecretValues): App {
  const app = new App();
  const namespace = new NamespaceChart(app, "namespace", config);
  const secrets = new SecretsChart(app, "secrets", config, values);
  secrets.addDependency(namespace);
  return app;
}
