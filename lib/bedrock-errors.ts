/** What an error of Bedrock, IAM or the Security Token Service really means, and what mends it. */
export interface BedrockError {
  /** In a word or two, for a table. */
  readonly name: string;
  readonly cause: string;
  readonly fix: string;
}

interface KnownError extends BedrockError {
  /** In AWS's words, which LiteLLM and Terraform hand on with text of their own around. */
  readonly pattern: RegExp;
}

/**
 * The first one whose pattern is in an error's text explains it: the narrow ones come first.
 *
 * Sources: Amazon Bedrock User Guide, "Troubleshooting Amazon Bedrock API Error Codes", "Access Amazon Bedrock
 * foundation models" and "Supported Regions and models for inference profiles"; AWS IAM User Guide, "Troubleshoot
 * access denied error messages"; field reports, where AWS documents no text.
 */
export const bedrockErrors: readonly KnownError[] = [
  {
    name: "credentials expired",
    pattern: /ExpiredToken|security token included in the request is expired|RequestExpired/i,
    cause: "the AWS credentials are temporary, and their time is over",
    fix: "sign in again, such as with aws sso login, and run the command again",
  },
  {
    name: "credentials unknown",
    pattern:
      /UnrecognizedClient|InvalidClientTokenId|InvalidAccessKeyId|security token included in the request is invalid/i,
    cause: "AWS doesn't know the access key: it was deleted or deactivated, or is another account's",
    fix: "deploy and apply the Secrets anew; after a rotation LiteLLM's pods have to be new, too",
  },
  {
    name: "signature wrong",
    pattern: /SignatureDoesNotMatch|InvalidSignature|signature we calculated does not match/i,
    cause: "the secret doesn't belong to the access key, or this machine's clock is wrong",
    fix: "deploy and apply the Secrets anew; compare the clock",
  },
  {
    name: "no credentials",
    pattern: /Could not load credentials|Unable to locate credentials|No valid credential sources|NoCredentials/i,
    cause: "there are no AWS credentials",
    fix: "aws configure sso, or AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
  },
  {
    name: "web identity refused",
    pattern: /InvalidIdentityToken|AssumeRoleWithWebIdentity/i,
    cause:
      "AWS doesn't accept the cluster's token: it can't fetch the issuer's keys, or the role trusts another subject",
    fix: "docs/decisions/0008-web-identity.md: issuer URL, discovery document and keys",
  },
  {
    name: "no valid card",
    pattern: /INVALID_PAYMENT_INSTRUMENT|valid payment instrument/i,
    cause: "the account has no payment method that AWS Marketplace takes; Claude is bought there",
    fix: "add a card on AWS's billing page, and wait two minutes",
  },
  {
    name: "Marketplace rights missing",
    pattern: /aws-marketplace:|required AWS Marketplace actions/i,
    cause: "a first use of this model in the account subscribes to it, and the key may not",
    fix: "npx cdktf deploy, or let an administrator call the model once; then wait two minutes",
  },
  {
    name: "Anthropic's form missing",
    pattern: /use case details have not been submitted|use case details form/i,
    cause: "Anthropic wants a form about the use, once per account",
    fix: "file it in the Bedrock console's model catalogue, and wait up to 15 minutes",
  },
  {
    name: "legacy model",
    pattern: /marked by provider as Legacy/i,
    cause: "the model is at its end, and only accounts that use it all the time still get it",
    fix: "another model in models (docs/configuration.md#catalogue)",
  },
  {
    name: "end of life",
    pattern: /reached the end of its life|end of life/i,
    cause: "AWS has switched the model off",
    fix: "its successor in models (docs/configuration.md#models-that-are-refused)",
  },
  {
    name: "bare id",
    pattern: /on-demand throughput isn.t supported/i,
    cause: "the model is reached through a profile only, and was called by its bare id",
    fix: 'models.<alias>.profile: "us" or "global"',
  },
  {
    name: "unknown id",
    pattern: /provided model identifier is invalid/i,
    cause: "there is no such model or profile in this Region",
    fix: "aws bedrock list-inference-profiles shows what there is; correct aws.region or models",
  },
  {
    name: "denied by the organization",
    pattern: /explicit deny in a service control policy/i,
    cause: "a policy of the AWS organization denies it, often a Region that the profile routes to",
    fix: "an exception for the Region that the error names, or another profile",
  },
  {
    name: "spend guard",
    pattern: /explicit deny in an identity-based policy/i,
    cause: "the spend guard has stopped all models, or another policy denies them",
    fix: "docs/costs.md says how to lift it",
  },
  {
    name: "streaming not allowed",
    pattern: /not authorized to perform: bedrock:InvokeModelWithResponseStream/i,
    cause: "the policy lacks the action of streamed answers, or the Region that the error names",
    fix: "npx cdktf deploy; a Region that was never asked for is a service control policy's",
  },
  {
    name: "not allowed",
    pattern: /not authorized to perform/i,
    cause: "the policy lacks the action, the model or the Region that the error names",
    fix: "npx cdktf deploy: the policy names every model and Region; else a service control policy denies it",
  },
  {
    name: "both parameters",
    pattern: /`?temperature`? and `?top_p`? cannot both be specified/i,
    cause: "the model takes one of the two only",
    fix: 'models.<alias>.definition.refusedParams: ["top_p"]',
  },
  {
    name: "throttled",
    pattern: /ThrottlingException|Too many (?:requests|tokens)/i,
    cause: "the account's quota for this model is used up; new accounts have a low one",
    fix: "AWS's Service Quotas; meanwhile fallbacks and a rateLimit (docs/operations.md#bedrockthrottles)",
  },
  {
    name: "other account or Region",
    pattern: /AccessDenied/i,
    cause: "AWS refuses without a reason that is known here",
    fix: "read AWS's words; npx cdktf deploy when models changed",
  },
];

/** What is known about an error. @param text - as the program that met it told it */
export function explainBedrockError(text: string): BedrockError | undefined {
  return bedrockErrors.find(({ pattern }) => pattern.test(text));
}
