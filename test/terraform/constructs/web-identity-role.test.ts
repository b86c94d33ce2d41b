import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { WebIdentityRole, type WebIdentityRoleProps } from "../../../terraform/constructs/web-identity-role";
import { findResource, listResources, reference, renderTerraformConstruct } from "../../support/terraform-construct";

const all: Required<WebIdentityRoleProps> = {
  name: "test-chat",
  accountId: "123456789012",
  issuerUrl: "https://oidc.example.com",
  provider: "create",
  namespace: "chat",
  tags: { app: "chat" },
};

function render(changes: Partial<WebIdentityRoleProps> = {}) {
  return renderTerraformConstruct((scope) => {
    const { role } = new WebIdentityRole(scope, "web-identity", { ...all, ...changes });
    // The handle as Terraform sees it.
    new IamRolePolicyAttachment(scope, "reader", { role: role.name, policyArn: role.arn });
    return role;
  }).json;
}

function trustPolicyOf(changes: Partial<WebIdentityRoleProps> = {}): unknown {
  const { settings } = findResource(render(changes), "aws_iam_role", "web-identity/role");
  return JSON.parse(String(settings["assume_role_policy"]));
}

describe("WebIdentityRole", () => {
  it("makes an identity provider for the issuer, whose tokens are for AWS alone", () => {
    expect(findResource(render(), "aws_iam_openid_connect_provider", "web-identity/provider").settings).toEqual({
      url: "https://oidc.example.com",
      client_id_list: ["sts.amazonaws.com"],
    });
  });

  it("gives the role its tags, and none where none are given", () => {
    const tags = (changes: Partial<WebIdentityRoleProps>) =>
      findResource(render(changes), "aws_iam_role", "web-identity/role").settings["tags"];
    expect(tags({})).toEqual({ app: "chat" });
    expect(tags({ tags: undefined })).toBeUndefined();
  });

  it("makes a role that LiteLLM's service account alone may assume, with a token for AWS", () => {
    expect(trustPolicyOf()).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "AssumeByServiceAccount",
          Effect: "Allow",
          Action: ["sts:AssumeRoleWithWebIdentity"],
          Principal: {
            Federated: [reference("aws_iam_openid_connect_provider.web-identity_provider_58E857B2.arn")],
          },
          Condition: {
            StringEquals: {
              "oidc.example.com:sub": ["system:serviceaccount:chat:litellm"],
              "oidc.example.com:aud": ["sts.amazonaws.com"],
            },
          },
        },
      ],
    });
  });

  it("trusts a provider that exists by the ARN that follows from account and issuer, its path too, and makes none", () => {
    const eks = { provider: "existing", issuerUrl: "https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE" } as const;
    expect(listResources(render(eks)).map(({ type, path }) => `${type} ${path}`)).toEqual([
      "aws_iam_role web-identity/role",
      "aws_iam_role_policy_attachment reader",
    ]);
    expect(trustPolicyOf(eks)).toMatchObject({
      Statement: [
        {
          Principal: {
            Federated: ["arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE"],
          },
          Condition: {
            StringEquals: {
              "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE:sub": ["system:serviceaccount:chat:litellm"],
              "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE:aud": ["sts.amazonaws.com"],
            },
          },
        },
      ],
    });
  });

  it("hands out the role", () => {
    const json = render();
    expect(findResource(json, "aws_iam_role", "web-identity/role").settings).toMatchObject({ name: "test-chat" });
    expect(findResource(json, "aws_iam_role_policy_attachment", "reader").settings).toEqual({
      role: reference("aws_iam_role.web-identity_role_85712D00.name"),
      policy_arn: reference("aws_iam_role.web-identity_role_85712D00.arn"),
    });
  });
});
