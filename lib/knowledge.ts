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

/** A folder of documents. */
export interface Knowledge {
  readonly id: string;
  readonly documents: readonly KnowledgeDocument[];
  readonly skipped: readonly SkippedFile[];
}

/** What the documents of an assistant add to each of its questions. */
export interface QuestionCost {
  readonly documents: number;
  /** About: 3.5 characters are a token, which is more than English prose has. */
  readonly tokens: number;
  /** By the model's price of input, without its prompt cache. */
  readonly usd: number;
}

const charactersPerToken = 3.5;

/** @param knowledge - all that the assistant has */
export function questionCost(
  knowledge: readonly Knowledge[],
  { prices }: Pick<ConfiguredModel, "prices">,
): QuestionCost {
  const documents = knowledge.flatMap((each) => each.documents);
  const characters = documents.reduce((sum, { text }) => sum + text.length, 0);
  const tokens = Math.ceil(characters / charactersPerToken);
  return { documents: documents.length, tokens, usd: (tokens * prices.input) / 1_000_000 };
}
