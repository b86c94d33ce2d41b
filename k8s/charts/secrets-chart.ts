import type { Construct } from "constructs";
import type { StackConfig } from "../../lib/config";
import { ExternalSecrets } from "../constructs/secrets/external-secrets";
import { type SecretValues, StackSecrets } from "../constructs/secrets/stack-secrets";
import { StackChart } from "./stack-chart";

/** Which parts of the Secrets a configuration needs. */
function partsOf({ aws, monitoring, openWebUi, database }: StackConfig) {
  return {
    // Only the modes with real users have an administrator whose password is in the Secret.
    hasAdmin: openWebUi.auth.kind !== "proxy",
    // The operator shows Prometheus' key; scrape annotations can't.
    hasPrometheus: monitoring.kind === "prometheus-operator",
    hasPostgres: database.kind === "postgres",
    hasAwsKey: aws.credentials.kind === "access-key",
  };
}

/** The Secrets with their values: part of the Secrets app only, which writes to a pipe. */
export class SecretsChart extends StackChart {
  constructor(scope: Construct, id: string, config: StackConfig, values: SecretValues) {
    super(scope, id, config.namespace);
    new StackSecrets(this, "secrets", { values, ...partsOf(config) });
  }
}

/** References to an external store, where the configuration names one. */
export class ExternalSecretsChart extends StackChart {
  constructor(
    scope: Construct,
    id: string,
    config: StackConfig,
    secrets: Extract<StackConfig["secrets"], { kind: "external" }>,
  ) {
    super(scope, id, config.namespace);
    new ExternalSecrets(this, "secrets", { ...secrets, ...partsOf(config) });
  }
}
