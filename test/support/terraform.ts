import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { StackConfig } from "../../lib/config";
import { stackFolder } from "../../lib/terraform-outputs";
import { createTerraformApp } from "../../terraform/app";

/** Terraform's JSON syntax, as far as tests look into it. */
export interface TerraformJson {
  readonly resource: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly output: Readonly<Record<string, { readonly value: unknown; readonly sensitive?: boolean }>>;
  readonly terraform: { readonly backend: Readonly<Record<string, Readonly<Record<string, unknown>>>> };
  readonly provider: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
}

/** Synthesises the AWS side into a temporary folder, with cdktf's own validations, and reads the stack's JSON back. */
export function renderTerraform(config: StackConfig): TerraformJson {
  const folder = mkdtempSync(path.join(tmpdir(), "cdktf-"));
  try {
    const outdir = path.join(folder, "cdktf.out");
    createTerraformApp(config, { outdir }).synth();
    const file = path.join(folder, stackFolder(config.aws.userName), "cdk.tf.json");
    return JSON.parse(readFileSync(file, "utf8")) as TerraformJson;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
