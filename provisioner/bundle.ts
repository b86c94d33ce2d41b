import { bundleProgram } from "../lib/bundle";

/** The provisioner as one file. */
export function bundleProvisioner(): string {
  return bundleProgram("provisioner/main.ts");
}
