import { LocalBackend, S3Backend, type TerraformStack } from "cdktf";
import type { StackConfig } from "../lib/config";
import { stateFolder } from "../lib/naming";

/** Tells Terraform where a stack's state is: in a local file, or in an S3 bucket with a lock file beside it. */
export function keepState(stack: TerraformStack, id: string, { state, region }: StackConfig["aws"]): void {
  const file = `${id}.tfstate`;
  if (state.kind === "local") {
    // Relative to the folder in which Terraform runs: cdktf's default would write this machine's path into the output.
    new LocalBackend(stack, { path: `../../../${stateFolder}/${file}` });
    return;
  }
  const backend = new S3Backend(stack, {
    bucket: state.bucket,
    key: state.keyPrefix === undefined ? file : `${state.keyPrefix}/${file}`,
    region: state.region ?? region,
    encrypt: true,
  });
  // Newer than cdktf's types: Terraform 1.10.
  backend.addOverride("use_lockfile", true);
}
