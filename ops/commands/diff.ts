import { Command } from "commander";
import { loadConfig, type StackConfig } from "../../lib/config";
import { Cluster } from "../cluster";
import { findOrphans, type ObjectChange, type Orphan, planCluster } from "../cluster-plan";
import { parseManifests, renderManifests, renderSecrets } from "../manifests";
import { jsonOption } from "../options";
import { type Result, say, tell } from "../result";
import { type PlannedChange, planAws } from "../terraform";

/** `diff`: what a deployment would change. */
export function diffCommand(): Command {
  return new Command("diff")
    .description("Show what deploy would change in AWS and in the cluster, and what it would remove. Changes nothing.")
    .addOption(jsonOption())
    .action(async ({ json }: { readonly json: boolean }) => {
      tell(resultOf(await compare(loadConfig()), json), json);
    });
}

interface Comparison {
  readonly where: string;
  readonly aws: { readonly isEmpty: boolean; readonly changes: readonly PlannedChange[]; readonly text: string };
  readonly cluster: { readonly changes: readonly ObjectChange[]; readonly text: string };
  /** Names alone: values are nobody's to see. None when AWS has to be deployed first. */
  readonly secrets: readonly ObjectChange[];
  readonly removed: readonly Orphan[];
}

async function compare(config: StackConfig): Promise<Comparison> {
  const where = await Cluster.current();
  const manifests = await renderManifests();
  const { discard, apply: _, ...aws } = await planAws(config);
  discard();
  const cluster = await planCluster(where, config, manifests);
  const secrets =
    config.secrets.kind === "terraform" && aws.isEmpty
      ? (await planCluster(where, config, await renderSecrets())).changes
      : [];
  const removed = await findOrphans(where, config, parseManifests(manifests));
  return { where: where.toString(), aws, cluster, secrets, removed };
}

function resultOf({ where, aws, cluster, secrets, removed }: Comparison, json: boolean): Result {
  if (!json && !aws.isEmpty) say(`AWS:\n${aws.text.trim()}\n`);
  if (!json && cluster.changes.length > 0) say(`Cluster ${where}:\n${cluster.text.trim()}\n`);
  const count = aws.changes.length + cluster.changes.length + secrets.length + removed.length;
  const isEmpty = count === 0 && aws.isEmpty;
  return {
    lines: [
      ...describeChanges(
        "AWS",
        aws.changes.map(({ address, action }) => `${action} ${address}`),
      ),
      ...describeChanges(`cluster ${where}`, [
        ...[...secrets, ...cluster.changes].map(({ object, action }) => `${action} ${object}`),
        ...removed.map(({ object }) => `remove ${object}`),
      ]),
    ],
    data: { aws: aws.changes, cluster: [...secrets, ...cluster.changes], removed: removed.map(({ object }) => object) },
    next: isEmpty ? "nothing: all is as it is described" : "npm run deploy",
  };
}

/** One line for each change, also of a deployment's plan. */
export function describeChanges(where: string, changes: readonly string[]): readonly string[] {
  if (changes.length === 0) return [`${where}: no change`];
  return [
    `${where}: ${changes.length} ${changes.length === 1 ? "change" : "changes"}`,
    ...changes.map((line) => `  ${line}`),
  ];
}
