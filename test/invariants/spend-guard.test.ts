import { runSimulation } from "@cloud-copilot/iam-simulate";
import {
  type AccessCase,
  accessCases,
  accountId,
  failingCases,
  type PolicyDocument,
  policyTexts,
  readPolicies,
  simulate,
} from "../support/iam";
import { renderTerraform, type TerraformJson } from "../support/terraform";
import { allConfigs } from "../support/variants";

const guarded = allConfigs.filter(([, { aws }]) => aws.spendGuard !== undefined);

/** A policy's text with the values that Terraform would put in. */
function resolve(text: unknown, userName: string): PolicyDocument {
  const resolved = String(text)
    .replaceAll(/\$\{aws_iam_user\.user\.arn\}/g, `arn:aws:iam::${accountId}:user/${userName}`)
    .replaceAll(/\$\{aws_iam_policy\.spend-guard_[^}]+\.arn\}/g, denialArn(userName))
    .replaceAll(/\$\{data\.aws_caller_identity\.[^}]+\.account_id\}/g, accountId);
  return JSON.parse(resolved) as PolicyDocument;
}

function denialArn(userName: string): string {
  return `arn:aws:iam::${accountId}:policy/${userName}-spend-guard`;
}

/** What the one resource of a type says under a key. */
function textOf({ resource }: TerraformJson, type: string, key: string): unknown {
  const [settings, ...others] = Object.values(resource[type] ?? {});
  if (settings === undefined || others.length > 0) throw new Error(`${type}: ${others.length + 1} of them, or none`);
  return settings[key];
}

/** What the execution role may be asked to do, and what of it IAM allows. */
function executionCases(userName: string): readonly AccessCase[] {
  const user = (name: string, account = accountId) => `arn:aws:iam::${account}:user/${name}`;
  const change = (
    id: string,
    expected: AccessCase["expected"],
    action: string,
    resource: string,
    policyArn: string,
  ) => ({
    id: `${action}: ${id}`,
    action: `iam:${action}`,
    resource,
    context: { "iam:PolicyARN": policyArn },
    expected,
  });
  const denial = denialArn(userName);
  const admin = "arn:aws:iam::aws:policy/AdministratorAccess";
  const perAction = ["AttachUserPolicy", "DetachUserPolicy"].flatMap((action) => [
    change("the denial, at its user", "allowed", action, user(userName), denial),
    change("administrator's rights, at its user", "denied", action, user(userName), admin),
    change(
      "the models' policy, at its user",
      "denied",
      action,
      user(userName),
      `arn:aws:iam::${accountId}:policy/${userName}`,
    ),
    change("another account's denial", "denied", action, user(userName), denial.replace(accountId, "210987654321")),
    change("a policy that begins like the denial", "denied", action, user(userName), `${denial}-2`),
    change("the denial, at another user", "denied", action, user("other"), denial),
    change("the denial, at a user that begins like it", "denied", action, user(`${userName}-2`), denial),
    change("the denial, at a user of another account", "denied", action, user(userName, "210987654321"), denial),
  ]);
  const plain = (action: string, resource: string): AccessCase => ({
    id: `${action} on ${resource}`,
    action,
    resource,
    context: {},
    expected: "denied",
  });
  return [
    ...perAction,
    change("the denial, at a role", "denied", "AttachRolePolicy", `arn:aws:iam::${accountId}:role/any`, denial),
    change("the denial, at a group", "denied", "AttachGroupPolicy", `arn:aws:iam::${accountId}:group/any`, denial),
    plain("iam:PutUserPolicy", user(userName)),
    plain("iam:DeleteUserPolicy", user(userName)),
    plain("iam:CreateAccessKey", user(userName)),
    plain("iam:DeleteUser", user(userName)),
    plain("iam:PutUserPermissionsBoundary", user(userName)),
    plain("iam:CreatePolicyVersion", denial),
    plain("iam:DeletePolicy", denial),
    plain("iam:PassRole", `arn:aws:iam::${accountId}:role/${userName}-spend-guard`),
    plain("iam:UpdateAssumeRolePolicy", `arn:aws:iam::${accountId}:role/${userName}-spend-guard`),
    plain("sts:AssumeRole", `arn:aws:iam::${accountId}:role/admin`),
    plain("organizations:AttachPolicy", `arn:aws:organizations::${accountId}:account/o-exampleorg/${accountId}`),
    plain("ec2:StopInstances", `arn:aws:ec2:us-east-1:${accountId}:instance/i-0123456789abcdef0`),
    plain("budgets:ModifyBudget", `arn:aws:budgets::${accountId}:budget/${userName}`),
    plain("bedrock:InvokeModel", "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0"),
  ];
}

