import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

/** Where cdktf puts a stack's rendered JSON, and where Terraform runs. */
export function stackFolder(stackId: string): string {
  return path.join("cdktf.out", "stacks", stackId);
}

/**
 * Reads a deployed stack's outputs, sensitive ones too, by asking Terraform (so that any backend works).
 * @param stackId - the stack's id, which is `aws.userName`
 * @returns texts by output name; outputs that are no text are left out
 * @throws when the stack wasn't deployed from this checkout, or Terraform can't be run
 */
export function readTerraformOutputs(stackId: string): Readonly<Record<string, string>> {
  const folder = stackFolder(stackId);
  if (!existsSync(path.join(folder, ".terraform"))) {
    throw new Error(`${folder}: got no initialised Terraform folder; run "npx cdktf deploy" first.`);
  }
  return parseOutputs(runTerraform(folder));
}

/** Terraform's name, or cdktf's own variable for people who use OpenTofu. */
export function terraformProgram(): string {
  return process.env["TERRAFORM_BINARY_NAME"] || "terraform";
}

function runTerraform(folder: string): string {
  const program = terraformProgram();
  try {
    return execFileSync(program, [`-chdir=${folder}`, "output", "-json", "-no-color"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new Error(`"${program} output" in ${folder} failed: ${(stderr || String(error)).trim()}`);
  }
}

/** `terraform output -json` as texts by name. */
export function parseOutputs(json: string): Readonly<Record<string, string>> {
  const outputs = parseJson(json) as Record<string, { value?: unknown }>;
  return Object.fromEntries(
    Object.entries(outputs).flatMap(([name, { value }]) => (typeof value === "string" ? [[name, value]] : [])),
  );
}

/** Node's own message would repeat some of the text, which holds secrets. */
function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new Error("terraform output -json: got a text that is no JSON (not shown: it may hold secrets).");
  }
}
