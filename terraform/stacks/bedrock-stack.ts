import { IamUser } from "@cdktf/provider-aws/lib/iam-user";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { RandomProvider } from "@cdktf/provider-random/lib/provider";
import { TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import type { StackConfig } from "../../lib/config";
import { partOf, plainOutputs, secretOutputs } from "../../lib/naming";
import { ApplicationSecrets } from "../constructs/application-secrets";
import { attachablePolicies, BedrockPolicy } from "../constructs/bedrock-policy";
import { type BudgetScope, SpendGuard, type SpendGuardPrincipal } from "../constructs/spend-guard";
import { TokenAlarms } from "../constructs/token-alarms";
import { UserAccessKeys } from "../constructs/user-access-keys";
import { WebIdentityRole } from "../constructs/web-identity-role";
import { keepState } from "../state-backend";

type WebIdentity = Extract<StackConfig["aws"]["credentials"], { kind: "web-identity" }>;

/**
 * The AWS side: a user with its key, or a role, that may call exactly the configured models, what stops its spending,
 * and the applications' random secrets.
 */
export class BedrockStack extends TerraformStack {
  /** @param id - names the stack and its state: another id starts with nothing */
  constructor(scope: Construct, id: string, config: StackConfig) {
    super(scope, id);
    keepState(this, id, config.aws);
    const { region, userName, credentials, sourceIps, spendGuard } = config.aws;
    new AwsProvider(this, "aws", {
      region,
      defaultTags: [{ tags: { "part-of": partOf } }],
      ...(credentials.kind === "web-identity" ? { allowedAccountIds: [credentials.accountId] } : {}),
    });

    const policy = new BedrockPolicy(this, "policy", {
      name: userName,
      models: config.models,
      sourceIps,
      // AWS Budgets attaches one, too.
      maximumPolicies: attachablePolicies - (spendGuard === undefined ? 0 : 1),
    });
    this.addOutput(plainOutputs.policyArns, "Policies of the user or role", [...policy.arns]);
    const principal =
      credentials.kind === "access-key" ? this.addUser(policy, config) : this.addRole(policy, config, credentials);
    this.guardSpending(principal, config);
    if (config.secrets.kind === "terraform") {
      new RandomProvider(this, "random");
      const secrets = new ApplicationSecrets(this, "application-secrets", {
        version: config.secrets.version,
        hasPostgres: config.database.kind === "postgres",
      });
      for (const [name, value] of Object.entries(secrets.values)) this.addSecretOutput(name, value);
    }
  }

  private addUser(policy: BedrockPolicy, { accessKeys, aws }: StackConfig): SpendGuardPrincipal {
    const preventDestroy = aws.allowDestroy === undefined;
    const user = new IamUser(this, "user", {
      name: aws.userName,
      ...principalTags(aws),
      lifecycle: { preventDestroy },
    });
    policy.attachToUser(user);
    const keys = new UserAccessKeys(this, "access-key", { user, keys: accessKeys, preventDestroy });
    this.addOutput(plainOutputs.userArn, "Amazon Resource Name of the user", user.arn);
    this.addOutput(plainOutputs.accessKeySlot, "Slot of the key that the Secret carries", accessKeys.inUse);
    this.addOutput(plainOutputs.accessKeys, "Status of the key in each slot", keys.statuses);
    this.addSecretOutput(secretOutputs.awsAccessKeyId, keys.accessKeyId);
    this.addSecretOutput(secretOutputs.awsSecretAccessKey, keys.secretAccessKey);
    return { kind: "user", name: user.name, arn: user.arn };
  }

  private addRole(
    policy: BedrockPolicy,
    { aws, namespace }: StackConfig,
    { accountId, issuerUrl, provider }: WebIdentity,
  ): SpendGuardPrincipal {
    const props = { name: aws.userName, accountId, issuerUrl, provider, namespace, ...principalTags(aws) };
    const { role } = new WebIdentityRole(this, "web-identity", props);
    policy.attachToRole(role);
    this.addOutput(plainOutputs.roleArn, "Amazon Resource Name of the role", role.arn);
    return { kind: "role", name: role.name, arn: role.arn };
  }

  private guardSpending(principal: SpendGuardPrincipal, { aws, models }: StackConfig): void {
    if (aws.spendGuard === undefined) return;
    const { monthlyUsd, notify, tokenAlarms } = aws.spendGuard;
    const scope = budgetScope(aws);
    new SpendGuard(this, "spend-guard", { name: aws.userName, monthlyUsd, notify, scope, principal });
    if (tokenAlarms !== undefined) {
      new TokenAlarms(this, "token-alarms", { name: aws.userName, models, notify, ...tokenAlarms });
    }
  }

  private addOutput(name: string, description: string, value: string | string[]): void {
    new TerraformOutput(this, name, { staticId: true, description, value });
  }

  private addSecretOutput(name: string, value: string): void {
    new TerraformOutput(this, name, { staticId: true, sensitive: true, value });
  }
}

function budgetScope({ spendGuard, userName }: StackConfig["aws"]): BudgetScope {
  if (spendGuard?.scope.kind !== "principal-tag") return { kind: "account" };
  const { kind, key, value = userName } = spendGuard.scope;
  return { kind, key, value };
}

/** The tag by which AWS tells this principal's costs from the account's others. */
function principalTags(aws: StackConfig["aws"]): { readonly tags?: Record<string, string> } {
  const scope = budgetScope(aws);
  return scope.kind === "account" ? {} : { tags: { [scope.key]: scope.value } };
}
