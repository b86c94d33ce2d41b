import { createHash } from "node:crypto";
import type { Passage } from "./prompt";

/** Source: Amazon Bedrock API Reference, "TokenUsage". */
export interface TokenUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
  readonly cacheReadInputTokens?: number;
  readonly cacheWriteInputTokens?: number;
}

const charactersPerToken = 4;

/** No model's tokens, but the same for the same text: four characters each. */
export function countTokens(characters: number): number {
  return Math.ceil(characters / charactersPerToken);
}

/** The beginning of a text that has so many tokens. */
export function cutToTokens(text: string, tokens: number): string {
  return cutTo(text, tokens * charactersPerToken);
}

/** The beginning of a text; no half of a character, which is no Unicode and breaks who reads it. */
export function cutTo(text: string, length: number): string {
  return text.slice(0, length).replace(/[\uD800-\uDBFF]$/, "");
}

/**
 * Remembers prompts up to their cache points, per model. What was seen before is read, the rest up to the last cache
 * point is written; neither counts as input. No minimum length and no expiry. Of more than 1,000 prefixes the oldest
 * are forgotten.
 * Source: Amazon Bedrock User Guide, "Prompt caching for faster model inference".
 */
export class PromptCache {
  private readonly prefixes = new Set<string>();

  measure(modelId: string, passages: readonly Passage[], outputTokens: number): TokenUsage {
    const prefix = createHash("sha256").update(modelId);
    let characters = 0;
    let cached = 0;
    let read = 0;
    for (const passage of passages) {
      prefix.update("\0").update(passage.content);
      characters += passage.characters;
      if (!passage.isCachePoint) continue;
      cached = countTokens(characters);
      if (this.remember(prefix.copy().digest("base64"))) read = cached;
    }
    const inputTokens = Math.max(1, countTokens(characters)) - cached;
    const totalTokens = inputTokens + outputTokens + cached;
    const usage = { inputTokens, outputTokens, totalTokens };
    if (!passages.some(({ isCachePoint }) => isCachePoint)) return usage;
    return { ...usage, cacheReadInputTokens: read, cacheWriteInputTokens: cached - read };
  }

  clear(): void {
    this.prefixes.clear();
  }

  /** @returns whether it was known */
  private remember(prefix: string): boolean {
    if (this.prefixes.has(prefix)) return true;
    this.prefixes.add(prefix);
    const [oldest] = this.prefixes;
    if (this.prefixes.size > 1000 && oldest !== undefined) this.prefixes.delete(oldest);
    return false;
  }
}
