import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamUser } from "@cdktf/provider-aws/lib/iam-user";
import type { ConfiguredModel } from "../../../lib/models";
import { bedrockStatements } from "../../../terraform/constructs/bedrock-permissions";
import { BedrockPolicy, type BedrockPolicyProps } from "../../../terraform/constructs/bedrock-policy";
import { accept, minimal } from "../../support/config-input";
import type { PolicyDocument } from "../../support/iam";
import { findResource, listResources, reference, renderTerraformConstruct } from "../../support/terraform-construct";

const { models } = accept(minimal);
const all: Required<BedrockPolicyProps> = { name: "test-chat", models, sourceIps: undefined, maximumPolicies: 10 };
const refused = "the configuration: 1 problem; nothing was written.\n  - ";

function render(props: BedrockPolicyProps = all) {
  return renderTerraformConstruct((scope) => {
    const policy = new BedrockPolicy(scope, "policy", props);
    policy.attachToUser(new IamUser(scope, "user", { name: "test-chat" }));
    // The handle as Terraform sees it: references, which only resolve inside a resource.
    new IamUser(scope, "reader", { name: "reader", tags: { arns: policy.arns.join() } });
    return policy;
  }).json;
}

const account = /\$\{data\.aws_caller_identity\.policy_caller_[0-9A-F]{8}\.account_id\}/g;

/** The policies' texts by name, in order, as AWS gets them. */
function textsOf(props: BedrockPolicyProps): readonly (readonly [name: string, text: string])[] {
  return listResources(render(props))
    .filter(({ type }) => type === "aws_iam_policy")
    .map(({ settings }) => [String(settings["name"]), String(settings["policy"]).replaceAll(account, "123456789012")]);
}

/** The ids of the models that a policy's text is about. */
function modelsOf(text: string): readonly string[] {
  const { Statement } = JSON.parse(text) as PolicyDocument;
  const arns = Statement.flatMap(({ Resource }) => Resource);
  return [...new Set(arns.flatMap((arn) => arn.split(":foundation-model/").slice(1)))];
}

function sizeOf(given: readonly ConfiguredModel[]): number {
  const Statement = bedrockStatements({ models: given, accountId: "123456789012" });
  return JSON.stringify({ Version: "2012-10-17", Statement }).length;
}

/** A model with a Marketplace product, whose name is in the policy once: its length makes up the policy's. */
function modelWith(id: string, productLength: number): ConfiguredModel {
  const [example] = models;
  if (example === undefined) throw new Error("the minimal configuration has no model");
  const definition = { ...example.definition, marketplaceProduct: "p".repeat(productLength) };
  return { ...example, alias: id, modelId: id, profile: "in-region", destinations: [], definition };
}

/** A model whose policy has so many characters when these others are in it, too. */
function filling(id: string, size: number, others: readonly ConfiguredModel[] = []): ConfiguredModel {
  return modelWith(id, size - sizeOf([...others, modelWith(id, 0)]));
}

describe("BedrockPolicy", () => {
  it("is a customer-managed policy with the statements for these models, in the caller's account", () => {
    const { settings } = findResource(render(), "aws_iam_policy", "policy/1");
    expect(settings).toMatchObject({
      name: "test-chat",
      description: "Lets the LiteLLM proxy call its configured Bedrock models.",
    });
    const text = String(settings["policy"]);
    expect(text).toMatch(account);
    expect(JSON.parse(text.replaceAll(account, "123456789012"))).toEqual({
      Version: "2012-10-17",
      Statement: bedrockStatements({ models, accountId: "123456789012" }),
    });
  });

  it("is written without white space, which AWS doesn't count but people would", () => {
    expect(String(findResource(render(), "aws_iam_policy", "policy/1").settings["policy"])).not.toMatch(/\s/);
  });

  it("lets the models be called from the given addresses only, and from any by default", () => {
    const [[, text] = []] = textsOf({ ...all, sourceIps: ["203.0.113.7/32"] });
    expect(text).toContain('"IpAddress":{"aws:SourceIp":["203.0.113.7/32"]}');
    expect(textsOf({ name: "test-chat", models })).toEqual(textsOf(all));
    expect(JSON.stringify(textsOf(all))).not.toContain("SourceIp");
  });

  it("is attached to the user that it is told", () => {
    const json = render();
    const [id] = Object.keys(json.resource["aws_iam_policy"] ?? {});
    expect(findResource(json, "aws_iam_user_policy_attachment", "policy/1-attachment").settings).toEqual({
      user: reference("aws_iam_user.user.name"),
      policy_arn: reference(`aws_iam_policy.${id}.arn`),
    });
  });

  it("is attached to the role that it is told", () => {
    const { json } = renderTerraformConstruct((scope) => {
      const policy = new BedrockPolicy(scope, "policy", all);
      policy.attachToRole(new IamRole(scope, "role", { assumeRolePolicy: "{}" }));
      return policy;
    });
    const [id] = Object.keys(json.resource["aws_iam_policy"] ?? {});
    expect(findResource(json, "aws_iam_role_policy_attachment", "policy/1-attachment").settings).toEqual({
      role: reference("aws_iam_role.role.name"),
      policy_arn: reference(`aws_iam_policy.${id}.arn`),
    });
  });

  it("is attached to nobody by itself", () => {
    const { json } = renderTerraformConstruct((scope) => new BedrockPolicy(scope, "policy", all));
    expect(listResources(json).map(({ type, path }) => [type, path])).toEqual([["aws_iam_policy", "policy/1"]]);
  });
});

