import type { StackConfig } from "../../../lib/config";
import { secretOutputs } from "../../../lib/naming";
import { accept, minimal, minimalWith } from "../../support/config-input";
import { renderTerraform, type TerraformJson } from "../../support/terraform";
import { findResource, listResources, reference } from "../../support/terraform-construct";

function render(changes: Readonly<Record<string, unknown>> = {}) {
  return renderTerraform(accept(minimalWith({ "aws.userName": "test-chat", ...changes })));
}

const byTerraform = render();
const external = { kind: "external", store: { name: "vault" } };

describe("BedrockStack", () => {
  it("has these resources, under ids that are a contract with what is deployed", () => {
    expect(
      listResources(byTerraform)
        .map(({ type, path }) => `${type} ${path}`)
        .sort(),
    ).toEqual([
      "aws_iam_access_key access-key/a",
      "aws_iam_policy policy/1",
      "aws_iam_user user",
      "aws_iam_user_policy_attachment policy/1-attachment",
      "random_password application-secrets/litellm-key-open-webui",
      "random_password application-secrets/litellm-key-prometheus",
      "random_password application-secrets/litellm-key-verify",
      "random_password application-secrets/litellm-master-key",
      "random_password application-secrets/open-webui-admin-password",
      "random_password application-secrets/open-webui-secret-key",
      "random_password application-secrets/redis-password-litellm",
      "random_password application-secrets/redis-password-open-webui",
    ]);
  });

  it("has one user with the configured name, which the policy and the key are for", () => {
    const user = reference("aws_iam_user.user.name");
    expect(findResource(byTerraform, "aws_iam_user", "user").settings).toMatchObject({ name: "test-chat" });
    expect(findResource(byTerraform, "aws_iam_policy", "policy/1").settings).toMatchObject({ name: "test-chat" });
    expect(findResource(byTerraform, "aws_iam_user_policy_attachment", "policy/1-attachment").settings).toMatchObject({
      user,
    });
    expect(findResource(byTerraform, "aws_iam_access_key", "access-key/a").settings).toMatchObject({ user });
  });

  it("allows the configured models", () => {
    const { settings } = findResource(
      render({ models: { micro: { model: "amazon.nova-micro-v1:0", profile: "in-region" } } }),
      "aws_iam_policy",
      "policy/1",
    );
    expect(String(settings["policy"])).toContain("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-micro-v1:0");
    expect(String(settings["policy"])).not.toContain("nova-lite");
  });

  it("allows calls from the configured addresses only", () => {
    const { settings } = findResource(render({ "aws.sourceIps": ["203.0.113.7/32"] }), "aws_iam_policy", "policy/1");
    expect(String(settings["policy"])).toContain('"aws:SourceIp":["203.0.113.7/32"]');
  });

  it("has the keys of the deployment's file, puts out the one in use, and says which they are", () => {
    const accessKeys = {
      inUse: "b",
      a: { status: "Inactive" },
      b: { status: "Active", created: "2026-01-01T00:00:00Z" },
    };
    const json = renderTerraform({ ...accept(minimal), accessKeys } as StackConfig);
    const [a, b] = Object.keys(json.resource["aws_iam_access_key"] ?? {});
    expect(json.output).toMatchObject({
      access_key_slot: { value: "b" },
      access_keys: { value: `a \${aws_iam_access_key.${a}.status}, b \${aws_iam_access_key.${b}.status}` },
      aws_access_key_id: { value: reference(`aws_iam_access_key.${b}.id`) },
      aws_secret_access_key: { value: reference(`aws_iam_access_key.${b}.secret`) },
    });
  });

  it("guards what a role spends, with its tag", () => {
    const json = render({
      "aws.credentials": { kind: "web-identity", accountId: "123456789012", issuerUrl: "https://oidc.example.com" },
      "aws.spendGuard": { monthlyUsd: 40, notify: ["you@example.com"], scope: { kind: "principal-tag", key: "app" } },
    });
    expect(findResource(json, "aws_iam_role", "web-identity/role").settings["tags"]).toEqual({ app: "test-chat" });
    const action = findResource(json, "aws_budgets_budget_action", "spend-guard/action").settings;
    expect(action["definition"]).toMatchObject({
      iam_action_definition: { roles: [reference("aws_iam_role.web-identity_role_85712D00.name")] },
    });
  });

  it("keeps Terraform from deleting the user and the key in use, unless a reason unlocks it", () => {
    const protection = (json: TerraformJson) =>
      ["aws_iam_user", "aws_iam_access_key"].map((type) =>
        listResources(json).flatMap((resource) => (resource.type === type ? [resource.settings["lifecycle"]] : [])),
      );
    expect(protection(byTerraform)).toEqual([[{ prevent_destroy: true }], [{ prevent_destroy: true }]]);
    expect(protection(render({ "aws.allowDestroy": { reason: "the account is given up" } }))).toEqual([
      [{ prevent_destroy: false }],
      [{ prevent_destroy: false }],
    ]);
  });

  it("keeps its state in the project, outside cdktf.out, by a path that holds on every machine", () => {
    expect(byTerraform.terraform.backend).toEqual({ local: { path: "../../../state/test-chat.tfstate" } });
  });

  it("keeps its state encrypted in a bucket, with a lock file, in the stack's own Region unless told otherwise", () => {
    const s3 = { kind: "s3", bucket: "states" };
    expect(render({ "aws.state": s3, "aws.region": "us-west-2" }).terraform.backend).toEqual({
      s3: { bucket: "states", key: "test-chat.tfstate", region: "us-west-2", encrypt: true, use_lockfile: true },
    });
    expect(render({ "aws.state": { ...s3, region: "eu-west-1", keyPrefix: "chat/prod" } }).terraform.backend).toEqual({
      s3: {
        bucket: "states",
        key: "chat/prod/test-chat.tfstate",
        region: "eu-west-1",
        encrypt: true,
        use_lockfile: true,
      },
    });
  });

  it("guards what is spent when told so, of the user", () => {
    const json = render({ "aws.spendGuard": { monthlyUsd: 40, notify: ["you@example.com"] } });
    expect(findResource(json, "aws_budgets_budget", "spend-guard/budget").settings).toMatchObject({
      name: "test-chat",
      limit_amount: "40",
    });
    const { definition } = findResource(json, "aws_budgets_budget_action", "spend-guard/action").settings;
    expect(definition).toMatchObject({ iam_action_definition: { users: [reference("aws_iam_user.user.name")] } });
    const { policy } = findResource(json, "aws_iam_role_policy", "spend-guard/role-policy").settings;
    expect(policy).toContain(reference("aws_iam_user.user.arn"));
    expect(json.resource).not.toHaveProperty("aws_cloudwatch_metric_alarm");
    expect(findResource(json, "aws_iam_user", "user").settings).not.toHaveProperty("tags");
  });

  it.each([
    ["the user's name", undefined, "test-chat"],
    ["the given value", "kitchen", "kitchen"],
  ])("tags the user by what the budget counts, with %s", (_, value, tag) => {
    const scope = { kind: "principal-tag", key: "app", value };
    const json = render({ "aws.spendGuard": { monthlyUsd: 40, notify: ["you@example.com"], scope } });
    expect(findResource(json, "aws_iam_user", "user").settings["tags"]).toEqual({ app: tag });
    expect(findResource(json, "aws_budgets_budget", "spend-guard/budget").settings["cost_filter"]).toEqual([
      { name: "TagKeyValue", values: [`user:iamPrincipal/app$${tag}`] },
    ]);
  });

  it("has an alarm for each configured model when told so", () => {
    const tokenAlarms = { usdPerFiveMinutes: 2 };
    const json = render({ "aws.spendGuard": { monthlyUsd: 40, notify: ["you@example.com"], tokenAlarms } });
    const alarm = findResource(json, "aws_cloudwatch_metric_alarm", "token-alarms/us.amazon.nova-lite-v1:0");
    expect(alarm.settings).toMatchObject({ threshold: 2 });
    const subscription = findResource(json, "aws_sns_topic_subscription", "token-alarms/e-mail-you@example.com");
    expect(subscription.settings).toMatchObject({ endpoint: "you@example.com" });
  });

  it("works in the configured Region and marks everything as ours", () => {
    const { provider } = render({ "aws.region": "us-west-2" });
    expect(provider["aws"]).toEqual([
      { region: "us-west-2", default_tags: [{ tags: { "part-of": "open-webui-bedrock" } }] },
    ]);
  });

  it("puts out what isn't secret in the open", () => {
    const [policyId] = Object.keys(byTerraform.resource["aws_iam_policy"] ?? {});
    expect(byTerraform.output).toMatchObject({
      user_arn: { value: reference("aws_iam_user.user.arn") },
      policy_arns: { value: [reference(`aws_iam_policy.${policyId}.arn`)] },
      access_key_slot: { value: "a" },
    });
    const open = Object.entries(byTerraform.output).filter(([, { sensitive }]) => sensitive !== true);
    expect(open.map(([name]) => name).sort()).toEqual(["access_key_slot", "access_keys", "policy_arns", "user_arn"]);
  });

  it("puts out every secret as sensitive, without a description that could hold one", () => {
    const { output } = render({ database: { kind: "postgres" } });
    for (const name of Object.values(secretOutputs)) {
      expect(output).toHaveProperty(name, {
        sensitive: true,
        value: expect.stringMatching(/^(?:sk-)?\$\{[^{}]+\}$/),
      });
    }
  });

  it("puts out the two parts of the key", () => {
    const [keyId] = Object.keys(byTerraform.resource["aws_iam_access_key"] ?? {});
    expect(byTerraform.output["aws_access_key_id"]?.value).toBe(reference(`aws_iam_access_key.${keyId}.id`));
    expect(byTerraform.output["aws_secret_access_key"]?.value).toBe(reference(`aws_iam_access_key.${keyId}.secret`));
  });

  it("makes new application secrets when their version is raised, and keeps the AWS key", () => {
    const raised = render({ secrets: { kind: "terraform", version: 2 } });
    const passwords = listResources(raised).filter(({ type }) => type === "random_password");
    expect(passwords).toHaveLength(8);
    for (const { settings } of passwords) expect(settings["keepers"]).toEqual({ version: "2" });
    expect(findResource(raised, "aws_iam_access_key", "access-key/a")).toEqual(
      findResource(byTerraform, "aws_iam_access_key", "access-key/a"),
    );
  });
});

