import { readdirSync } from "node:fs";
import path from "node:path";
import { parseConfig, type StackConfig } from "../../lib/config";

const folder = path.join(__dirname, "..", "..", "examples");

/** The complete configurations under `examples/`, by name. */
export const exampleNames: readonly string[] = readdirSync(folder)
  .map((file) => path.basename(file, ".ts"))
  .sort();

/** An example as it is deployed: checked and completed. */
export function loadExample(name: string): StackConfig {
  const file = path.join(folder, `${name}.ts`);
  return parseConfig((require(file) as { default: unknown }).default, file);
}
