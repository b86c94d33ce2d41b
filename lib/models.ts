/**
 * The model catalogue: everything that the stack knows about a Bedrock model, once.
 *
 * LiteLLM's model list, the IAM policy, prices and the summary of a synthesis derive from it.
 *
 * Sources: Amazon Bedrock User Guide, "Supported Regions and models for inference profiles" and "Model
 * lifecycle"; "Amazon Bedrock pricing" (us-east-1, on demand), as of 2026-11-23.
 */

/**
 * How a model is reached: through a geographic profile (`us`), through the `global` one, or in the source Region
 * alone (`in-region`, by the bare model id).
 */
export const profiles = ["us", "global", "in-region"] as const;
export type Profile = (typeof profiles)[number];

/** USD per million tokens. */
export interface TokenPrices {
  readonly input: number;
  /** 0 for embeddings, which answer no tokens. */
  readonly output: number;
  readonly cacheWrite?: number | undefined;
  readonly cacheRead?: number | undefined;
}

/** A model under one profile. */
export interface Offer {
  readonly prices: TokenPrices;
  /**
   * Source Region → destination Regions, the source among them where the profile uses it. `global` routes to every
   * commercial Region and `in-region` to none, so both have an empty list.
   */
  readonly routes: Readonly<Record<string, readonly string[]>>;
}

export interface ModelDefinition {
  readonly kind: "chat" | "embedding";
  readonly input: readonly ("text" | "image")[];
  /** Under which profiles the model is offered; the default is the first of `us`, `global`, `in-region`. */
  readonly offers: Readonly<Partial<Record<Profile, Offer | undefined>>>;
  /** Request parameters that the model refuses and LiteLLM's `drop_params` doesn't know of. */
  readonly refusedParams?: readonly string[] | undefined;
  /** AWS Marketplace product id, of models that AWS sells through the Marketplace (Anthropic's). */
  readonly marketplaceProduct?: string | undefined;
}

/** A catalogued model in use. `legacy` still answers; `endOfLife` and `successor` say until when and what then. */
export interface CatalogueModel extends ModelDefinition {
  readonly lifecycle:
    | { readonly state: "active" }
    | {
        readonly state: "legacy";
        /** ISO date from which requests fail. */
        readonly endOfLife: string;
        readonly successor: string;
      };
}

/** A model whose requests fail: kept so that a configuration which names it is answered with what to use instead. */
export interface EndedModel {
  /** ISO date since which requests fail. */
  readonly endOfLife: string;
  readonly successor: string;
}

const usRegions = ["us-east-1", "us-east-2", "us-west-2"] as const;
const globalSources = [...usRegions, "eu-west-1", "ap-northeast-1"] as const;

/** Claude Sonnet and Haiku from 4.5 on refuse `temperature` together with `top_p`; Open WebUI may send both. */
const claudeRefuses = ["top_p"] as const;

/** All models of a family so far route from each US Region to all three; a model that differs lists its own routes. */
function throughUs(prices: TokenPrices): Offer {
  return { prices, routes: Object.fromEntries(usRegions.map((source) => [source, usRegions])) };
}

function throughGlobal(prices: TokenPrices): Offer {
  return { prices, routes: Object.fromEntries(globalSources.map((source) => [source, []])) };
}

function inRegion(prices: TokenPrices, regions: readonly string[]): Offer {
  return { prices, routes: Object.fromEntries(regions.map((region) => [region, []])) };
}

