import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { IamPolicy } from "@cdktf/provider-aws/lib/iam-policy";
import type { IamUser } from "@cdktf/provider-aws/lib/iam-user";
import { IamUserPolicyAttachment } from "@cdktf/provider-aws/lib/iam-user-policy-attachment";
import { Construct } from "constructs";
import { ConfigError } from "../../lib/config";
import type { ConfiguredModel } from "../../lib/models";
import { bedrockStatements } from "./bedrock-permissions";

export interface BedrockPolicyProps {
  /** Name of the policy. */
  readonly name: string;
  /** Exactly these may be called. */
  readonly models: readonly ConfiguredModel[];
}

/** Characters of a customer-managed policy without white space. Source: IAM User Guide, "IAM and AWS STS quotas". */
const maximumSize = 6144;

/** A customer-managed policy that allows the configured models and nothing else (a user's inline policies would be too small). */
export class BedrockPolicy extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, props: BedrockPolicyProps) {
    super(scope, id);
    checkSize(props.models);
    const caller = new DataAwsCallerIdentity(this, "caller");
    const policy = new IamPolicy(this, "1", {
      name: props.name,
      description: "Lets the LiteLLM proxy call its configured Bedrock models.",
      policy: policyDocument(props.models, caller.accountId),
    });
    this.arn = policy.arn;
  }

  attachTo(user: IamUser): void {
    new IamUserPolicyAttachment(this, "1-attachment", { user: user.name, policyArn: this.arn });
  }
}

function policyDocument(models: readonly ConfiguredModel[], accountId: string): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: bedrockStatements({ models, accountId }) });
}

function checkSize(models: readonly ConfiguredModel[]): void {
  const size = policyDocument(models, "123456789012").length;
  if (size > maximumSize) {
    const message = `the IAM policy for these ${models.length} aliases has ${size} characters; allowed: ${maximumSize}. Remove models that nobody uses.`;
    throw new ConfigError("the configuration", [{ path: "models", message }]);
  }
}
