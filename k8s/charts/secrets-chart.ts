import type { Construct } from "constructs";
import type { StackConfig } from "../../lib/config";
import { ExternalSecrets } from "../constructs/secrets/external-secrets";
import { type SecretValues, StackSecrets } from "../constructs/secrets/stack-secrets";
import { StackChart } from "./stack-chart";

/** Only the modes with real users have an administrator whose password is in the Secret. */
function hasAdmin(config: StackConfig): boolean {
  return config.openWebUi.auth.kind !== "proxy";
}

function hasPrometheus(config: StackConfig): boolean {
  return config.monitoring.kind !== "none";
}

/** The Secrets with their values: part of the Secrets app only, which writes to a pipe. */
export class SecretsChart extends StackChart {
  constructor(scope: Construct, id: string, config: StackConfig, values: SecretValues) {
    super(scope, id, config.namespace);
    new StackSecrets(this, "secrets", { values, hasAdmin: hasAdmin(config), hasPrometheus: hasPrometheus(config) });
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
    new ExternalSecrets(this, "secrets", {
      ...secrets,
      hasAdmin: hasAdmin(config),
      hasPrometheus: hasPrometheus(config),
    });
  }
}
