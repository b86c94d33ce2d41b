import { Secret } from "cdk8s-plus-28";
import { Construct } from "constructs";
import { secretKeys, secretNames, secretOutputs } from "../../../lib/naming";
import { sha256 } from "../../../lib/sha256";
import { redisAcl } from "../redis/acl";

/** Terraform outputs by name; only those of `secretOutputs` are read. */
export type SecretValues = Readonly<Record<string, string>>;

export interface StackSecretsProps {
  readonly values: SecretValues;
  /** Whether the sign-in mode has an administrator with a password. */
  readonly hasAdmin: boolean;
  /** Whether Prometheus scrapes LiteLLM. */
  readonly hasPrometheus: boolean;
  /** Whether the stack has a Postgres of its own. */
  readonly hasPostgres: boolean;
  /** Whether LiteLLM signs its requests with an access key. */
  readonly hasAwsKey: boolean;
}

/**
 * The Secrets with their values, one per consumer: Open WebUI never sees the AWS key, Redis never a password.
 *
 * This is the one construct that handles values. It belongs into the Secrets app alone, which writes to a pipe.
 */
export class StackSecrets extends Construct {
  constructor(scope: Construct, id: string, props: StackSecretsProps) {
    super(scope, id);
    const value = (output: string) => requireValue(props.values, output);
    const liteLlmRedisPassword = value(secretOutputs.redisPasswordLiteLlm);
    const openWebUiRedisPassword = value(secretOutputs.redisPasswordOpenWebUi);
    const openWebUiKey = value(secretOutputs.liteLlmKeyOpenWebUi);
    const prometheusKey = value(secretOutputs.liteLlmKeyPrometheus);
    const awsKey = props.hasAwsKey
      ? {
          [secretKeys.liteLlm.awsAccessKeyId]: value(secretOutputs.awsAccessKeyId),
          [secretKeys.liteLlm.awsSecretAccessKey]: value(secretOutputs.awsSecretAccessKey),
        }
      : {};
    new Secret(this, "litellm", {
      metadata: { name: secretNames.liteLlm },
      stringData: {
        [secretKeys.liteLlm.masterKey]: value(secretOutputs.liteLlmMasterKey),
        [secretKeys.liteLlm.openWebUiKey]: openWebUiKey,
        [secretKeys.liteLlm.prometheusKey]: prometheusKey,
        [secretKeys.liteLlm.verifyKey]: value(secretOutputs.liteLlmKeyVerify),
        ...awsKey,
        [secretKeys.liteLlm.redisPassword]: liteLlmRedisPassword,
      },
    });
    const admin = props.hasAdmin
      ? { [secretKeys.openWebUi.adminPassword]: value(secretOutputs.openWebUiAdminPassword) }
      : {};
    new Secret(this, "open-webui", {
      metadata: { name: secretNames.openWebUi },
      stringData: {
        [secretKeys.openWebUi.liteLlmKey]: openWebUiKey,
        [secretKeys.openWebUi.secretKey]: value(secretOutputs.openWebUiSecretKey),
        [secretKeys.openWebUi.redisPassword]: openWebUiRedisPassword,
        ...admin,
        ...(props.hasPostgres
          ? { [secretKeys.openWebUi.postgresPassword]: value(secretOutputs.postgresPassword) }
          : {}),
      },
    });
    if (props.hasPostgres) {
      new Secret(this, "postgres", {
        metadata: { name: secretNames.postgres },
        stringData: { [secretKeys.postgres.password]: value(secretOutputs.postgresPassword) },
      });
    }
    if (props.hasPrometheus) {
      new Secret(this, "prometheus", {
        metadata: { name: secretNames.prometheus },
        stringData: { [secretKeys.prometheus.liteLlmKey]: prometheusKey },
      });
    }
    new Secret(this, "redis", {
      metadata: { name: secretNames.redis },
      stringData: {
        [secretKeys.redis.acl]: redisAcl({
          liteLlmDigest: sha256(liteLlmRedisPassword),
          openWebUiDigest: sha256(openWebUiRedisPassword),
        }),
      },
    });
  }
}

/** A value is required: LiteLLM before 1.104 starts with an empty master key, and an empty password protects nothing. */
function requireValue(values: SecretValues, output: string): string {
  const value = values[output];
  if (value === undefined || value.trim() === "") {
    throw new Error(
      `Terraform output ${output}: got ${value === undefined ? "nothing" : "an empty text"}; allowed: a text that isn't empty. Run "npx cdktf deploy" first.`,
    );
  }
  return value;
}
