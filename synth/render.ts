import { cpSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { createKubernetesApp, listObjectKinds } from "../k8s/app";
import type { StackConfig } from "../lib/config";
import { ensurePrivateFolder } from "../lib/private-folder";
import type { Images } from "../lib/versions";
import { createTerraformApp, listResourceTypes } from "../terraform/app";

/** What was rendered, for people. */
export interface Rendered {
  /** Kind of every Kubernetes object, in order of application. */
  readonly objectKinds: readonly string[];
  /** Type of every Terraform resource. */
  readonly resourceTypes: readonly string[];
}

/**
 * Renders both sides in one process: `dist/` is replaced as a whole, in `cdktf.out/` (which also holds Terraform's
 * downloads) the rendered files are. Both are rendered aside first: when one fails, what was there stays as it was.
 * @param folder - where `dist/` and `cdktf.out/` are
 */
export function renderStack(config: StackConfig, images: Images, folder: string): Rendered {
  const aside = mkdtempSync(path.join(folder, ".synth-"));
  try {
    const kubernetes = createKubernetesApp(config, images, { outdir: path.join(aside, "dist") });
    const terraform = createTerraformApp(config, { outdir: path.join(aside, "cdktf.out") });
    kubernetes.synth();
    terraform.synth();
    rmSync(path.join(folder, "dist"), { recursive: true, force: true });
    renameSync(path.join(aside, "dist"), path.join(folder, "dist"));
    const terraformOut = path.join(folder, "cdktf.out");
    // `cdktf diff` saves a plan there, with secrets in clear.
    ensurePrivateFolder(terraformOut);
    cpSync(path.join(aside, "cdktf.out"), terraformOut, { recursive: true });
    return {
      objectKinds: listObjectKinds(kubernetes),
      resourceTypes: listResourceTypes(terraform),
    };
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}