/** Who may take the role: the simulator reads the trust policy as the role's resource policy. */
async function mayTakeRole(
  trust: unknown,
  principal: string,
  context: Readonly<Record<string, string>>,
): Promise<string> {
  const result = await runSimulation(
    {
      request: {
        principal,
        action: "sts:AssumeRole",
        resource: { resource: `arn:aws:iam::${accountId}:role/guard`, accountId },
        contextVariables: { ...context },
      },
      identityPolicies: [],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: trust,
    },
    {},
  );
  if (result.resultType !== "single") throw new Error(JSON.stringify(result));
  return result.overallResult === "Allowed" ? "allowed" : "denied";
}

describe.each(guarded)("the spend guard of %s", (_, config) => {
  const { userName } = config.aws;
  const stack = renderTerraform(config);
  const execution = resolve(textOf(stack, "aws_iam_role_policy", "policy"), userName);
  const denial = resolve(policyTexts(stack).find(([id]) => id.startsWith("spend-guard_"))?.[1], userName);

  it("has a role that may do one thing at one user with one policy", async () => {
    const cases = executionCases(userName);
    expect(cases.filter(({ expected }) => expected === "allowed")).toHaveLength(2);
    expect(cases.length).toBeGreaterThanOrEqual(30);
    expect(await failingCases({ attached: [execution] }, cases)).toEqual([]);
  });

  it("denies every call that the user's own policy allows, and leaves it the lists", async () => {
    const denied = { attached: [...readPolicies(stack), denial] };
    const allowed = accessCases(config).filter(({ expected }) => expected === "allowed");
    const calls = allowed.filter(({ action }) => action.startsWith("bedrock:Invoke"));
    expect(calls.length).toBeGreaterThanOrEqual(8);
    for (const request of calls) expect([request.id, await simulate(denied, request)]).toEqual([request.id, "denied"]);
    const lists = allowed.filter(({ action }) => action.startsWith("bedrock:List"));
    expect(lists.length).toBeGreaterThanOrEqual(2);
    expect(await failingCases(denied, lists)).toEqual([]);
  });

  it("has a role that AWS Budgets alone may take, for a budget of this account", async () => {
    const trust = resolve(textOf(stack, "aws_iam_role", "assume_role_policy"), userName);
    const context = {
      "aws:SourceAccount": accountId,
      "aws:SourceArn": `arn:aws:budgets::${accountId}:budget/${userName}`,
    };
    const answers = await Promise.all([
      mayTakeRole(trust, "budgets.amazonaws.com", context),
      mayTakeRole(trust, "bedrock.amazonaws.com", context),
      mayTakeRole(trust, "budgets.amazonaws.com", { ...context, "aws:SourceAccount": "210987654321" }),
      mayTakeRole(trust, "budgets.amazonaws.com", {
        ...context,
        "aws:SourceArn": "arn:aws:budgets::210987654321:budget/x",
      }),
      mayTakeRole(trust, "budgets.amazonaws.com", {}),
      mayTakeRole(trust, `arn:aws:iam::${accountId}:user/${userName}`, context),
    ]);
    expect(answers).toEqual(["allowed", "denied", "denied", "denied", "denied", "denied"]);
  });

  type Change = Partial<PolicyDocument["Statement"][number]>;
  const mistakes: readonly (readonly [what: string, change: Change, noticed: RegExp])[] = [
    ["any policy", { Condition: {} }, /UserPolicy: (?:administrator's|the models'|another account's|a policy that)/],
    ["any user", { Resource: ["*"] }, /UserPolicy: the denial, at a/],
    [
      "all of IAM",
      { Action: ["iam:*"], Resource: ["*"], Condition: {} },
      /^(?:iam:|Attach(?:Role|Group)|(?:At|De)tachUserPolicy: (?!the denial, at its user))/,
    ],
    ["detaching alone", { Action: ["iam:DetachUserPolicy"] }, /^AttachUserPolicy: the denial, at its user$/],
  ];

  it.each(mistakes)("would be noticed with a role for %s", async (_what, change, noticed) => {
    const [statement, ...others] = execution.Statement;
    if (statement === undefined || others.length > 0) throw new Error("not one statement");
    const wrong = { ...execution, Statement: [{ ...statement, ...change }] };
    const cases = executionCases(userName);
    const expected = cases.map(({ id }) => id).filter((id) => noticed.test(id));
    expect(expected).not.toEqual([]);
    expect(await failingCases({ attached: [wrong] }, cases)).toEqual(expected);
  });
});

it("is on in an example, and in a variant", () => {
  expect(guarded.map(([name]) => name)).toEqual(["examples/family", "every kind of profile"]);
});
