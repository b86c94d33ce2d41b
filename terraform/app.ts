import { App, type AppConfig, TerraformResource } from "cdktf";
import type { StackConfig } from "../lib/config";
import { BedrockStack } from "./stacks/bedrock-stack";

/**
 * The AWS side.
 * @param options - cdktf's own settings, such as the output folder, which is made at once
 */
export function createTerraformApp(config: StackConfig, options: AppConfig = {}): App {
  // Stack traces would put this machine's paths into the output.
  const app = new App({ stackTraces: false, ...options });
  new BedrockStack(app, config.aws.userName, config);
  return app;
}

/** The type of every resource of an app, such as `aws_iam_user`. */
export function listResourceTypes(app: App): readonly string[] {
  return app.node
    .findAll()
    .filter(TerraformResource.isTerraformResource)
    .map(({ terraformResourceType }) => terraformResourceType);
}
