import type { StackConfig } from "../lib/config";
import { connectToAws } from "./aws";
import { checkAccessKey } from "./checks/access-key";
import type { Check, CheckContext, ClusterContext, Finding } from "./checks/check";
import { checkContext } from "./checks/context";
import { checkCustomResources } from "./checks/custom-resources";
import { checkIdentity } from "./checks/identity";
import { checkIngress } from "./checks/ingress";
import { checkModels } from "./checks/models";
import { checkNetworkPolicies } from "./checks/network-policies";
import { checkPeers } from "./checks/peers";
import { checkProxyKey } from "./checks/proxy-key";
import { checkRoom } from "./checks/room";
import { checkSecrets } from "./checks/secrets";
import { checkStateFolder } from "./checks/state-folder";
import { checkStorage } from "./checks/storage";
import { checkTools } from "./checks/tools";
import { Cluster } from "./cluster";
import { Failure } from "./failure";
import { interruption } from "./interruption";
import { parseManifests, renderManifests } from "./manifests";
import { type Report, showProgress } from "./progress";

const ofThisMachine: readonly Check<CheckContext>[] = [checkTools, checkStateFolder];

/** Without the first one there is nothing that the others could ask. */
const ofTheCluster: readonly Check<ClusterContext>[] = [
  checkContext,
  checkCustomResources,
  checkStorage,
  checkRoom,
  checkIngress,
  checkPeers,
  checkNetworkPolicies,
  checkSecrets,
  checkProxyKey,
];

/** Likewise. */
const ofAws: readonly Check<CheckContext>[] = [checkIdentity, checkModels, checkAccessKey];

export interface Examination {
  readonly part: "this machine" | "cluster" | "AWS";
  readonly findings: readonly Finding[];
}

/**
 * Looks at everything that a deployment needs, and changes nothing. A check that fails is a finding.
 * @param silent - whether progress is left out
 */
export async function examine(config: StackConfig, silent: boolean): Promise<readonly Examination[]> {
  const context = { config, aws: connectToAws(config) };
  const findings: Record<Examination["part"], readonly Finding[]> = { "this machine": [], cluster: [], AWS: [] };
  const row = (part: Examination["part"], look: () => Promise<readonly Finding[]>) => ({
    name: part,
    run: async (report: Report) => {
      findings[part] = await look();
      report(count(findings[part]));
    },
  });
  const rows = [
    row("this machine", () => runAll(ofThisMachine, context)),
    row("cluster", () => examineCluster(context)),
    row("AWS", () => runChain(ofAws, context)),
  ];
  await showProgress(rows, { together: true, silent });
  return rows.map(({ name }) => ({
    part: name as Examination["part"],
    findings: findings[name as Examination["part"]],
  }));
}

async function examineCluster(context: CheckContext): Promise<readonly Finding[]> {
  try {
    const cluster = await Cluster.current();
    const objects = parseManifests(await renderManifests());
    return await runChain(ofTheCluster, { ...context, cluster, objects });
  } catch (error) {
    return [fromFailure(error, "nothing of the cluster was checked")];
  }
}

/** The first one decides whether the others are asked. */
async function runChain<Context extends CheckContext>(
  [first, ...others]: readonly Check<Context>[],
  context: Context,
): Promise<readonly Finding[]> {
  if (first === undefined) return [];
  try {
    return [...(await first(context)), ...(await runAll(others, context))];
  } catch (error) {
    return [fromFailure(error, "nothing that needs it was checked")];
  }
}

async function runAll<Context extends CheckContext>(
  checks: readonly Check<Context>[],
  context: Context,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const check of checks) {
    findings.push(...(await check(context).catch((error: unknown) => [fromFailure(error, "it couldn't be checked")])));
  }
  return findings;
}

/** Interruptions and defects of ours are no finding. */
function fromFailure(error: unknown, why: string): Finding {
  if (!(error instanceof Failure) || interruption.aborted) throw error;
  return {
    level: "problem",
    what: error.message,
    why,
    mend: error.next ?? "read the message above, and run npm run doctor again",
  };
}

function count(findings: readonly Finding[]): string {
  const of = (level: Finding["level"]) => findings.filter((finding) => finding.level === level).length;
  return `${of("ok")} ok, ${counted(of("warning"), "warning")}, ${counted(of("problem"), "problem")}`;
}

function counted(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

/** For people: what each finding is, and of those that aren't right also why it matters and what mends it. */
export function describeExaminations(examinations: readonly Examination[]): readonly string[] {
  return examinations.flatMap(({ part, findings }) => ["", `${part}:`, ...findings.flatMap(describeFinding)]);
}

function describeFinding(finding: Finding): readonly string[] {
  const first = `  ${finding.level.padEnd(8)} ${finding.what}`;
  if (finding.level === "ok") return [first];
  const indent = " ".repeat(11);
  return [first, `${indent}why:  ${finding.why}`, `${indent}mend: ${finding.mend}`];
}

export function problemsOf(examinations: readonly Examination[]): readonly Finding[] {
  return examinations.flatMap(({ findings }) => findings.filter(({ level }) => level === "problem"));
}
