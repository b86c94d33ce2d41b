import type { StackConfig } from "./config/parse";
import { estimateTokens, type Knowledge } from "./knowledge";
import type { ConfiguredModel } from "./models";

/** How Open WebUI cuts documents up and how many pieces a question gets. The pod's settings and all estimates are these. */
export const passages = {
  /** Characters; a longer section of a document is cut. */
  size: 1000,
  /** Characters that two passages of one section share. */
  overlap: 100,
  /** Characters; shorter sections are joined, up to the size. */
  minSize: 500,
  perQuestion: 5,
} as const;

/** Open WebUI embeds a document once by itself and once for its collection. */
const embeddingsPerDocument = 2;

/** Of a configuration, what says whether documents are searched. */
export type RetrievalChoice = Pick<StackConfig, "models"> & {
  readonly database: Pick<StackConfig["database"], "kind">;
};

/**
 * The model by which documents are searched: the first for embeddings, where the database can keep vectors.
 * @returns undefined when documents travel whole
 */
export function retrievalModel({ database, models }: RetrievalChoice): ConfiguredModel | undefined {
  return database.kind === "sqlite" ? undefined : models.find(({ definition }) => definition.kind === "embedding");
}

/** What documents cost by retrieval. */
export interface RetrievalCost {
  readonly documents: number;
  /** About. */
  readonly tokens: number;
  readonly usd: number;
}

/**
 * What it costs to index documents, once.
 * @param usdPerMillionTokens - the embedding model's price
 */
export function indexingCost(
  documents: readonly { readonly text: string }[],
  usdPerMillionTokens: number,
): RetrievalCost {
  const repeated = passages.size / (passages.size - passages.overlap);
  const tokens = Math.ceil(estimateTokens(documents) * repeated * embeddingsPerDocument);
  return { documents: documents.length, tokens, usd: (tokens * usdPerMillionTokens) / 1_000_000 };
}

/** What passages add to a question at most. */
export function passagesCost(
  knowledge: readonly Knowledge[],
  { prices }: Pick<ConfiguredModel, "prices">,
): RetrievalCost {
  const documents = knowledge.flatMap((each) => each.documents);
  const most = estimateTokens([{ text: " ".repeat(passages.size * passages.perQuestion) }]);
  const tokens = Math.min(estimateTokens(documents), most);
  return { documents: documents.length, tokens, usd: (tokens * prices.input) / 1_000_000 };
}