export const catalogue: Readonly<Record<string, CatalogueModel>> = {
  "anthropic.claude-sonnet-4-5-20250929-v1:0": {
    kind: "chat",
    input: ["text", "image"],
    offers: {
      us: throughUs({ input: 3.3, output: 16.5, cacheWrite: 4.125, cacheRead: 0.33 }),
      global: throughGlobal({ input: 3, output: 15, cacheWrite: 3.75, cacheRead: 0.3 }),
    },
    refusedParams: claudeRefuses,
    marketplaceProduct: "prod-mxcfnwvpd6kb4",
    lifecycle: { state: "legacy", endOfLife: "2027-04-08", successor: "anthropic.claude-sonnet-4-6" },
  },
  "anthropic.claude-sonnet-4-6": {
    kind: "chat",
    input: ["text", "image"],
    offers: {
      us: throughUs({ input: 3.3, output: 16.5, cacheWrite: 4.125, cacheRead: 0.33 }),
      global: throughGlobal({ input: 3, output: 15, cacheWrite: 3.75, cacheRead: 0.3 }),
    },
    refusedParams: claudeRefuses,
    marketplaceProduct: "prod-ffvjxvh4ltq64",
    lifecycle: { state: "active" },
  },
  "anthropic.claude-sonnet-5": {
    kind: "chat",
    input: ["text", "image"],
    offers: {
      us: throughUs({ input: 2.2, output: 11, cacheWrite: 2.75, cacheRead: 0.22 }),
      global: throughGlobal({ input: 2, output: 10, cacheWrite: 2.5, cacheRead: 0.2 }),
    },
    refusedParams: claudeRefuses,
    marketplaceProduct: "prod-4ezhkeia6k2cs",
    lifecycle: { state: "active" },
  },
  "anthropic.claude-haiku-4-5-20251001-v1:0": {
    kind: "chat",
    input: ["text", "image"],
    offers: {
      us: throughUs({ input: 1.1, output: 5.5, cacheWrite: 1.375, cacheRead: 0.11 }),
      global: throughGlobal({ input: 1, output: 5, cacheWrite: 1.25, cacheRead: 0.1 }),
    },
    refusedParams: claudeRefuses,
    marketplaceProduct: "prod-xdkflymybwmvi",
    lifecycle: { state: "active" },
  },
  // The price is that of prompts up to 100,000 tokens.
  "anthropic.claude-haiku-5-5": {
    kind: "chat",
    input: ["text", "image"],
    offers: {
      us: throughUs({ input: 0.11, output: 0.55 }),
      global: throughGlobal({ input: 0.1, output: 0.5 }),
    },
    refusedParams: claudeRefuses,
    marketplaceProduct: "prod-6cyn7tgqazjhu",
    lifecycle: { state: "active" },
  },
  "anthropic.claude-opus-5": {
    kind: "chat",
    input: ["text", "image"],
    offers: {
      us: throughUs({ input: 5.5, output: 27.5, cacheWrite: 6.875, cacheRead: 0.55 }),
      global: throughGlobal({ input: 5, output: 25, cacheWrite: 6.25, cacheRead: 0.5 }),
    },
    refusedParams: claudeRefuses,
    marketplaceProduct: "prod-if5d653ow7ehg",
    lifecycle: { state: "active" },
  },
  "amazon.nova-micro-v1:0": {
    kind: "chat",
    input: ["text"],
    offers: {
      us: throughUs({ input: 0.035, output: 0.14, cacheRead: 0.00875 }),
      "in-region": inRegion({ input: 0.035, output: 0.14, cacheRead: 0.00875 }, ["us-east-1"]),
    },
    lifecycle: { state: "active" },
  },
  "amazon.nova-lite-v1:0": {
    kind: "chat",
    input: ["text", "image"],
    offers: {
      us: throughUs({ input: 0.06, output: 0.24, cacheRead: 0.015 }),
      "in-region": inRegion({ input: 0.06, output: 0.24, cacheRead: 0.015 }, ["us-east-1"]),
    },
    lifecycle: { state: "active" },
  },
  "amazon.nova-2-lite-v1:0": {
    kind: "chat",
    input: ["text", "image"],
    offers: { us: throughUs({ input: 0.33, output: 2.75, cacheRead: 0.0825 }) },
    lifecycle: { state: "active" },
  },
  "amazon.nova-pro-v1:0": {
    kind: "chat",
    input: ["text", "image"],
    offers: { us: throughUs({ input: 0.8, output: 3.2, cacheRead: 0.2 }) },
    lifecycle: { state: "active" },
  },
  "amazon.titan-embed-text-v2:0": {
    kind: "embedding",
    input: ["text"],
    offers: { "in-region": inRegion({ input: 0.02, output: 0 }, usRegions) },
    lifecycle: { state: "active" },
  },
};

export const endedModels: Readonly<Record<string, EndedModel>> = {
  "anthropic.claude-sonnet-4-20250514-v1:0": {
    endOfLife: "2026-10-14",
    successor: "anthropic.claude-sonnet-4-6",
  },
  "anthropic.claude-3-5-haiku-20241022-v1:0": {
    endOfLife: "2026-06-19",
    successor: "anthropic.claude-haiku-4-5-20251001-v1:0",
  },
};

/** A model as one alias of the configuration uses it. */
export interface ConfiguredModel {
  /** The name that people pick in the chat, and LiteLLM's `model_name`. */
  readonly alias: string;
  /** Bedrock's id without a profile prefix, such as `amazon.nova-lite-v1:0`. */
  readonly modelId: string;
  readonly profile: Profile;
  /** The source Region: where requests are sent. */
  readonly region: string;
  /** Regions that the profile may route to; empty for `global` (every commercial Region) and `in-region`. */
  readonly destinations: readonly string[];
  readonly prices: TokenPrices;
  readonly definition: ModelDefinition;
  /** Aliases to try, in order, when this one fails. */
  readonly fallbacks: readonly string[];
  readonly rateLimit?: RateLimit | undefined;
  /** Stands before every chat with this model. */
  readonly systemPrompt?: string | undefined;
}

export interface RateLimit {
  readonly requestsPerMinute?: number | undefined;
  readonly tokensPerMinute?: number | undefined;
}

/** The id that a request names: the profile's, or the model's own for `in-region`. */
export function invocationId(model: Pick<ConfiguredModel, "modelId" | "profile">): string {
  return model.profile === "in-region" ? model.modelId : `${model.profile}.${model.modelId}`;
}

/** What one million tokens cost when input and output are alike: the measure by which models are ranked. */
export function rankingPrice(prices: TokenPrices): number {
  return prices.input + prices.output;
}

/**
 * The chat model with the lowest price; of several the first configured.
 * @throws when no chat model is configured, which the configuration's schema refuses.
 */
export function cheapestChatModel(models: readonly ConfiguredModel[]): ConfiguredModel {
  const [first, ...others] = models.filter((model) => model.definition.kind === "chat");
  if (first === undefined)
    throw new Error("models: no chat model is configured; add one such as amazon.nova-lite-v1:0");
  return others.reduce((best, model) => (rankingPrice(model.prices) < rankingPrice(best.prices) ? model : best), first);
}
