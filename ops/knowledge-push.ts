import type { StackConfig } from "../lib/config";
import { components, ports, secretKeys } from "../lib/naming";
import { documentsOf, type ProvisionedDocument, type Retrieval, signInOf } from "../lib/provisioning";
import { indexingCost } from "../lib/retrieval";
import {
  applyIndexPlan,
  describeAgain,
  type IndexPlan,
  planIndex,
  requireEmbeddingModel,
  storeCollections,
} from "../provisioner/collections";
import { listOurFiles } from "../provisioner/files";
import { OpenWebUi } from "../provisioner/open-webui";
import type { Cluster } from "./cluster";
import { Failure } from "./failure";
import { interruption } from "./interruption";
import { showProgress } from "./progress";
import { say } from "./result";
import { readSecretValue, secretNameOf } from "./secret-value";

/** What became of a folder. */
export interface PushedFolder {
  readonly id: string;
  readonly indexed: number;
  readonly removed: number;
  readonly unchanged: number;
}

export interface PushOptions {
  readonly retrieval: Retrieval;
  /** The folders that are pushed. */
  readonly knowledge: StackConfig["knowledge"];
}

/**
 * Brings folders into Open WebUI through a port-forward, as the provisioner's Job brings the others. What is there with
 * the same text isn't written again, so that a run that was cut off goes on where it was.
 * @throws Failure in Open WebUI's words
 */
export async function pushKnowledge(
  cluster: Cluster,
  config: StackConfig,
  options: PushOptions,
): Promise<readonly PushedFolder[]> {
  const { namespace, openWebUi } = config;
  const password =
    openWebUi.auth.kind === "accounts"
      ? await readSecretValue(cluster, namespace, secretNameOf(config, "openWebUi"), secretKeys.openWebUi.adminPassword)
      : undefined;
  return cluster.forward(namespace, `service/${components.openWebUi}`, ports.openWebUiService, (url) =>
    push(new OpenWebUi({ url, signIn: signInOf(openWebUi.auth), password }), options).catch((error: unknown) => {
      interruption.throwIfAborted();
      throw failureOf(error);
    }),
  );
}

function failureOf(error: unknown): Failure {
  const words = error instanceof Error ? error.message : String(error);
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : "";
  return new Failure(
    `The documents weren't all brought: ${words}${cause}`,
    "mend that, and run npm run push-knowledge again: it goes on where this one stopped",
  );
}

async function push(openWebUi: OpenWebUi, { retrieval, knowledge }: PushOptions): Promise<readonly PushedFolder[]> {
  await openWebUi.signIn();
  await requireEmbeddingModel(openWebUi, retrieval.model);
  const pushed = retrieval.collections.filter((each) => each.pushed);
  const { attachments } = await storeCollections(openWebUi, pushed, say);
  const files = await listOurFiles(openWebUi);
  const folders = knowledge.map((folder) => {
    const documents = documentsOf([folder]);
    const ours = files.filter((file) => file.knowledge === folder.id);
    return { id: folder.id, documents, plan: planIndex({ retrieval, attachments, documents, ours }) };
  });
  for (const { id, plan } of folders) for (const line of describePlan(id, plan, retrieval)) say(line);
  await showProgress(folders.map(({ id, plan }) => ({ name: id, run: (report) => carryOut(openWebUi, plan, report) })));
  return folders.map(({ id, documents, plan }) => resultOf(id, documents, plan));
}

function describePlan(id: string, plan: IndexPlan, { model }: Retrieval): readonly string[] {
  const { documents, tokens, usd } = indexingCost(plan.uploads, model.usdPerMillionTokens);
  if (documents === 0) return [];
  return [
    ...describeAgain(plan, model).map((line) => `${id}: ${line}`),
    `${id}: ${documents} documents to index by ${model.alias}, about ${tokens} tokens, ${usd.toFixed(5)} USD.`,
  ];
}

/** A bar of so many characters, one of which is a step of what is reported. */
const barLength = 25;

async function carryOut(openWebUi: OpenWebUi, plan: IndexPlan, report: (state: string) => void): Promise<void> {
  const all = plan.uploads.length;
  let done = 0;
  let shown = -1;
  const show = () => {
    const filled = all === 0 ? barLength : Math.floor((done / all) * barLength);
    if (filled === shown) return;
    shown = filled;
    report(`${"█".repeat(filled)}${"░".repeat(barLength - filled)} ${done} of ${all} documents`);
  };
  show();
  await applyIndexPlan(openWebUi, plan, {
    say: () => undefined,
    onDocument: () => {
      interruption.throwIfAborted();
      done += 1;
      show();
    },
  });
}

function resultOf(id: string, documents: readonly ProvisionedDocument[], plan: IndexPlan): PushedFolder {
  const indexed = plan.uploads.length;
  return { id, indexed, removed: plan.removals.length, unchanged: documents.length - indexed };
}
