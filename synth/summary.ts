import Table from "cli-table3";
import { describeAccessKeys, isDueForRotation, nextStep, otherSlot } from "../lib/access-keys";
import type { StackConfig } from "../lib/config";
import { deployCommands } from "../lib/deploy-commands";
import { questionCost } from "../lib/knowledge";
import { type ConfiguredModel, catalogue, invocationId } from "../lib/models";
import { components, ports } from "../lib/naming";
import { documentsOf } from "../lib/provisioning";
import { publicUrl } from "../lib/public-url";
import { indexingCost, passages, passagesCost, retrievalModel } from "../lib/retrieval";
import type { Rendered } from "./render";

/** What was rendered, what the models cost, how old the access key is, and what to do next. */
export function summarise(config: StackConfig, rendered: Rendered, now: Date = new Date()): string {
  const kubernetes = countByName(rendered.objectKinds);
  const aws = countByName(rendered.resourceTypes);
  return [
    "Rendered dist/ (Kubernetes) and cdktf.out/ (AWS):",
    table(["Kubernetes object", "count", "AWS resource", "count"], sideBySide(kubernetes, aws)),
    "",
    `Models, called from ${config.aws.region} (USD per million tokens):`,
    table(["alias", "Bedrock id", "in", "out", "when it fails"], config.models.map(modelRow)),
    ...config.models.flatMap(lifecycleWarning),
    ...documents(config),
    "",
    ...accessKey(config, now),
    ...spendGuard(config),
    ...whereTheChatIs(config),
    "Next:",
    ...deployCommands(config).map((step, index) => `  ${index + 1}. ${step}`),
  ].join("\n");
}

/** What each question to an assistant carries and why, what indexing costs, and which files nobody gets. */
function documents(config: StackConfig): readonly string[] {
  const { assistants = {}, knowledge, models, database } = config;
  const searchedBy = retrievalModel(config);
  const why = database.kind === "sqlite" ? "SQLite keeps no vectors" : "no model for embeddings is configured";
  return [
    ...Object.entries(assistants).flatMap(([id, { baseModel, knowledge: names }]) => {
      const model = models.find(({ alias }) => alias === baseModel);
      if (names.length === 0 || model === undefined) return [];
      const used = knowledge.filter((each) => names.includes(each.id));
      const cost = (searchedBy === undefined ? questionCost : passagesCost)(used, model);
      const count = cost.documents === 1 ? "1 document" : `${cost.documents} documents`;
      const how =
        searchedBy === undefined
          ? `${count} whole with each question (full context: ${why}): about`
          : `${passages.perQuestion} passages of ${count} with each question (retrieval by ${searchedBy.alias}): at most about`;
      return [`${id}: ${how} ${cost.tokens} tokens, ${cost.usd.toFixed(5)} USD.`];
    }),
    ...indexing(config),
    ...knowledge.flatMap(({ id, skipped }) =>
      skipped.map(({ path, why }) => `Warning: knowledge ${id}: ${path} ${why}; no assistant gets it.`),
    ),
  ];
}

function indexing(config: StackConfig): readonly string[] {
  const model = retrievalModel(config);
  if (model === undefined || config.knowledge.length === 0) return [];
  const { documents, tokens, usd } = indexingCost(documentsOf(config.knowledge), model.prices.input);
  const pushed = config.knowledge.filter(({ delivery }) => delivery === "push").map(({ id }) => id);
  return [
    `Documents are indexed once by ${model.alias}, and again when another model takes its place: all ${documents} about ${tokens} tokens, ${usd.toFixed(5)} USD.`,
    ...(pushed.length === 0 ? [] : [`After the deployment npm run push-knowledge brings ${pushed.join(", ")}.`]),
  ];
}

/** In a rotation the step that it waits for, otherwise whether it is time for one. */
function accessKey({ accessKeys, aws }: StackConfig, now: Date): readonly string[] {
  if (aws.credentials.kind === "web-identity") return [];
  const isRotating = accessKeys[otherSlot(accessKeys.inUse)] !== undefined;
  const next = isRotating || isDueForRotation(accessKeys, now);
  return [
    `Access key: ${describeAccessKeys(accessKeys, now)}.`,
    ...(next ? [`  npm run -s rotate-key -- --next ${nextStep(accessKeys, now).does}.`] : []),
  ];
}

function spendGuard({ aws }: StackConfig): readonly string[] {
  if (aws.spendGuard === undefined) return ["Spend guard: none; AWS itself stops nothing (docs/costs.md)."];
  return [`Spend guard: AWS denies every model at ${aws.spendGuard.monthlyUsd} USD a month.`];
}

function whereTheChatIs(config: StackConfig): readonly string[] {
  if (config.ingress.kind !== "none") return [`The chat will be at ${publicUrl(config)}.`];
  const forward = `kubectl -n ${config.namespace} port-forward service/${components.openWebUi} ${ports.openWebUi}:${ports.openWebUiService}`;
  return [`The chat will be at http://localhost:${ports.openWebUi} while this runs: ${forward}`];
}

function modelRow(model: ConfiguredModel): string[] {
  const { prices, fallbacks } = model;
  return [
    model.alias,
    invocationId(model),
    String(prices.input),
    String(prices.output),
    fallbacks.length === 0 ? "error" : fallbacks.join(", "),
  ];
}

function lifecycleWarning({ alias, modelId }: ConfiguredModel): string[] {
  const lifecycle = catalogue[modelId]?.lifecycle;
  if (lifecycle?.state !== "legacy") return [];
  return [
    `Warning: ${alias}: ${modelId} is a legacy model; requests fail from ${lifecycle.endOfLife} on. Move to ${lifecycle.successor}.`,
  ];
}

function countByName(names: readonly string[]): [string, string][] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, count]) => [name, String(count)]);
}

function sideBySide(left: readonly [string, string][], right: readonly [string, string][]): string[][] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, row) => [
    ...(left[row] ?? ["", ""]),
    ...(right[row] ?? ["", ""]),
  ]);
}

function table(head: string[], rows: string[][]): string {
  const output = new Table({ head, style: { head: [], border: [], compact: true } });
  output.push(...rows);
  return output.toString();
}
