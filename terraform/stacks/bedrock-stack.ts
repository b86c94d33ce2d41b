import { IamUser } from "@cdktf/provider-aws/lib/iam-user";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { RandomProvider } from "@cdktf/provider-random/lib/provider";
import { LocalBackend, TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import type { StackConfig } from "../../lib/config";
import { activeKeySlot, partOf, plainOutputs, secretOutputs, stateFolder } from "../../lib/naming";
import { AccessKey } from "../constructs/access-key";
import { ApplicationSecrets } from "../constructs/application-secrets";
import { BedrockPolicy } from "../constructs/bedrock-policy";
import { WebIdentityRole } from "../constructs/web-identity-role";

type WebIdentity = Extract<StackConfig["aws"]["credentials"], { kind: "web-identity" }>;

/**
 * The AWS side: a user with its key, or a role, that may call exactly the configured models, and the applications'
 * random secrets.
 *
 * The state is a local file outside `cdktf.out`. Its path is relative to the folder in which Terraform runs
 * (`cdktf.out/stacks/ID`): cdktf's default would write this machine's path into the output.
 */
export class BedrockStack extends TerraformStack {
  /** @param id - names the stack and its state file: another id starts with nothing */
  constructor(scope: Construct, id: string, config: StackConfig) {
    super(scope, id);
    new LocalBackend(this, { path: `../../../${stateFolder}/${id}.tfstate` });
    const { region, userName, credentials, sourceIps } = config.aws;
    new AwsProvider(this, "aws", {
      region,
      defaultTags: [{ tags: { "part-of": partOf } }],
      ...(credentials.kind === "web-identity" ? { allowedAccountIds: [credentials.accountId] } : {}),
    });

    const policy = new BedrockPolicy(this, "policy", { name: userName, models: config.models, sourceIps });
    this.addOutput(plainOutputs.policyArns, "Policies of the user or role", [...policy.arns]);
    if (credentials.kind === "access-key") this.addUser(policy, userName);
    else this.addRole(policy, config, credentials);
    if (config.secrets.kind === "terraform") {
      new RandomProvider(this, "random");
      const secrets = new ApplicationSecrets(this, "application-secrets", { version: config.secrets.version });
      for (const [name, value] of Object.entries(secrets.values)) this.addSecretOutput(name, value);
    }
  }

  private addUser(policy: BedrockPolicy, name: string): void {
    const user = new IamUser(this, "user", { name });
    policy.attachToUser(user);
    const key = new AccessKey(this, "access-key", { user, slot: activeKeySlot });
    this.addOutput(plainOutputs.userArn, "Amazon Resource Name of the user", user.arn);
    this.addOutput(plainOutputs.accessKeySlot, "Slot of the key that the Secret carries", activeKeySlot);
    this.addSecretOutput(secretOutputs.awsAccessKeyId, key.accessKeyId);
    this.addSecretOutput(secretOutputs.awsSecretAccessKey, key.secretAccessKey);
  }

  private addRole(policy: BedrockPolicy, { aws, namespace }: StackConfig, webIdentity: WebIdentity): void {
    const { accountId, issuerUrl, provider } = webIdentity;
    const props = { name: aws.userName, accountId, issuerUrl, provider, namespace };
    const { role } = new WebIdentityRole(this, "web-identity", props);
    policy.attachToRole(role);
    this.addOutput(plainOutputs.roleArn, "Amazon Resource Name of the role", role.arn);
  }

  private addOutput(name: string, description: string, value: string | string[]): void {
    new TerraformOutput(this, name, { staticId: true, description, value });
  }

  private addSecretOutput(name: string, value: string): void {
    new TerraformOutput(this, name, { staticId: true, sensitive: true, value });
  }
}
