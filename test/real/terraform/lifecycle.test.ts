/**
 * Needs Terraform and an environment in which its AWS provider reaches an account or a stand-in. Makes and destroys
 * real resources: never point it at an account that is in use.
 */
import { statSync } from "node:fs";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { stackFolder } from "../../../lib/terraform-outputs";
import { exampleNames, loadExample } from "../../support/examples";
import { ProjectCopy } from "../support/project";
import { run } from "../support/run";

let project: ProjectCopy;

beforeEach(() => {
  project = new ProjectCopy();
});

afterEach(() => project.remove());

function cdktf(args: readonly string[]): string {
  return stripVTControlCharacters(run("npx", ["cdktf", ...args], { cwd: project.folder }).stdout);
}

describe("cdktf with the default configuration", () => {
  it("deploys, changes nothing when run again, hands over the secrets, and destroys", () => {
    try {
      expect(cdktf(["deploy", "--auto-approve"])).toContain("11 added, 0 changed, 0 destroyed");
      expect(statSync(path.join(project.folder, "state")).mode & 0o777).toBe(0o700);
      expect(cdktf(["deploy", "--auto-approve"])).toContain("No changes.");

      const secrets = run("npm", ["run", "-s", "secrets"], { cwd: project.folder }).stdout;
      expect(secrets.match(/^kind: .*$/gm)).toEqual(["kind: Namespace", ...Array<string>(4).fill("kind: Secret")]);
      expect(secrets).toMatch(/LITELLM_MASTER_KEY: sk-[A-Za-z0-9]{48}$/m);
    } catch (error) {
      cdktf(["destroy", "--auto-approve"]);
      throw error;
    }
    expect(cdktf(["destroy", "--auto-approve"])).toContain("11 destroyed");
  });
});

describe.each(exampleNames)("Terraform alone with examples/%s", (name) => {
  it("plans, applies, has nothing left to change, and destroys", () => {
    const env = { STACK_CONFIG: path.join(project.folder, "examples", `${name}.ts`) };
    run("npm", ["run", "-s", "synth"], { cwd: project.folder, env });
    const cwd = path.join(project.folder, stackFolder(loadExample(name).aws.userName));
    const terraform = (args: readonly string[], accept: readonly number[] = [0]) =>
      run("terraform", args, { cwd, accept });
    terraform(["init", "-input=false"]);
    let destroyed = "";
    try {
      expect(terraform(["plan", "-input=false", "-detailed-exitcode"], [0, 1, 2]).code).toBe(2);
      terraform(["apply", "-input=false", "-auto-approve"]);
      expect(terraform(["plan", "-input=false", "-detailed-exitcode"], [0, 1, 2]).code).toBe(0);
    } finally {
      // A failure above is the one to be told.
      destroyed = terraform(["destroy", "-input=false", "-auto-approve"]).stdout;
    }
    expect(destroyed).toMatch(/Destroy complete! Resources: [1-9]\d* destroyed/);
  });
});
