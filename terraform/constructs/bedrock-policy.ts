import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { IamPolicy } from "@cdktf/provider-aws/lib/iam-policy";
import type { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import type { IamUser } from "@cdktf/provider-aws/lib/iam-user";
import { IamUserPolicyAttachment } from "@cdktf/provider-aws/lib/iam-user-policy-attachment";
import { Construct } from "constructs";
import { ConfigError } from "../../lib/config";
import { type ConfiguredModel, invocationId } from "../../lib/models";
import { bedrockStatements, type PermissionOptions } from "./bedrock-permissions";

export interface BedrockPolicyProps {
  /** Name of the policy; those after the first have a number behind it. */
  readonly name: string;
  /** Exactly these may be called. */
  readonly models: readonly ConfiguredModel[];
  /** Public addresses from which alone they may be called, as CIDR blocks. @default any address */
  readonly sourceIps?: readonly string[] | undefined;
  /** How many policies there may be. @default 10, as many as AWS lets a user or a role have */
  readonly maximumPolicies?: number | undefined;
}

/** Characters of a customer-managed policy without white space. Source: IAM User Guide, "IAM and AWS STS quotas". */
const maximumSize = 6144;

/** Managed policies of a user, and of a role. Source: the same page. */
export const attachablePolicies = 10;

/**
 * Customer-managed policies that allow the configured models and nothing else (a user's inline policies would be too
 * small). Mostly it is one: `NAME`. When the models don't fit, further ones (`NAME-2`, …) hold the rest: each model is
 * in one policy with all that it needs, in the order of the configuration, so that a model that is added at the end
 * changes the last policy alone.
 */
export class BedrockPolicy extends Construct {
  readonly arns: readonly string[];

  constructor(scope: Construct, id: string, props: BedrockPolicyProps) {
    super(scope, id);
    const parts = distribute(props);
    const { accountId } = new DataAwsCallerIdentity(this, "caller");
    const policies = parts.map(
      (models, index) =>
        new IamPolicy(this, String(index + 1), {
          name: index === 0 ? props.name : `${props.name}-${index + 1}`,
          description: "Lets the LiteLLM proxy call its configured Bedrock models.",
          policy: policyDocument({ ...props, models, accountId }),
        }),
    );
    this.arns = policies.map(({ arn }) => arn);
  }

  attachToUser(user: IamUser): void {
    for (const [index, policyArn] of this.arns.entries()) {
      new IamUserPolicyAttachment(this, `${index + 1}-attachment`, { user: user.name, policyArn });
    }
  }

  attachToRole(role: IamRole): void {
    for (const [index, policyArn] of this.arns.entries()) {
      new IamRolePolicyAttachment(this, `${index + 1}-attachment`, { role: role.name, policyArn });
    }
  }
}

function policyDocument(options: PermissionOptions): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: bedrockStatements(options) });
}

/** The models of each policy. */
function distribute(props: BedrockPolicyProps): readonly (readonly ConfiguredModel[])[] {
  const maximumPolicies = props.maximumPolicies ?? attachablePolicies;
  // Any account's number has as many digits as the real one.
  const sizeOf = (models: readonly ConfiguredModel[]) =>
    policyDocument({ ...props, models, accountId: "0".repeat(12) }).length;
  const parts: ConfiguredModel[][] = [];
  for (const model of distinct(props.models)) {
    const last = parts.at(-1);
    if (last !== undefined && sizeOf([...last, model]) <= maximumSize) {
      last.push(model);
      continue;
    }
    const size = sizeOf([model]);
    if (size > maximumSize) {
      throw refusal(
        ["models", model.alias],
        `its IAM policy alone has ${size} characters; allowed: ${maximumSize}. Give it fewer destination Regions, or fewer aws.sourceIps.`,
      );
    }
    parts.push([model]);
  }
  if (parts.length > maximumPolicies) {
    throw refusal(
      ["models"],
      `they need ${parts.length} IAM policies of ${maximumSize} characters; allowed: ${maximumPolicies}. Remove models that nobody uses.`,
    );
  }
  return parts;
}

/** Each model once, however many aliases it has. */
function distinct(models: readonly ConfiguredModel[]): readonly ConfiguredModel[] {
  return [...new Map(models.map((model) => [invocationId(model), model])).values()];
}

function refusal(path: readonly string[], message: string): ConfigError {
  return new ConfigError("the configuration", [{ path: path.join("."), message }]);
}
