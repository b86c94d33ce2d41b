import { notificationThresholds, SpendGuard, type SpendGuardProps } from "../../../terraform/constructs/spend-guard";
import { findResource, listResources, reference, renderTerraformConstruct } from "../../support/terraform-construct";

const props: Required<SpendGuardProps> = {
  name: "test-chat",
  monthlyUsd: 40,
  notify: ["one@example.com", "two@example.com"],
  scope: { kind: "account" },
  principal: { kind: "user", name: "test-chat", arn: "arn:aws:iam::123456789012:user/test-chat" },
};

function render(changes: Partial<SpendGuardProps> = {}) {
  return renderTerraformConstruct((scope) => new SpendGuard(scope, "spend-guard", { ...props, ...changes })).json;
}

const json = render();
const budget = findResource(json, "aws_budgets_budget", "spend-guard/budget").settings;
const action = findResource(json, "aws_budgets_budget_action", "spend-guard/action").settings;

/** What stands in a resource as JSON text. */
function document(text: unknown): unknown {
  return JSON.parse(String(text));
}

/** The address of the one resource of a type. */
function addressOf(type: string): string {
  return `${type}.${Object.keys(json.resource[type] ?? {}).join()}`;
}

describe("SpendGuard", () => {
  it("has these resources, under ids that are a contract with what is deployed", () => {
    expect(
      listResources(json)
        .map(({ type, path }) => `${type} ${path}`)
        .sort(),
    ).toEqual([
      "aws_budgets_budget spend-guard/budget",
      "aws_budgets_budget_action spend-guard/action",
      "aws_iam_policy spend-guard/denial",
      "aws_iam_role spend-guard/role",
      "aws_iam_role_policy spend-guard/role-policy",
    ]);
  });

  it("counts a calendar month's costs in USD, up to the limit", () => {
    expect(budget).toMatchObject({
      name: "test-chat",
      budget_type: "COST",
      time_unit: "MONTHLY",
      limit_amount: "40",
      limit_unit: "USD",
    });
  });

  it("counts all of the account's costs, Claude's Marketplace charges among them, unless it is told otherwise", () => {
    expect(budget).not.toHaveProperty("cost_filter");
  });

  it("counts what principals with a tag cost, when it is told so", () => {
    const scope = { kind: "principal-tag", key: "app", value: "my chat" } as const;
    expect(findResource(render({ scope }), "aws_budgets_budget", "spend-guard/budget").settings["cost_filter"]).toEqual(
      [{ name: "TagKeyValue", values: ["user:iamPrincipal/app$my chat"] }],
    );
  });

  it("counts without credits and refunds, which would hide what is spent", () => {
    expect(budget["cost_types"]).toEqual({ include_credit: false, include_refund: false });
  });

  it("sends e-mails at half, at 80 % and at all of the limit, and when AWS forecasts all of it", () => {
    const notification = (notification_type: string, threshold: number) => ({
      notification_type,
      threshold,
      threshold_type: "PERCENTAGE",
      comparison_operator: "GREATER_THAN",
      subscriber_email_addresses: props.notify,
    });
    expect(budget["notification"]).toEqual([
      notification("ACTUAL", 50),
      notification("ACTUAL", 80),
      notification("ACTUAL", 100),
      notification("FORECASTED", 100),
    ]);
    expect(notificationThresholds).toEqual({ ACTUAL: [50, 80, 100], FORECASTED: [100] });
  });

  it("attaches the denial to the user by itself when the cost has reached the limit, and tells so by e-mail", () => {
    expect(action).toEqual({
      budget_name: reference(`${addressOf("aws_budgets_budget")}.name`),
      action_type: "APPLY_IAM_POLICY",
      approval_model: "AUTOMATIC",
      notification_type: "ACTUAL",
      action_threshold: { action_threshold_type: "PERCENTAGE", action_threshold_value: 100 },
      definition: {
        iam_action_definition: { policy_arn: reference(`${addressOf("aws_iam_policy")}.arn`), users: ["test-chat"] },
      },
      execution_role_arn: reference(`${addressOf("aws_iam_role")}.arn`),
      subscriber: props.notify.map((address) => ({ address, subscription_type: "EMAIL" })),
      depends_on: [addressOf("aws_iam_role_policy")],
    });
  });

  it("attaches the denial to a role, where there is no user", () => {
    const role = render({
      principal: { kind: "role", name: "litellm", arn: "arn:aws:iam::123456789012:role/litellm" },
    });
    const { definition } = findResource(role, "aws_budgets_budget_action", "spend-guard/action").settings;
    expect(definition).toEqual({
      iam_action_definition: { policy_arn: reference(`${addressOf("aws_iam_policy")}.arn`), roles: ["litellm"] },
    });
    const { policy } = findResource(role, "aws_iam_role_policy", "spend-guard/role-policy").settings;
    expect(document(policy)).toMatchObject({
      Statement: [
        {
          Action: ["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
          Resource: ["arn:aws:iam::123456789012:role/litellm"],
        },
      ],
    });
  });

  it("leaves the attachment to AWS: Terraform would take it back, or forget that it is one of ten", () => {
    expect(listResources(json).filter(({ type }) => /attachment|exclusive/.test(type))).toEqual([]);
  });

  it("denies every way to call a model", () => {
    const { name, policy } = findResource(json, "aws_iam_policy", "spend-guard/denial").settings;
    expect(name).toBe("test-chat-spend-guard");
    expect(document(policy)).toEqual({
      Version: "2012-10-17",
      Statement: [{ Sid: "DenyModels", Effect: "Deny", Action: ["bedrock:Invoke*"], Resource: ["*"] }],
    });
  });

  it("lets the role do nothing but attach and detach that policy at that user", () => {
    const { role, policy } = findResource(json, "aws_iam_role_policy", "spend-guard/role-policy").settings;
    expect(role).toBe(reference(`${addressOf("aws_iam_role")}.name`));
    expect(document(policy)).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "AttachDenial",
          Effect: "Allow",
          Action: ["iam:AttachUserPolicy", "iam:DetachUserPolicy"],
          Resource: ["arn:aws:iam::123456789012:user/test-chat"],
          Condition: { ArnEquals: { "iam:PolicyARN": [reference(`${addressOf("aws_iam_policy")}.arn`)] } },
        },
      ],
    });
  });

  it("lets AWS Budgets alone take the role, for a budget of this account", () => {
    const { name, assume_role_policy } = findResource(json, "aws_iam_role", "spend-guard/role").settings;
    expect(name).toBe("test-chat-spend-guard");
    const account = /\$\{data\.aws_caller_identity\.spend-guard_caller_[0-9A-F]{8}\.account_id\}/g;
    expect(String(assume_role_policy)).toMatch(account);
    expect(document(String(assume_role_policy).replaceAll(account, "123456789012"))).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "Budgets",
          Effect: "Allow",
          Principal: { Service: ["budgets.amazonaws.com"] },
          Action: ["sts:AssumeRole"],
          Condition: {
            StringEquals: { "aws:SourceAccount": ["123456789012"] },
            ArnLike: { "aws:SourceArn": ["arn:aws:budgets::123456789012:budget/*"] },
          },
        },
      ],
    });
  });

  it("has names that AWS takes for the longest name of a user", () => {
    const longest = render({ name: "n".repeat(50) });
    const { name } = findResource(longest, "aws_iam_role", "spend-guard/role").settings;
    expect(String(name).length).toBeLessThanOrEqual(64);
  });
});
