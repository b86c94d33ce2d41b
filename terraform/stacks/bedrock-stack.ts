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

/**
 * The AWS side: a user that may call exactly the configured models, its key, and the applications' random secrets.
 *
 * The state is a local file outside `cdktf.out`. Its path is relative to the folder in which Terraform runs
 * (`cdktf.out/stacks/ID`): cdktf's default would write this machine's path into the output.
 */
export class BedrockStack extends TerraformStack {
  /** @param id - names the stack and its state file: another id starts with nothing */
  constructor(scope: Construct, id: string, config: StackConfig) {
    super(scope, id);
    new LocalBackend(this, { path: `../../../${stateFolder}/${id}.tfstate` });
    new AwsProvider(this, "aws", { region: config.aws.region, defaultTags: [{ tags: { "part-of": partOf } }] });

    const user = new IamUser(this, "user", { name: config.aws.userName });
    const policy = new BedrockPolicy(this, "policy", { name: config.aws.userName, models: config.models });
    policy.attachTo(user);
    const key = new AccessKey(this, "access-key", { user, slot: activeKeySlot });

    this.addOutput(plainOutputs.userArn, "Amazon Resource Name of the user", user.arn);
    this.addOutput(plainOutputs.policyArns, "Policies attached to the user", [policy.arn]);
    this.addOutput(plainOutputs.accessKeySlot, "Slot of the key that the Secret carries", activeKeySlot);
    this.addSecretOutput(secretOutputs.awsAccessKeyId, key.accessKeyId);
    this.addSecretOutput(secretOutputs.awsSecretAccessKey, key.secretAccessKey);
    if (config.secrets.kind === "terraform") {
      new RandomProvider(this, "random");
      const secrets = new ApplicationSecrets(this, "application-secrets", { version: config.secrets.version });
      for (const [name, value] of Object.entries(secrets.values)) this.addSecretOutput(name, value);
    }
  }

  private addOutput(name: string, description: string, value: string | string[]): void {
    new TerraformOutput(this, name, { staticId: true, description, value });
  }

  private addSecretOutput(name: string, value: string): void {
    new TerraformOutput(this, name, { staticId: true, sensitive: true, value });
  }
}
