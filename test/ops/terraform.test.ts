import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { parseConfig } from "../../lib/config";
import { stackFolder } from "../../lib/terraform-outputs";
import { planAws, plannedChanges } from "../../ops/terraform";
import { minimal } from "../support/config-input";
import { type Answer, Ending, FakePrograms, fails } from "../support/fake-programs";
import { temporaryFolder, writeFile } from "../support/temporary-folder";

const config = parseConfig({ ...minimal, aws: { userName: "test-chat" } }, "stack.config.ts");
const folder = stackFolder("test-chat");
const planFile = path.join(folder, "ops.tfplan");
const before = { folder: process.cwd(), path: process.env["PATH"] };

afterEach(() => {
  process.chdir(before.folder);
  process.env["PATH"] = before.path;
});

const change = (address: string, ...actions: readonly string[]) => ({ address, change: { actions } });
const planned = { resource_changes: [change("aws_iam_user.user", "create")] };

/** A project in which cdktf has rendered already; the plan's file is there as if Terraform had written it. */
function prepare(plan: Answer): FakePrograms {
  process.chdir(temporaryFolder());
  mkdirSync(folder, { recursive: true });
  writeFile(folder, "ops.tfplan", "secret");
  const programs = new FakePrograms({
    npx: {},
    terraform: { "plan ": plan, "show -json": planned, "show -no-color": "a plan" },
  });
  process.env["PATH"] = programs.path();
  return programs;
}

describe("planAws", () => {
  it("renders, initialises and plans, then applies exactly that plan, and removes its file", async () => {
    const programs = prepare(new Ending({ code: 2 }));
    const plan = await planAws(config);
    expect(plan).toMatchObject({
      isEmpty: false,
      changes: [{ address: "aws_iam_user.user", action: "create" }],
      text: "a plan",
    });
    await plan.apply();
    expect(programs.calls()).toEqual([
      "npx --no-install cdktf synth",
      `terraform -chdir=${folder} init -input=false -no-color`,
      `terraform -chdir=${folder} plan -input=false -no-color -detailed-exitcode -out=ops.tfplan`,
      `terraform -chdir=${folder} show -no-color ops.tfplan`,
      `terraform -chdir=${folder} show -json ops.tfplan`,
      `terraform -chdir=${folder} apply -input=false -no-color ops.tfplan`,
    ]);
    expect(existsSync(planFile)).toBe(true);
    plan.discard();
    expect(existsSync(planFile)).toBe(false);
  });

  it("plans to delete everything when it is told to", async () => {
    const programs = prepare(new Ending({ code: 2 }));
    await planAws(config, { destroys: true });
    expect(programs.calls()).toContain(
      `terraform -chdir=${folder} plan -destroy -input=false -no-color -detailed-exitcode -out=ops.tfplan`,
    );
  });

  it("is empty when Terraform says so", async () => {
    prepare("No changes.");
    expect(await planAws(config)).toMatchObject({ isEmpty: true });
  });

  it("fails with Terraform's words, and leaves no plan behind", async () => {
    prepare(fails("Error: ExpiredToken"));
    await expect(planAws(config)).rejects.toThrow("failed: Error: ExpiredToken");
    expect(existsSync(planFile)).toBe(false);
  });
});

describe("plannedChanges", () => {
  it("tells what happens to each resource, and leaves out what stays", () => {
    const changes = [
      change("a.made", "create"),
      change("a.changed", "update"),
      change("a.replaced", "delete", "create"),
      change("a.replaced-first", "create", "delete"),
      change("a.gone", "delete"),
      change("a.same", "no-op"),
      change("data.read", "read"),
    ];
    expect(plannedChanges(JSON.stringify({ resource_changes: changes }))).toEqual([
      { address: "a.made", action: "create" },
      { address: "a.changed", action: "update" },
      { address: "a.replaced", action: "replace" },
      { address: "a.replaced-first", action: "replace" },
      { address: "a.gone", action: "delete" },
    ]);
    expect(plannedChanges("{}")).toEqual([]);
  });
});
