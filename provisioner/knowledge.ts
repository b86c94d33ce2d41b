import type { Provisioning, Retrieval } from "../lib/provisioning";
import type { Attachment } from "./changes";
import { applyIndexPlan, describeAgain, planIndex, requireEmbeddingModel, storeCollections } from "./collections";
import { storeDocuments } from "./documents";
import { listOurFiles, type OurFile } from "./files";
import type { Collection, OpenWebUi } from "./open-webui";

/** Declared documents, as they are in Open WebUI. */
export interface StoredKnowledge {
  readonly attachments: readonly Attachment[];
  /** To be removed once no assistant has them. */
  readonly obsoleteFiles: readonly OurFile[];
  readonly obsoleteCollections: readonly Collection[];
  /** How much was written. */
  readonly writes: number;
}

type Declared = Pick<Provisioning, "documents" | "retrieval">;

/** Brings the documents, whole or to be searched. */
export async function storeKnowledge(
  openWebUi: OpenWebUi,
  { documents, retrieval }: Declared,
  say: (line: string) => void,
): Promise<StoredKnowledge> {
  if (retrieval !== null && retrieval.collections.length > 0)
    return indexKnowledge(openWebUi, { documents, retrieval }, say);
  const collections = await storeCollections(openWebUi, [], say);
  const { attachments, obsolete, uploads } = await storeDocuments(openWebUi, documents, say);
  return { attachments, obsoleteFiles: obsolete, obsoleteCollections: collections.obsolete, writes: uploads };
}

async function indexKnowledge(
  openWebUi: OpenWebUi,
  { documents, retrieval }: Declared & { readonly retrieval: Retrieval },
  say: (line: string) => void,
): Promise<StoredKnowledge> {
  await requireEmbeddingModel(openWebUi, retrieval.model);
  const { attachments, obsolete, created } = await storeCollections(openWebUi, retrieval.collections, say);
  const pushed = new Set(retrieval.collections.filter((each) => each.pushed).map(({ id }) => id));
  const ours = (await listOurFiles(openWebUi)).filter(({ knowledge }) => !pushed.has(knowledge));
  const indexed = ours.filter(({ metadata }) => metadata.knowledge_id !== undefined);
  const plan = planIndex({ retrieval, attachments, documents, ours: indexed });
  for (const line of describeAgain(plan, retrieval.model)) say(line);
  await applyIndexPlan(openWebUi, plan, { say, onDocument: (document) => say(`index ${document}`) });
  return {
    attachments,
    obsoleteFiles: ours.filter(({ metadata }) => metadata.knowledge_id === undefined),
    obsoleteCollections: obsolete,
    writes: created + plan.removals.length + plan.uploads.length,
  };
}
