import { IamOpenidConnectProvider } from "@cdktf/provider-aws/lib/iam-openid-connect-provider";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { Construct } from "constructs";
import { providerArn, providerName, tokenAudience, tokenSubject } from "../../lib/web-identity";

export interface WebIdentityRoleProps {
  /** Name of the role. */
  readonly name: string;
  /** The account's twelve digits. */
  readonly accountId: string;
  /** Issuer of the cluster's tokens, as in their `iss`. */
  readonly issuerUrl: string;
  /** Whether the account's identity provider for this issuer is made here, or there already. */
  readonly provider: "create" | "existing";
  /** Namespace of LiteLLM's service account. */
  readonly namespace: string;
  /** By which AWS tells the role's costs from others. @default none */
  readonly tags?: Record<string, string> | undefined;
}

/**
 * A role that LiteLLM's service account alone may assume, for an hour at a time, with a token that the cluster made
 * for AWS:
 *
 *     { "Sid": "AssumeByServiceAccount", "Effect": "Allow", "Action": ["sts:AssumeRoleWithWebIdentity"],
 *       "Principal": { "Federated": ["arn:aws:iam::123456789012:oidc-provider/oidc.example.com"] },
 *       "Condition": { "StringEquals": { "oidc.example.com:sub": ["system:serviceaccount:open-webui:litellm"],
 *                                        "oidc.example.com:aud": ["sts.amazonaws.com"] } } }
 *
 * The provider has no thumbprint: AWS checks the issuer's certificate against the public authorities.
 * Sources: IAM User Guide, "Create an OpenID Connect (OIDC) identity provider in IAM"; Amazon EKS User Guide, "Assign
 * IAM roles to Kubernetes service accounts".
 */
export class WebIdentityRole extends Construct {
  readonly role: IamRole;

  constructor(scope: Construct, id: string, props: WebIdentityRoleProps) {
    super(scope, id);
    const provider =
      props.provider === "existing"
        ? providerArn(props.accountId, props.issuerUrl)
        : new IamOpenidConnectProvider(this, "provider", { url: props.issuerUrl, clientIdList: [tokenAudience] }).arn;
    this.role = new IamRole(this, "role", {
      name: props.name,
      description: "Lets LiteLLM's service account call its configured Bedrock models.",
      assumeRolePolicy: trustPolicy(provider, props),
      ...(props.tags === undefined ? {} : { tags: props.tags }),
    });
  }
}

function trustPolicy(provider: string, { issuerUrl, namespace }: WebIdentityRoleProps): string {
  const issuer = providerName(issuerUrl);
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "AssumeByServiceAccount",
        Effect: "Allow",
        Action: ["sts:AssumeRoleWithWebIdentity"],
        Principal: { Federated: [provider] },
        Condition: {
          StringEquals: { [`${issuer}:sub`]: [tokenSubject(namespace)], [`${issuer}:aud`]: [tokenAudience] },
        },
      },
    ],
  });
}
