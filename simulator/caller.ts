import { accessDenied, Refusal } from "./errors";

/** Who calls, by the credential of the signature. */
export interface Caller {
  readonly accessKeyId: string;
  /** The Region the request was signed for: the source Region. */
  readonly region: string;
}

/** The account of all ARNs: the one of AWS's documentation. */
export const accountId = "123456789012";

const credential = /^AWS4-HMAC-SHA256 .*\bCredential=([^/,\s]+)\/\d{8}\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request\b/;

/** The access key id of an Authorization header, for the log; undefined without a signature. */
export function readAccessKeyId(authorization: string | undefined): string | undefined {
  return authorization?.match(credential)?.[1];
}

/**
 * Reads a signature as AWS does, but for its hash: the simulator has no secret key to compare it with.
 * Source: IAM User Guide, "AWS Signature Version 4 for API requests" and "Troubleshoot Signature Version 4 signing".
 * @param revokedKeys - access key ids that are answered like unknown ones
 * @throws Refusal
 */
export function authenticate(authorization: string | undefined, revokedKeys: readonly string[]): Caller {
  if (authorization === undefined || authorization === "")
    throw new Refusal("MissingAuthenticationTokenException", "Missing Authentication Token");
  // Bedrock API keys (AWS_BEARER_TOKEN_BEDROCK) aren't simulated: a stray one must not go unnoticed.
  if (/^bearer /i.test(authorization)) throw accessDenied("Invalid API Key format: Must start with pre-defined prefix");
  const [, accessKeyId, region, service] = authorization.match(credential) ?? [];
  if (accessKeyId === undefined || region === undefined || !/\bSignature=[0-9a-f]{64}\b/.test(authorization))
    throw new Refusal(
      "IncompleteSignatureException",
      "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. " +
        "Authorization header requires 'SignedHeaders' parameter.",
    );
  if (service !== "bedrock")
    throw new Refusal("InvalidSignatureException", "Credential should be scoped to correct service: 'bedrock'.");
  if (revokedKeys.includes(accessKeyId))
    throw new Refusal("UnrecognizedClientException", "The security token included in the request is invalid.");
  return { accessKeyId, region };
}
