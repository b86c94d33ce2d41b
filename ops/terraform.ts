import { rmSync } from "node:fs";
import path from "node:path";
import type { StackConfig } from "../lib/config";
import { stackFolder, terraformProgram } from "../lib/terraform-outputs";
import { runProcess } from "./processes";
import type { Row } from "./progress";

/** What Terraform would do with one resource. */
export interface PlannedChange {
  /** Such as `aws_iam_user.user`. */
  readonly address: string;
  readonly action: "create" | "update" | "replace" | "delete";
}

/** A plan holds secrets in clear: its file is in a private folder, and gone after {@link Plan.discard}. */
export interface Plan {
  /** Whether there is anything to do: an output alone may change, too. */
  readonly isEmpty: boolean;
  readonly changes: readonly PlannedChange[];
  /** As Terraform shows it, secrets left out. */
  readonly text: string;
  /** Does exactly this. */
  readonly apply: () => Promise<void>;
  readonly discard: () => void;
}

/** No questions, no request for news, no advice on commands that these commands run themselves. */
const env = { CHECKPOINT_DISABLE: "1", TF_IN_AUTOMATION: "1" };

export interface PlanOptions {
  /** Whether it is to delete everything. @default false */
  readonly destroys?: boolean;
}

/**
 * Renders the AWS side with cdktf, and asks Terraform what would change.
 * @throws Failure with the words of the one that failed
 */
export async function planAws(
  { aws }: Pick<StackConfig, "aws">,
  { destroys = false }: PlanOptions = {},
): Promise<Plan> {
  await runProcess("npx", ["--no-install", "cdktf", "synth"], { env });
  const folder = stackFolder(aws.userName);
  const file = "ops.tfplan";
  const discard = () => rmSync(path.join(folder, file), { force: true });
  const run = (args: readonly string[], accept: readonly number[] = [0]) =>
    runProcess(terraformProgram(), [`-chdir=${folder}`, ...args], { env, accept });
  const terraform = async (...args: readonly string[]) => (await run(args)).stdout;
  await terraform("init", "-input=false", "-no-color");
  try {
    const destroy = destroys ? ["-destroy"] : [];
    const plan = ["plan", ...destroy, "-input=false", "-no-color", "-detailed-exitcode", `-out=${file}`];
    const isEmpty = (await run(plan, [0, 2])).code === 0;
    const text = await terraform("show", "-no-color", file);
    const changes = plannedChanges(await terraform("show", "-json", file));
    const apply = async () => {
      await terraform("apply", "-input=false", "-no-color", file);
    };
    return { isEmpty, changes, text, apply, discard };
  } catch (error) {
    discard();
    throw error;
  }
}

/** Shows a plan being applied. */
export function applying(plan: Plan): Row {
  const run = async (report: (state: string) => void) => {
    report("Terraform applies the plan");
    await plan.apply();
    report("done");
  };
  return { name: "AWS", run };
}

interface PlanFile {
  readonly resource_changes?: readonly {
    readonly address: string;
    readonly change: { readonly actions: readonly string[] };
  }[];
}

/** `terraform show -json`: of each resource what happens to it; an output alone is no change. */
export function plannedChanges(json: string): readonly PlannedChange[] {
  const { resource_changes = [] } = JSON.parse(json) as PlanFile;
  return resource_changes.flatMap(({ address, change: { actions } }): PlannedChange[] => {
    if (actions.includes("create")) return [{ address, action: actions.length > 1 ? "replace" : "create" }];
    if (actions.includes("update")) return [{ address, action: "update" }];
    return actions.includes("delete") ? [{ address, action: "delete" }] : [];
  });
}
