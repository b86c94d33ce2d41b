/**
 * Needs Terraform and an environment in which its AWS provider reaches an account or a stand-in. Makes and destroys
 * real resources: never point it at an account that is in use.
 */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { exampleNames, loadExample } from "../../support/examples";
import { Deployment } from "../support/deployment";
import { ProjectCopy } from "../support/project";
import { run } from "../support/run";

let project: ProjectCopy;

beforeEach(() => {
  project = new ProjectCopy();
});

afterEach(() => project.remove());

function cdktf(args: readonly string[], accept: readonly number[] = [0]): string {
  const { stdout, stderr } = run("npx", ["cdktf", ...args], { cwd: project.folder, accept });
  return stripVTControlCharacters(`${stdout}${stderr}`);
}

/** As docs/configuration.md says. */
function allowDestroy(): void {
  const file = path.join(project.folder, "stack.config.ts");
  const text = readFileSync(file, "utf8");
  const unlocked = text.replace("aws: {", 'aws: { allowDestroy: { reason: "the test is over" },');
  expect(unlocked).not.toBe(text);
  writeFileSync(file, unlocked);
}

/** cdktf doesn't always print all that Terraform says. */
function resourcesInState(): readonly unknown[] {
  const file = path.join(project.folder, "state", "open-webui-bedrock.tfstate");
  return (JSON.parse(readFileSync(file, "utf8")) as { readonly resources: readonly unknown[] }).resources;
}

describe("cdktf with the default configuration", () => {
  it("deploys, changes nothing when run again, hands over the secrets, and destroys what is unlocked", () => {
    try {
      expect(cdktf(["deploy", "--auto-approve"])).toContain("12 added, 0 changed, 0 destroyed");
      expect(statSync(path.join(project.folder, "state")).mode & 0o777).toBe(0o700);
      expect(cdktf(["deploy", "--auto-approve"])).toContain("No changes.");

      const secrets = run("npm", ["run", "-s", "secrets"], { cwd: project.folder }).stdout;
      expect(secrets.match(/^kind: .*$/gm)).toEqual(["kind: Namespace", ...Array<string>(4).fill("kind: Secret")]);
      expect(secrets).toMatch(/LITELLM_MASTER_KEY: sk-[A-Za-z0-9]{48}$/m);

      // cdktf keeps Terraform's reason to itself.
      expect(cdktf(["destroy", "--auto-approve"], [1])).toContain("Invoking Terraform CLI failed with exit code 1");
      expect(resourcesInState()).toHaveLength(13);
    } finally {
      // A failure above is the one to be told.
      allowDestroy();
      cdktf(["destroy", "--auto-approve"]);
    }
    expect(resourcesInState()).toEqual([]);
  });
});

interface TerraformState {
  readonly values: {
    readonly root_module: { readonly resources: readonly { address: string; values: { tags_all?: object } }[] };
  };
}

describe.each(exampleNames)("Terraform alone with examples/%s", (name) => {
  it("plans, applies, marks everything as ours, has nothing left to change, and destroys", () => {
    const deployment = new Deployment(project, { example: name, aws: { userName: loadExample(name).aws.userName } });
    deployment.render();
    deployment.terraform(["init", "-input=false"]);
    let destroyed = "";
    try {
      expect(deployment.isSettled()).toBe(false);
      deployment.apply();
      expect(deployment.isSettled()).toBe(true);
      const { values } = JSON.parse(deployment.terraform(["show", "-json"]).stdout) as TerraformState;
      const tagged = values.root_module.resources.filter(({ values: { tags_all } }) => tags_all !== undefined);
      expect(tagged.length).toBeGreaterThanOrEqual(2);
      for (const { values } of tagged) expect(values.tags_all).toMatchObject({ "part-of": "open-webui-bedrock" });
    } finally {
      // A failure above is the one to be told.
      destroyed = deployment.destroy();
    }
    expect(destroyed).toMatch(/Destroy complete! Resources: [1-9]\d* destroyed/);
  });
});
