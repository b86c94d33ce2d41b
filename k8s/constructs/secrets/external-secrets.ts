import type { IExternalSecret } from "@kubernetes-models/external-secrets/external-secrets.io/v1/ExternalSecret";
import { ApiObject } from "cdk8s";
import { Construct } from "constructs";
import { secretKeys, secretNames, secretOutputs } from "../../../lib/naming";
import { redisAcl } from "../redis/acl";

export interface ExternalSecretsProps {
  readonly store: { readonly name: string; readonly kind: "ClusterSecretStore" | "SecretStore" };
  /** Entry of the store that holds all properties, named as the Terraform outputs. */
  readonly remoteKey: string;
  /** Such as `1h`. */
  readonly refreshInterval: string;
  /** Whether the sign-in mode has an administrator with a password. */
  readonly hasAdmin: boolean;
  /** Whether Prometheus scrapes LiteLLM. */
  readonly hasPrometheus: boolean;
  /** Whether the stack has a Postgres of its own. */
  readonly hasPostgres: boolean;
  /** Whether LiteLLM signs its requests with an access key. */
  readonly hasAwsKey: boolean;
}

/** The same Secrets as the Secrets app makes, fetched by the External Secrets Operator. */
export class ExternalSecrets extends Construct {
  constructor(scope: Construct, id: string, props: ExternalSecretsProps) {
    super(scope, id);
    const { liteLlm, openWebUi, postgres, prometheus, redis } = secretKeys;
    this.add(props, "litellm", secretNames.liteLlm, {
      [liteLlm.masterKey]: secretOutputs.liteLlmMasterKey,
      [liteLlm.openWebUiKey]: secretOutputs.liteLlmKeyOpenWebUi,
      [liteLlm.prometheusKey]: secretOutputs.liteLlmKeyPrometheus,
      [liteLlm.verifyKey]: secretOutputs.liteLlmKeyVerify,
      ...(props.hasAwsKey
        ? {
            [liteLlm.awsAccessKeyId]: secretOutputs.awsAccessKeyId,
            [liteLlm.awsSecretAccessKey]: secretOutputs.awsSecretAccessKey,
          }
        : {}),
      [liteLlm.redisPassword]: secretOutputs.redisPasswordLiteLlm,
    });
    this.add(props, "open-webui", secretNames.openWebUi, {
      [openWebUi.liteLlmKey]: secretOutputs.liteLlmKeyOpenWebUi,
      [openWebUi.secretKey]: secretOutputs.openWebUiSecretKey,
      [openWebUi.redisPassword]: secretOutputs.redisPasswordOpenWebUi,
      ...(props.hasAdmin ? { [openWebUi.adminPassword]: secretOutputs.openWebUiAdminPassword } : {}),
      ...(props.hasPostgres ? { [openWebUi.postgresPassword]: secretOutputs.postgresPassword } : {}),
    });
    if (props.hasPostgres) {
      this.add(props, "postgres", secretNames.postgres, { [postgres.password]: secretOutputs.postgresPassword });
    }
    if (props.hasPrometheus) {
      this.add(props, "prometheus", secretNames.prometheus, {
        [prometheus.liteLlmKey]: secretOutputs.liteLlmKeyPrometheus,
      });
    }
    // The operator's template makes the digests: Redis' Secret holds no password.
    const passwords = { liteLlm: secretOutputs.redisPasswordLiteLlm, openWebUi: secretOutputs.redisPasswordOpenWebUi };
    this.add(
      props,
      "redis",
      secretNames.redis,
      { [passwords.liteLlm]: passwords.liteLlm, [passwords.openWebUi]: passwords.openWebUi },
      {
        [redis.acl]: redisAcl({
          liteLlmDigest: `{{ .${passwords.liteLlm} | sha256sum }}`,
          openWebUiDigest: `{{ .${passwords.openWebUi} | sha256sum }}`,
        }),
      },
    );
  }

  private add(
    props: ExternalSecretsProps,
    id: string,
    name: string,
    properties: Readonly<Record<string, string>>,
    template?: Readonly<Record<string, string>>,
  ): void {
    const externalSecret = {
      apiVersion: "external-secrets.io/v1",
      kind: "ExternalSecret",
      metadata: { name },
      spec: {
        refreshInterval: props.refreshInterval,
        secretStoreRef: { ...props.store },
        target: { name, ...(template === undefined ? {} : { template: { data: { ...template } } }) },
        data: Object.entries(properties).map(([secretKey, property]) => ({
          secretKey,
          remoteRef: { key: props.remoteKey, property },
        })),
      },
    } satisfies IExternalSecret;
    new ApiObject(this, id, externalSecret);
  }
}
