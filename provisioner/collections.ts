import { Readable } from "node:stream";
import { partOf } from "../lib/naming";
import type { EmbeddingModel, ProvisionedCollection, ProvisionedDocument, Retrieval } from "../lib/provisioning";
import { indexingCost } from "../lib/retrieval";
import type { Attachment } from "./changes";
import { type DeclaredFile, declaredFile, isSameFile, type OurFile } from "./files";
import type { Collection, OpenWebUi } from "./open-webui";

/** How many documents are indexed at once. */
const concurrency = 4;

/** The last word of a collection's description, where people may see it: says that it is ours. */
function markOf(id: string): string {
  return `${partOf}/${id}`;
}

function isOurs({ description }: Collection, id: string): boolean {
  return description.endsWith(` ${markOf(id)}`);
}

export interface StoredCollections {
  readonly attachments: readonly Attachment[];
  /** Ours that nothing declares. */
  readonly obsolete: readonly Collection[];
  /** How many were made. */
  readonly created: number;
}

/** Makes the collections that aren't there. What isn't needed any more is only found: assistants may still have it. */
export async function storeCollections(
  openWebUi: Pick<OpenWebUi, "listCollections" | "createCollection">,
  declared: readonly ProvisionedCollection[],
  say: (line: string) => void,
): Promise<StoredCollections> {
  const there = await openWebUi.listCollections();
  const attachments: Attachment[] = [];
  let created = 0;
  for (const { id: knowledge } of declared) {
    let id = there.find((each) => isOurs(each, knowledge))?.id;
    if (id === undefined) {
      id = await openWebUi.createCollection(knowledge, `From the configuration, which keeps it: ${markOf(knowledge)}`);
      created += 1;
      say(`create ${knowledge}`);
    }
    attachments.push({ knowledge, item: { id, name: knowledge, type: "collection" } });
  }
  const used = new Set(attachments.map(({ item }) => item.id));
  const obsolete = there.filter(({ id, description }) => description.includes(` ${markOf("")}`) && !used.has(id));
  return { attachments, obsolete, created };
}

/** @throws when Open WebUI still indexes by another model: its pod is older than the declaration, and waits to be replaced */
export async function requireEmbeddingModel(
  openWebUi: Pick<OpenWebUi, "readEmbeddingModel">,
  { alias }: EmbeddingModel,
): Promise<void> {
  const running = await openWebUi.readEmbeddingModel();
  if (running === alias) return;
  throw new Error(
    `Open WebUI's pod indexes by ${running || "no model"}, and not by ${alias} yet: npm run deploy replaces it, or kubectl delete pod.`,
  );
}

export interface IndexOptions {
  readonly retrieval: Retrieval;
  /** Of all folders that are brought. */
  readonly attachments: readonly Attachment[];
  readonly documents: readonly ProvisionedDocument[];
  /** Files of ours that are this run's to look after. */
  readonly ours: readonly OurFile[];
}

/** What a run has to do. */
export interface IndexPlan {
  readonly uploads: readonly DeclaredFile[];
  /** Files that nothing declares, or that are indexed otherwise. */
  readonly removals: readonly OurFile[];
  /** Those of the uploads that are there, indexed by another model. */
  readonly again: readonly DeclaredFile[];
}

/** Of documents with one text in one folder the first is indexed: Open WebUI refuses the others. */
export function planIndex({ retrieval, attachments, documents, ours }: IndexOptions): IndexPlan {
  const { alias, modelId } = retrieval.model;
  const embedding_model = `${alias} (${modelId})`;
  const ids = new Map(attachments.map(({ knowledge, item }) => [knowledge, item.id]));
  const files = new Map<string, DeclaredFile>();
  for (const document of documents) {
    const file = declaredFile(document, { knowledge_id: ids.get(document.knowledge) ?? "", embedding_model });
    const text = `${file.knowledge} ${file.metadata.file_hash}`;
    if (!files.has(text)) files.set(text, file);
  }
  const declared = [...files.values()];
  const known = new Map(declared.map((file) => [file.document, file]));
  const kept = new Set<string>();
  const removals = ours.filter((file) => {
    const { document } = file;
    const wanted = known.get(document);
    if (wanted === undefined || kept.has(document) || !isSameFile(file, wanted)) return true;
    kept.add(document);
    return false;
  });
  const uploads = declared.filter(({ document }) => !kept.has(document));
  const byOthers = new Set(
    ours
      .filter(({ metadata }) => ![undefined, embedding_model].includes(metadata.embedding_model))
      .map(({ document }) => document),
  );
  return { uploads, removals, again: uploads.filter(({ document }) => byOthers.has(document)) };
}

/**
 * Carries a plan out. Removals come first: Open WebUI refuses a text twice in one collection.
 * @param onDocument - told of each document that is indexed
 */
export async function applyIndexPlan(
  openWebUi: Pick<OpenWebUi, "removeFile" | "uploadFile">,
  { uploads, removals }: IndexPlan,
  { say, onDocument }: { readonly say: (line: string) => void; readonly onDocument: (document: string) => void },
): Promise<void> {
  for (const { id, document } of removals) {
    await openWebUi.removeFile(id);
    say(`remove ${document}`);
  }
  await Readable.from(uploads).forEach(
    async ({ document, name, text, metadata }: DeclaredFile) => {
      await openWebUi.uploadFile(name, text, metadata);
      onDocument(document);
    },
    { concurrency },
  );
}

/** What indexing again costs, when a plan has it. */
export function describeAgain({ again }: IndexPlan, { alias, usdPerMillionTokens }: EmbeddingModel): readonly string[] {
  if (again.length === 0) return [];
  const { documents, tokens, usd } = indexingCost(again, usdPerMillionTokens);
  return [`index again by ${alias}: ${documents} documents, about ${tokens} tokens, ${usd.toFixed(5)} USD`];
}
