import { terraformProgram } from "../../lib/terraform-outputs";
import { Failure } from "../failure";
import { runProcess } from "../processes";
import { type Check, type CheckContext, type Finding, ok, problem } from "./check";

/** Source: package.json, "engines". */
const oldestNode = "20.9.0";

/** Node, kubectl, Terraform, and whether the packages are there. */
export const checkTools: Check<CheckContext> = async ({ config }) => [
  checkNode(process.versions.node),
  await checkPackages(),
  await checkKubectl(),
  await checkTerraform(config.aws.state.kind === "s3" ? "1.10.0" : "1.0.0"),
];

function checkNode(version: string): Finding {
  if (isAtLeast(version, oldestNode)) return ok(`Node ${version}`);
  const why = "the programs need what came with it";
  return problem(`Node ${version}, older than ${oldestNode}`, why, "https://nodejs.org/en/download");
}

async function checkPackages(): Promise<Finding> {
  try {
    await runProcess("npx", ["--no-install", "cdktf", "--version"]);
    return ok("the packages are installed");
  } catch (error) {
    return fromFailure(error, "the packages aren't installed", "both sides are rendered by them", "npm ci");
  }
}

async function checkKubectl(): Promise<Finding> {
  try {
    const { stdout } = await runProcess("kubectl", ["version", "--client", "-o", "json"]);
    const { clientVersion } = JSON.parse(stdout) as { readonly clientVersion: { readonly gitVersion: string } };
    return ok(`kubectl ${clientVersion.gitVersion}`);
  } catch (error) {
    return fromFailure(
      error,
      undefined,
      "the Kubernetes side is applied by it",
      "https://kubernetes.io/docs/tasks/tools/",
    );
  }
}

async function checkTerraform(oldest: string): Promise<Finding> {
  const program = terraformProgram();
  const page = "https://developer.hashicorp.com/terraform/install";
  try {
    const { stdout } = await runProcess(program, ["version", "-json"], { env: { CHECKPOINT_DISABLE: "1" } });
    const { terraform_version: version } = JSON.parse(stdout) as { readonly terraform_version: string };
    if (isAtLeast(version, oldest)) return ok(`${program} ${version}`);
    const why = "a state in a bucket is locked by a file beside it, which older ones can't";
    return problem(`${program} ${version}, older than ${oldest}`, why, page);
  } catch (error) {
    return fromFailure(error, undefined, "the AWS side is deployed by it", page);
  }
}

/** A program that isn't there is a finding; a defect of ours isn't. */
function fromFailure(error: unknown, what: string | undefined, why: string, mend: string): Finding {
  if (!(error instanceof Failure)) throw error;
  return problem(what ?? error.message.replace(/\.$/, ""), why, mend);
}

function isAtLeast(version: string, oldest: string): boolean {
  const numbers = (text: string) => text.split(/[.-]/).slice(0, 3).map(Number);
  const [given, wanted] = [numbers(version), numbers(oldest)];
  const different = given.findIndex((number, index) => number !== wanted[index]);
  return different === -1 || (given[different] ?? 0) > (wanted[different] ?? 0);
}
