import type { ConfiguredModel } from "./models";

/** A document, as it stands in a folder of the configuration. */
export interface KnowledgeDocument {
  /** Relative to its folder, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** A file that no assistant gets. */
export interface SkippedFile {
  readonly path: string;
  /** Completes "it": such as `is empty`. */
  readonly why: string;
}

/**
 * How documents reach Open WebUI: inside the manifests, by the Job that brings assistants, or pushed by a command, which
 * has no limit of size.
 */
export const deliveries = ["job", "push"] as const;

/** A folder of documents. */
export interface Knowledge {
  readonly id: string;
  readonly delivery: (typeof deliveries)[number];
  readonly documents: readonly KnowledgeDocument[];
  readonly skipped: readonly SkippedFile[];
}

/** What the documents of an assistant add to each of its questions. */
export interface QuestionCost {
  readonly documents: number;
  /** About. */
  readonly tokens: number;
  /** By the model's price of input, without its prompt cache. */
  readonly usd: number;
}

/** A token of English prose has more: what is estimated is rather too much. */
const charactersPerToken = 3.5;

export function estimateTokens(documents: readonly { readonly text: string }[]): number {
  const characters = documents.reduce((sum, { text }) => sum + text.length, 0);
  return Math.ceil(characters / charactersPerToken);
}

/** @param knowledge - all that the assistant has */
export function questionCost(
  knowledge: readonly Knowledge[],
  { prices }: Pick<ConfiguredModel, "prices">,
): QuestionCost {
  const documents = knowledge.flatMap((each) => each.documents);
  const tokens = estimateTokens(documents);
  return { documents: documents.length, tokens, usd: (tokens * prices.input) / 1_000_000 };
}
