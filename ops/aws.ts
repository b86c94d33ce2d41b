import { BedrockClient } from "@aws-sdk/client-bedrock";
import { IAMClient } from "@aws-sdk/client-iam";
import { STSClient } from "@aws-sdk/client-sts";
import type { StackConfig } from "../lib/config";

/** The parts of AWS that the commands ask, with the credentials of whoever runs them. */
export interface Aws {
  readonly bedrock: BedrockClient;
  readonly iam: IAMClient;
  readonly sts: STSClient;
}

/** As every AWS tool: credentials from the environment or `~/.aws`, another endpoint by `AWS_ENDPOINT_URL`. */
export function connectToAws({ aws }: Pick<StackConfig, "aws">): Aws {
  // The pinned version runs on Node 20; that later ones won't is a matter of package.json, not of every command.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
  const options = {
    region: aws.region,
    // A second attempt bridges a lost connection; a person waits for the rest.
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 20_000 },
  };
  return { bedrock: new BedrockClient(options), iam: new IAMClient(options), sts: new STSClient(options) };
}
