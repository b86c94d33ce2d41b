import { bedrockErrors, explainBedrockError } from "../../lib/bedrock-errors";

/** Texts of AWS, some as LiteLLM and Terraform hand them on. */
const texts: readonly (readonly [name: string, text: string])[] = [
  ["credentials expired", "ExpiredTokenException: The security token included in the request is expired"],
  ["credentials expired", "Error: reading IAM User: operation error IAM: GetUser, api error ExpiredToken: gone"],
  ["credentials unknown", 'BedrockException - {"message":"The security token included in the request is invalid."}'],
  ["credentials unknown", "api error InvalidClientTokenId: The security token included in the request is invalid."],
  ["signature wrong", "InvalidSignatureException: The request signature we calculated does not match"],
  ["no credentials", "CredentialsProviderError: Could not load credentials from any providers"],
  ["no credentials", "Error: No valid credential sources found"],
  ["web identity refused", "InvalidIdentityToken: Couldn't retrieve verification key from your identity provider"],
  [
    "no valid card",
    "Model access is denied due to INVALID_PAYMENT_INSTRUMENT:A valid payment instrument must be provided",
  ],
  [
    "Marketplace rights missing",
    "is not authorized to perform the required AWS Marketplace actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe)",
  ],
  ["Anthropic's form missing", "Model use case details have not been submitted for this account. Fill out the form"],
  ["legacy model", "Access denied. This Model is marked by provider as Legacy and you have not been actively using it"],
  ["end of life", "This model version has reached the end of its life. Please refer to the AWS documentation"],
  ["bare id", "Invocation of model ID anthropic.x with on-demand throughput isn’t supported. Retry your request"],
  ["unknown id", "ValidationException: The provided model identifier is invalid."],
  [
    "denied by the organization",
    "is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:us-east-2::foundation-model/x with an explicit deny in a service control policy",
  ],
  [
    "spend guard",
    "is not authorized to perform: bedrock:InvokeModel with an explicit deny in an identity-based policy",
  ],
  [
    "streaming not allowed",
    "is not authorized to perform: bedrock:InvokeModelWithResponseStream on resource: x because no identity-based policy allows it",
  ],
  [
    "not allowed",
    "is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:us-east-2::foundation-model/x",
  ],
  ["both parameters", "The model returned: `temperature` and `top_p` cannot both be specified for this model."],
  ["throttled", "ThrottlingException: Too many requests, please wait before trying again."],
  ["other account or Region", "AccessDeniedException: no"],
];

describe("explainBedrockError", () => {
  it.each(texts)("knows: %s: %s", (name, text) => {
    expect(explainBedrockError(text)?.name).toBe(name);
  });

  it("has a text for every row", () => {
    expect(new Set(texts.map(([name]) => name))).toEqual(new Set(bedrockErrors.map(({ name }) => name)));
  });

  it.each([
    "",
    "Connection refused",
    "ModelErrorException: The system encountered an unexpected error",
  ])("makes nothing of %j", (text) => {
    expect(explainBedrockError(text)).toBeUndefined();
  });

  it("has every cause and fix in words of its own", () => {
    for (const select of ["name", "cause"] as const) {
      const values = bedrockErrors.map((row) => row[select]);
      expect(new Set(values).size).toBe(values.length);
    }
  });
});
