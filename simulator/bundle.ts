import { bundleProgram } from "../lib/bundle";

/** The simulator as one file. */
export function bundleSimulator(): string {
  return bundleProgram("simulator/main.ts");
}