describe("more models than a policy can hold", () => {
  const two = { ...all, models: [filling("a", 6144), filling("b", 6144)] };

  it.each([
    [6144, [["test-chat", ["a", "b"]]]],
    [
      6145,
      [
        ["test-chat", ["a"]],
        ["test-chat-2", ["b"]],
      ],
    ],
  ])("begin after the last character: %i are in these policies", (size, expected) => {
    const first = modelWith("a", 10);
    const pair = [first, filling("b", size, [first])];
    expect(sizeOf(pair)).toBe(size);
    expect(textsOf({ ...all, models: pair }).map(([name, text]) => [name, modelsOf(text)])).toEqual(expected);
  });

  it("are in further policies, under ids and names with a number, all of them attached and handed out", () => {
    const json = render(two);
    const policies = Object.keys(json.resource["aws_iam_policy"] ?? {});
    expect(listResources(json).map(({ type, path }) => `${type} ${path}`)).toEqual([
      "aws_iam_policy policy/1",
      "aws_iam_policy policy/2",
      "aws_iam_user_policy_attachment policy/1-attachment",
      "aws_iam_user_policy_attachment policy/2-attachment",
      "aws_iam_user user",
      "aws_iam_user reader",
    ]);
    expect(findResource(json, "aws_iam_user_policy_attachment", "policy/2-attachment").settings).toMatchObject({
      policy_arn: reference(`aws_iam_policy.${policies[1]}.arn`),
    });
    expect(findResource(json, "aws_iam_user", "reader").settings["tags"]).toEqual({
      arns: policies.map((id) => reference(`aws_iam_policy.${id}.arn`)).join(),
    });
  });

  it("are each in one policy, with all that the model needs", () => {
    for (const [, text] of textsOf(two)) {
      expect((JSON.parse(text) as PolicyDocument).Statement.map(({ Sid }) => Sid)).toEqual([
        "InvokeModelsInRegion",
        "ListModels",
        "ReadModels",
        "ReadAvailability",
        "ViewSubscriptions",
        "SubscribeToModels",
      ]);
    }
  });

  it("leave the first policies as they are when a model is added at the end", () => {
    const after = textsOf({ ...two, models: [...two.models, modelWith("c", 1)] });
    expect(after).toHaveLength(3);
    expect(after.slice(0, 2)).toEqual(textsOf(two));
  });

  it("are in one policy each, however many aliases they have", () => {
    const aliases = two.models.map((model) => ({ ...model, alias: `${model.alias}-again` }));
    expect(textsOf({ ...two, models: [...two.models, ...aliases] })).toEqual(textsOf(two));
  });
});

describe("models that no policy can hold", () => {
  it("are refused when one of them is a character too large, by its alias", () => {
    expect(textsOf({ ...all, models: [filling("large", 6144)] }).map(([, text]) => text.length)).toEqual([6144]);
    expect(() => render({ ...all, models: [filling("large", 6145)] })).toThrow(
      new Error(
        `${refused}models.large: its IAM policy alone has 6145 characters; allowed: 6144. Give it fewer destination Regions, or fewer aws.sourceIps.`,
      ),
    );
  });

  const eleven = Array.from({ length: 11 }, (_, index) => filling(`m${index}`, 6144));

  it("are refused beyond ten policies, which are all that AWS attaches, with their number", () => {
    const ten = textsOf({ name: "test-chat", models: eleven.slice(0, 10) });
    expect(ten.map(([name]) => name).at(-1)).toBe("test-chat-10");
    expect(ten.map(([, text]) => text.length)).toEqual(Array(10).fill(6144));
    expect(() => render({ name: "test-chat", models: eleven })).toThrow(
      new Error(
        `${refused}models: they need 11 IAM policies of 6144 characters; allowed: 10. Remove models that nobody uses.`,
      ),
    );
  });

  it("are refused beyond the number of policies that others leave", () => {
    const props = { ...all, maximumPolicies: 9 };
    expect(textsOf({ ...props, models: eleven.slice(0, 9) })).toHaveLength(9);
    expect(() => render({ ...props, models: eleven.slice(0, 10) })).toThrow("they need 10 IAM policies");
  });
});
