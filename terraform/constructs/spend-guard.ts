import { BudgetsBudget } from "@cdktf/provider-aws/lib/budgets-budget";
import { BudgetsBudgetAction } from "@cdktf/provider-aws/lib/budgets-budget-action";
import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { IamPolicy } from "@cdktf/provider-aws/lib/iam-policy";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { Construct } from "constructs";

/** Who calls Bedrock. */
export interface SpendGuardPrincipal {
  readonly kind: "user" | "role";
  readonly name: string;
  readonly arn: string;
}

/** Whose costs are counted: the whole account's, or those of principals with a tag. */
export type BudgetScope =
  | { readonly kind: "account" }
  | { readonly kind: "principal-tag"; readonly key: string; readonly value: string };

export interface SpendGuardProps {
  /** Name of the budget, and what the names of its policy and role begin with. */
  readonly name: string;
  /** USD of a calendar month at which the principal loses Bedrock. */
  readonly monthlyUsd: number;
  /** E-mail addresses, at most ten. */
  readonly notify: readonly string[];
  readonly scope: BudgetScope;
  readonly principal: SpendGuardPrincipal;
}

/** Percent of the limit at which e-mails are sent: of the cost so far, and of the cost that AWS forecasts for the month. */
export const notificationThresholds = { ACTUAL: [50, 80, 100], FORECASTED: [100] } as const;

/**
 * A monthly AWS budget that sends e-mails and, at its limit, denies the principal every model. AWS knows costs 8 to 24
 * hours late: this is the last of the brakes.
 *
 * AWS attaches the denial, not Terraform, which leaves attachments alone that it didn't make. It counts as one of the
 * ten policies that a user or role may have.
 */
export class SpendGuard extends Construct {
  constructor(scope: Construct, id: string, props: SpendGuardProps) {
    super(scope, id);
    const { accountId } = new DataAwsCallerIdentity(this, "caller");
    const budget = new BudgetsBudget(this, "budget", budgetSettings(props));
    const denial = new IamPolicy(this, "denial", {
      name: `${props.name}-spend-guard`,
      description: "Denies every Bedrock model. AWS Budgets attaches it when the month's limit is reached.",
      policy: JSON.stringify(denialDocument),
    });
    const role = new IamRole(this, "role", {
      name: `${props.name}-spend-guard`,
      description: `Lets AWS Budgets deny ${props.name} every Bedrock model.`,
      assumeRolePolicy: JSON.stringify(trustDocument(accountId)),
    });
    const permission = new IamRolePolicy(this, "role-policy", {
      name: "attach-denial",
      role: role.name,
      policy: JSON.stringify(executionDocument(props.principal, denial.arn)),
    });
    new BudgetsBudgetAction(this, "action", {
      budgetName: budget.name,
      actionType: "APPLY_IAM_POLICY",
      approvalModel: "AUTOMATIC",
      notificationType: "ACTUAL",
      actionThreshold: { actionThresholdType: "PERCENTAGE", actionThresholdValue: 100 },
      definition: { iamActionDefinition: { policyArn: denial.arn, ...targets(props.principal) } },
      executionRoleArn: role.arn,
      subscriber: props.notify.map((address) => ({ address, subscriptionType: "EMAIL" })),
      // Without its permission the role could be asked to act, in vain.
      dependsOn: [permission],
    });
  }
}

function budgetSettings({ name, monthlyUsd, notify, scope }: SpendGuardProps) {
  return {
    name,
    budgetType: "COST",
    timeUnit: "MONTHLY",
    limitAmount: String(monthlyUsd),
    limitUnit: "USD",
    // A credit would hide what is spent until it is used up.
    costTypes: { includeCredit: false, includeRefund: false },
    // Not by service: AWS Marketplace bills Claude, outside of "Amazon Bedrock".
    ...(scope.kind === "account" ? {} : { costFilter: [principalTagFilter(scope.key, scope.value)] }),
    notification: Object.entries(notificationThresholds).flatMap(([notificationType, thresholds]) =>
      thresholds.map((threshold) => ({
        notificationType,
        threshold,
        thresholdType: "PERCENTAGE",
        comparisonOperator: "GREATER_THAN",
        subscriberEmailAddresses: [...notify],
      })),
    ),
  };
}

/** Source: AWS Billing User Guide, "Using IAM principal for cost allocation"; Budgets writes tags as `user:KEY$VALUE`. */
function principalTagFilter(key: string, value: string) {
  return { name: "TagKeyValue", values: [`user:iamPrincipal/${key}$${value}`] };
}

function targets({ kind, name }: SpendGuardPrincipal) {
  return kind === "user" ? { users: [name] } : { roles: [name] };
}

const denialDocument = {
  Version: "2012-10-17",
  Statement: [{ Sid: "DenyModels", Effect: "Deny", Action: ["bedrock:Invoke*"], Resource: ["*"] }],
};

/** Source: AWS Cost Management User Guide, "Cross-service confused deputy prevention". */
function trustDocument(accountId: string) {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Budgets",
        Effect: "Allow",
        Principal: { Service: ["budgets.amazonaws.com"] },
        Action: ["sts:AssumeRole"],
        Condition: {
          StringEquals: { "aws:SourceAccount": [accountId] },
          ArnLike: { "aws:SourceArn": [`arn:aws:budgets::${accountId}:budget/*`] },
        },
      },
    ],
  };
}

/** Attaches and detaches this one policy, at this one principal. */
function executionDocument({ kind, arn }: SpendGuardPrincipal, policyArn: string) {
  const target = kind === "user" ? "User" : "Role";
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "AttachDenial",
        Effect: "Allow",
        Action: [`iam:Attach${target}Policy`, `iam:Detach${target}Policy`],
        Resource: [arn],
        Condition: { ArnEquals: { "iam:PolicyARN": [policyArn] } },
      },
    ],
  };
}