describe.each([
  ["existing", { kind: "existing" }],
  ["external", external],
])("BedrockStack, when secrets.kind is %s", (_, secrets) => {
  const json = render({ secrets });

  it("makes no application secrets and needs no provider for them", () => {
    expect(Object.keys(json.resource).sort()).toEqual([
      "aws_iam_access_key",
      "aws_iam_policy",
      "aws_iam_user",
      "aws_iam_user_policy_attachment",
    ]);
    expect(Object.keys(json.provider)).toEqual(["aws"]);
  });

  it("puts out the AWS key alone, to be carried over", () => {
    const sensitive = Object.entries(json.output).filter(([, output]) => output.sensitive === true);
    expect(sensitive.map(([name]) => name).sort()).toEqual(["aws_access_key_id", "aws_secret_access_key"]);
  });
});

describe("BedrockStack with a web identity", () => {
  const credentials = { kind: "web-identity", accountId: "210987654321", issuerUrl: "https://oidc.example.com" };
  const stack = render({ namespace: "chat", "aws.credentials": credentials });

  it("has a role and its provider instead of the user and its key", () => {
    expect(
      listResources(stack)
        .map(({ type, path }) => `${type} ${path}`)
        .filter((name) => !name.startsWith("random_password"))
        .sort(),
    ).toEqual([
      "aws_iam_openid_connect_provider web-identity/provider",
      "aws_iam_policy policy/1",
      "aws_iam_role web-identity/role",
      "aws_iam_role_policy_attachment policy/1-attachment",
    ]);
  });

  it("has one role with the configured name, for the configured Namespace, which the policy is for", () => {
    const { settings } = findResource(stack, "aws_iam_role", "web-identity/role");
    expect(settings["name"]).toBe("test-chat");
    expect(settings["assume_role_policy"]).toContain("system:serviceaccount:chat:litellm");
    expect(findResource(stack, "aws_iam_role_policy_attachment", "policy/1-attachment").settings).toMatchObject({
      role: reference("aws_iam_role.web-identity_role_85712D00.name"),
    });
  });

  it("uses the provider that exists, where the configuration says so", () => {
    const json = render({ "aws.credentials": { ...credentials, provider: "existing" } });
    expect(Object.keys(json.resource)).not.toContain("aws_iam_openid_connect_provider");
    const { settings } = findResource(json, "aws_iam_role", "web-identity/role");
    expect(settings["assume_role_policy"]).toContain("arn:aws:iam::210987654321:oidc-provider/oidc.example.com");
  });

  it("is deployed to the configured account only, whose number is in the role's ARN", () => {
    expect(stack.provider["aws"]).toEqual([expect.objectContaining({ allowed_account_ids: ["210987654321"] })]);
    expect(byTerraform.provider["aws"]).not.toEqual([
      expect.objectContaining({ allowed_account_ids: expect.anything() }),
    ]);
  });

  it("puts out the role and no key", () => {
    expect(stack.output["role_arn"]).toMatchObject({ value: reference("aws_iam_role.web-identity_role_85712D00.arn") });
    const names = Object.keys(stack.output);
    expect(names.filter((name) => /access_key|user/.test(name))).toEqual([]);
    expect(names).toContain("litellm_master_key");
  });
});
