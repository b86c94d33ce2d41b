import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { accessKeysFile, firstAccessKeys, parseAccessKeys } from "../../../lib/access-keys";
import { parseConfig, type StackConfigInput } from "../../../lib/config";
import { stackFolder } from "../../../lib/terraform-outputs";
import { createTerraformApp } from "../../../terraform/app";
import type { ProjectCopy } from "./project";
import { type RunResult, run } from "./run";

type Aws = NonNullable<StackConfigInput["aws"]>;

export interface DeploymentOptions {
  /** Which file under `examples/` it is a copy of. */
  readonly example: string;
  /** Settings in place of the example's. */
  readonly aws: Aws & { readonly userName: string };
  /** Added to every program's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** One AWS side, deployed from a copy of the project by Terraform alone. */
export class Deployment {
  /** Where Terraform runs. */
  readonly folder: string;
  readonly userName: string;
  private readonly project: ProjectCopy;
  private readonly env: Readonly<Record<string, string>>;
  private config: StackConfigInput;

  constructor(project: ProjectCopy, { example, aws, env = {} }: DeploymentOptions) {
    const { default: config } = require(`../../../examples/${example}`) as { readonly default: StackConfigInput };
    this.project = project;
    this.userName = aws.userName;
    this.folder = path.join(project.folder, stackFolder(aws.userName));
    this.env = env;
    this.config = { ...config, aws: { ...config.aws, ...aws } };
  }

  /** Changes settings of the AWS side, and renders it: here, as a program of its own would take ten times as long. */
  render(changes: Aws = {}): void {
    this.config = { ...this.config, aws: { ...this.config.aws, ...changes } };
    const { folder } = this.project;
    writeFileSync(path.join(folder, "stack.config.ts"), `export default ${JSON.stringify(this.config)};\n`);
    const keys = path.join(folder, accessKeysFile(this.userName));
    const accessKeys = existsSync(keys)
      ? parseAccessKeys(readFileSync(keys, "utf8"), keys, new Date())
      : firstAccessKeys;
    const config = { ...parseConfig(this.config, "stack.config.ts"), accessKeys };
    createTerraformApp(config, { outdir: path.join(folder, "cdktf.out") }).synth();
  }

  /** Runs a script of the project with this configuration. */
  npm(script: string, args: readonly string[] = [], accept: readonly number[] = [0]): RunResult {
    const { folder } = this.project;
    return run("npm", ["run", "-s", script, "--", ...args], { cwd: folder, env: this.env, accept });
  }

  terraform(args: readonly string[], accept: readonly number[] = [0]): RunResult {
    return run("terraform", args, { cwd: this.folder, env: this.env, accept });
  }

  /** @returns Terraform's last words, such as `Resources: 1 added, 0 changed, 0 destroyed.` */
  apply(): string {
    const { stdout } = this.terraform(["apply", "-input=false", "-auto-approve", "-no-color"]);
    return /Resources: .*\./.exec(stdout)?.[0] ?? stdout;
  }

  /** Whether AWS is as it is described. */
  isSettled(): boolean {
    return this.terraform(["plan", "-input=false", "-detailed-exitcode"], [0, 2]).code === 0;
  }

  /** With the unlock that it takes. */
  destroy(): string {
    this.render({ allowDestroy: { reason: "the test is over" } });
    return this.terraform(["destroy", "-input=false", "-auto-approve", "-no-color"]).stdout;
  }
}
