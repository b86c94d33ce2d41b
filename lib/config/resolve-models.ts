import { type ConfiguredModel, catalogue, endedModels, type ModelDefinition, type Profile, profiles } from "../models";
import { didYouMean, formatPath, type Problem, show } from "./problems";
import type { ModelConfig } from "./schema";

export interface ResolveModelsOptions {
  readonly models: Readonly<Record<string, ModelConfig>>;
  /** All aliases of the configuration, also those whose settings can't be read. */
  readonly aliases: readonly string[];
  /** The source Region; `undefined` when the configuration gives none that can be read: then it isn't checked. */
  readonly region: string | undefined;
}

/** Looks every alias up in the catalogue. A model with a problem is left out of the answer's `models`. */
export function resolveModels(options: ResolveModelsOptions): { models: ConfiguredModel[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const models = Object.entries(options.models).flatMap(([alias, given]) => {
    const path = ["models", alias];
    const found = findDefinition(given);
    if (typeof found === "string") {
      problems.push({ path: formatPath([...path, "model"]), message: found });
      return [];
    }
    const resolved = chooseOffer(given, found, options.region);
    if (typeof resolved === "string") {
      const setting = given.profile === undefined ? "model" : "profile";
      problems.push({ path: formatPath([...path, setting]), message: resolved });
      return [];
    }
    return [
      {
        alias,
        modelId: given.model,
        definition: found,
        fallbacks: given.fallbacks,
        rateLimit: given.rateLimit,
        systemPrompt: given.systemPrompt,
        ...resolved,
      },
    ];
  });
  return { models, problems: [...problems, ...checkFallbacks(options, models)] };
}

/** The definition, or what is wrong with the model id. */
function findDefinition({ model, definition }: ModelConfig): ModelDefinition | string {
  const ended = own(endedModels, model);
  if (ended !== undefined) {
    return `${show(model)} reached its end of life on ${ended.endOfLife}: requests to it fail. Use its successor "${ended.successor}".`;
  }
  const known = own(catalogue, model);
  if (known !== undefined) {
    return definition === undefined
      ? known
      : `${show(model)} is in the catalogue (lib/models.ts); remove "definition".`;
  }
  const prefix = profilePrefixes.find((profile) => model.startsWith(`${profile}.`));
  if (prefix !== undefined) return withoutPrefix(model, prefix);
  if (definition !== undefined) return definition;
  const ids = Object.keys(catalogue);
  return `got ${show(model)}, which is not in the catalogue.${didYouMean(model, ids)} Allowed: ${ids.join(", ")}; or give its "definition".`;
}

/** All that AWS puts before a model's id, also where this program has no such profile. */
const profilePrefixes = ["us", "global", "in-region", "eu", "apac", "jp", "au", "ca", "us-gov"] as const;

function withoutPrefix(model: string, prefix: string): string {
  const known = profiles.find((profile) => profile === prefix);
  const id = model.slice(prefix.length + 1);
  return known === undefined
    ? `got ${show(model)}: there is no profile "${prefix}" here; allowed: the id without it, with profile ${profiles.map((profile) => `"${profile}"`).join(", ")}.`
    : `got ${show(model)}; give the id without the profile: model: "${id}", profile: "${known}".`;
}

/** An entry of a table; a name such as `constructor` is none. */
function own<Value>(table: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function chooseOffer(given: ModelConfig, definition: ModelDefinition, region: string | undefined) {
  const offered = profiles.filter((profile) => definition.offers[profile] !== undefined);
  const profile: Profile | undefined = given.profile ?? offered[0];
  const offer = profile === undefined ? undefined : definition.offers[profile];
  if (profile === undefined || offer === undefined) {
    return `got ${show(given.profile)}; allowed for ${show(given.model)}: ${offered.map((name) => `"${name}"`).join(", ")}.`;
  }
  if (region === undefined) return { profile, region: "", destinations: [], prices: offer.prices };
  const destinations = offer.routes[region];
  if (destinations === undefined) {
    const elsewhere = offered.filter((name) => definition.offers[name]?.routes[region] !== undefined);
    const hint =
      elsewhere.length === 0 ? "" : ` In ${region} it has: ${elsewhere.map((name) => `profile "${name}"`).join(", ")}.`;
    return `${show(given.model)} with profile "${profile}" can't be called from aws.region ${show(region)}; allowed Regions: ${Object.keys(offer.routes).join(", ")}.${hint}`;
  }
  return { profile, region, destinations, prices: offer.prices };
}

function checkFallbacks(options: ResolveModelsOptions, models: readonly ConfiguredModel[]): Problem[] {
  const byAlias = new Map(models.map((model) => [model.alias, model]));
  return Object.keys(options.models).flatMap((alias) => [
    ...checkCircle(alias, options),
    ...checkEachFallback(alias, options, byAlias),
    ...checkFallbackPrices(alias, options, byAlias),
  ]);
}

function checkCircle(alias: string, { models }: ResolveModelsOptions): Problem[] {
  const circle = findCircle(alias, models);
  if (circle === undefined) return [];
  const path = formatPath(["models", alias, "fallbacks"]);
  return [{ path, message: `go in a circle: ${circle.map(plain).join(" → ")}. Remove one of them.` }];
}

type ModelsByAlias = ReadonlyMap<string, ConfiguredModel>;

/** Whether there is such an alias, for a model of the same kind. */
function checkEachFallback(
  alias: string,
  { models, aliases }: ResolveModelsOptions,
  byAlias: ModelsByAlias,
): Problem[] {
  return (models[alias]?.fallbacks ?? []).flatMap((fallback, index) => {
    const path = formatPath(["models", alias, "fallbacks", index]);
    if (!aliases.includes(fallback)) {
      const message = `got ${show(fallback)}, which is no alias of this configuration.${didYouMean(fallback, aliases)} Allowed: ${aliases.map(plain).join(", ")}.`;
      return [{ path, message }];
    }
    const kinds = [byAlias.get(fallback)?.definition.kind, byAlias.get(alias)?.definition.kind];
    if (kinds.includes(undefined) || kinds[0] === kinds[1]) return [];
    const message = `${show(fallback)} is a model for ${kinds[0]}, ${show(alias)} one for ${kinds[1]}; allowed: the same kind.`;
    return [{ path, message }];
  });
}

/** LiteLLM also follows the fallbacks of a fallback: none of them may cost more without a reason. */
function checkFallbackPrices(alias: string, { models }: ResolveModelsOptions, byAlias: ModelsByAlias): Problem[] {
  const from = byAlias.get(alias);
  if (from === undefined || models[alias]?.dearerFallbacks !== undefined) return [];
  return (models[alias]?.fallbacks ?? []).flatMap((fallback, index) => {
    const dearer = reachable(fallback, models)
      .map((way) => ({ way, to: byAlias.get(way.at(-1) ?? "") }))
      .find(({ to }) => to !== undefined && to !== from && isDearer(to, from));
    if (dearer?.to === undefined) return [];
    const { to, way } = dearer;
    const through = way.length === 1 ? "" : `, where ${show(fallback)} leads (${way.map(plain).join(" → ")}),`;
    const cost = ({ prices }: ConfiguredModel) => `${prices.input}/${prices.output}`;
    return [
      {
        path: formatPath(["models", alias, "fallbacks", index]),
        message: `${show(to.alias)}${through} costs more than ${show(alias)} (${cost(to)} against ${cost(from)} USD per million tokens in/out). Choose a cheaper one, or accept it: dearerFallbacks: { reason: "..." }.`,
      },
    ];
  });
}

function isDearer(model: ConfiguredModel, than: ConfiguredModel): boolean {
  return model.prices.input > than.prices.input || model.prices.output > than.prices.output;
}

/** The ways that begin at an alias and follow fallbacks, each alias once. */
function reachable(start: string, models: Readonly<Record<string, ModelConfig>>): string[][] {
  const ways = [[start]];
  const seen = new Set([start]);
  // The list grows while it is walked.
  for (const way of ways) {
    for (const next of models[way.at(-1) ?? ""]?.fallbacks ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      ways.push([...way, next]);
    }
  }
  return ways;
}

/** An alias as a message may show it. */
function plain(alias: string): string {
  return formatPath([alias]);
}

/** The way from an alias back to itself through later ones: a circle is told at its alphabetically first alias. */
function findCircle(start: string, models: Readonly<Record<string, ModelConfig>>): string[] | undefined {
  const seen = new Set<string>();
  const walk = (alias: string, way: readonly string[]): string[] | undefined => {
    for (const next of models[alias]?.fallbacks ?? []) {
      if (next === start) return [...way, next];
      if (next < start || seen.has(next)) continue;
      seen.add(next);
      const found = walk(next, [...way, next]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return walk(start, [start]);
}
