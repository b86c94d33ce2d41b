import { IamUser } from "@cdktf/provider-aws/lib/iam-user";
import { type ConfiguredModel, catalogue, profiles } from "../../../lib/models";
import { bedrockStatements } from "../../../terraform/constructs/bedrock-permissions";
import { BedrockPolicy, type BedrockPolicyProps } from "../../../terraform/constructs/bedrock-policy";
import { accept, minimal } from "../../support/config-input";
import { findResource, listResources, reference, renderTerraformConstruct } from "../../support/terraform-construct";

const all: Required<BedrockPolicyProps> = { name: "test-chat", models: accept(minimal).models };

function render(changes: Partial<BedrockPolicyProps> = {}) {
  return renderTerraformConstruct((scope) => {
    const user = new IamUser(scope, "user", { name: "test-chat" });
    const policy = new BedrockPolicy(scope, "policy", { ...all, ...changes });
    policy.attachTo(user);
    // The handle as Terraform sees it: a reference, which only resolves inside a resource.
    new IamUser(scope, "reader", { name: "reader", permissionsBoundary: policy.arn });
    return policy;
  }).json;
}

/** Every model of the catalogue under every profile: more than one policy can hold. */
const everything: readonly ConfiguredModel[] = accept({
  ...minimal,
  models: Object.fromEntries(
    Object.entries(catalogue).flatMap(([model, { offers }]) =>
      profiles
        .filter((profile) => offers[profile] !== undefined)
        .map((profile) => [`${profile}.${model.replaceAll(":", ".")}`, { model, profile }]),
    ),
  ),
}).models;

function sizeOf(models: readonly ConfiguredModel[]): number {
  const document = { Version: "2012-10-17", Statement: bedrockStatements({ models, accountId: "123456789012" }) };
  return JSON.stringify(document).length;
}

describe("BedrockPolicy", () => {
  it("is a customer-managed policy with the statements for these models, in the caller's account", () => {
    const { settings } = findResource(render(), "aws_iam_policy", "policy/1");
    expect(settings).toMatchObject({
      name: "test-chat",
      description: "Lets the LiteLLM proxy call its configured Bedrock models.",
    });
    const text = String(settings["policy"]);
    const account = /\$\{data\.aws_caller_identity\.policy_caller_[0-9A-F]{8}\.account_id\}/g;
    expect(text).toMatch(account);
    expect(JSON.parse(text.replaceAll(account, "123456789012"))).toEqual({
      Version: "2012-10-17",
      Statement: bedrockStatements({ models: all.models, accountId: "123456789012" }),
    });
  });

  it("is written without white space, which AWS doesn't count but people would", () => {
    expect(String(findResource(render(), "aws_iam_policy", "policy/1").settings["policy"])).not.toMatch(/\s/);
  });

  it("is attached to the user that it is told", () => {
    const json = render();
    const [id] = Object.keys(json.resource["aws_iam_policy"] ?? {});
    expect(findResource(json, "aws_iam_user_policy_attachment", "policy/1-attachment").settings).toEqual({
      user: reference("aws_iam_user.user.name"),
      policy_arn: reference(`aws_iam_policy.${id}.arn`),
    });
  });

  it("is attached to nobody by itself", () => {
    const { json } = renderTerraformConstruct((scope) => new BedrockPolicy(scope, "policy", all));
    expect(listResources(json).map(({ type, path }) => [type, path])).toEqual([["aws_iam_policy", "policy/1"]]);
  });

  it("hands out its ARN", () => {
    const json = render();
    const [id] = Object.keys(json.resource["aws_iam_policy"] ?? {});
    expect(findResource(json, "aws_iam_user", "reader").settings).toMatchObject({
      permissions_boundary: reference(`aws_iam_policy.${id}.arn`),
    });
  });

  it("refuses more models than a policy can hold", () => {
    const size = sizeOf(everything);
    expect(size).toBeGreaterThan(6144);
    expect(() => render({ models: everything })).toThrow(
      new Error(
        `the configuration: 1 problem; nothing was written.\n  - models: the IAM policy for these ${everything.length} aliases has ${size} characters; allowed: 6144. Remove models that nobody uses.`,
      ),
    );
  });

  it("takes as many models as a policy can hold, to the last character", () => {
    const fewest = everything.slice(0, 4);
    // A model without a profile has its id in the policy once: its length fills the rest.
    const models = (length: number) => [
      ...everything
        .filter(({ profile }) => profile === "in-region")
        .slice(0, 1)
        .map((model) => ({ ...model, modelId: "x".repeat(length) })),
      ...fewest,
    ];
    const fitting = 6144 - sizeOf(models(0));
    expect(fitting).toBeGreaterThan(0);
    expect(() => render({ models: models(fitting) })).not.toThrow();
    expect(() => render({ models: models(fitting + 1) })).toThrow(
      new Error(
        "the configuration: 1 problem; nothing was written.\n  - models: the IAM policy for these 5 aliases has 6145 characters; allowed: 6144. Remove models that nobody uses.",
      ),
    );
  });
});
