import { components } from "./naming";

/** The one audience that AWS' Security Token Service takes from a cluster's tokens. */
export const tokenAudience = "sts.amazonaws.com";

/** The service account that LiteLLM runs as, where it assumes a role. */
export const serviceAccountName = components.liteLlm;

/** What a token of LiteLLM's service account has as its `sub`. */
export function tokenSubject(namespace: string): string {
  return `system:serviceaccount:${namespace}:${serviceAccountName}`;
}

/** The issuer as IAM names it in ARNs and in condition keys: without `https://`. */
export function providerName(issuerUrl: string): string {
  return issuerUrl.replace(/^https:\/\//, "");
}

/** There is one identity provider per issuer and account, so its ARN is known without asking AWS. */
export function providerArn(accountId: string, issuerUrl: string): string {
  return `arn:aws:iam::${accountId}:oidc-provider/${providerName(issuerUrl)}`;
}

export function roleArn(accountId: string, roleName: string): string {
  return `arn:aws:iam::${accountId}:role/${roleName}`;
}
