import { Password } from "@cdktf/provider-random/lib/password";
import { Construct } from "constructs";
import { secretOutputs } from "../../lib/naming";

export interface ApplicationSecretsProps {
  /** Generation of all of them: a higher number makes new ones. */
  readonly version: number;
  /** Whether the stack has a Postgres of its own. */
  readonly hasPostgres: boolean;
}

/** Letters and digits only: the passwords of Redis and Postgres stand in URLs. 48 of them are 285 bits. */
const shape = { length: 48, special: false };

/** The random secrets of the programs themselves, kept in Terraform's state. */
export class ApplicationSecrets extends Construct {
  /** By the name of the output that each belongs to. */
  readonly values: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, props: ApplicationSecretsProps) {
    super(scope, id);
    const random = (name: string) =>
      new Password(this, name, { ...shape, keepers: { version: String(props.version) } }).result;
    this.values = {
      // LiteLLM's clients expect the prefix.
      [secretOutputs.liteLlmMasterKey]: `sk-${random("litellm-master-key")}`,
      [secretOutputs.liteLlmKeyOpenWebUi]: `sk-${random("litellm-key-open-webui")}`,
      [secretOutputs.liteLlmKeyPrometheus]: `sk-${random("litellm-key-prometheus")}`,
      [secretOutputs.liteLlmKeyVerify]: `sk-${random("litellm-key-verify")}`,
      [secretOutputs.openWebUiSecretKey]: random("open-webui-secret-key"),
      [secretOutputs.openWebUiAdminPassword]: random("open-webui-admin-password"),
      [secretOutputs.redisPasswordLiteLlm]: random("redis-password-litellm"),
      [secretOutputs.redisPasswordOpenWebUi]: random("redis-password-open-webui"),
      ...(props.hasPostgres ? { [secretOutputs.postgresPassword]: random("postgres-password") } : {}),
    };
  }
}
