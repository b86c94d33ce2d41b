import { type ConfiguredModel, catalogue, endedModels, type ModelDefinition, type Profile, profiles } from "../models";
import { didYouMean, type Problem, show } from "./problems";
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
    const path = `models.${alias}`;
    const found = findDefinition(given);
    if (typeof found === "string") {
      problems.push({ path: `${path}.model`, message: found });
      return [];
    }
    const resolved = chooseOffer(given, found, options.region);
    if (typeof resolved === "string") {
      problems.push({ path: `${path}.${given.profile === undefined ? "model" : "profile"}`, message: resolved });
      return [];
    }
    return [
      {
        alias,
        modelId: given.model,
        definition: found,
        fallbacks: given.fallbacks,
        rateLimit: given.rateLimit,
        ...resolved,
      },
    ];
  });
  return { models, problems: [...problems, ...checkFallbacks(options, models)] };
}

/** The definition, or what is wrong with the model id. */
function findDefinition({ model, definition }: ModelConfig): ModelDefinition | string {
  const ended = endedModels[model];
  if (ended !== undefined) {
    return `${show(model)} reached its end of life on ${ended.endOfLife}: requests to it fail. Use its successor "${ended.successor}".`;
  }
  const known = catalogue[model];
  if (known !== undefined) {
    return definition === undefined
      ? known
      : `${show(model)} is in the catalogue (lib/models.ts); remove "definition".`;
  }
  if (definition !== undefined) return definition;
  const prefix = profiles.find((profile) => model.startsWith(`${profile}.`));
  if (prefix !== undefined) {
    return `got ${show(model)}; give the id without the profile: model: "${model.slice(prefix.length + 1)}", profile: "${prefix}".`;
  }
  const ids = Object.keys(catalogue);
  return `got ${show(model)}, which is not in the catalogue.${didYouMean(model, ids)} Allowed: ${ids.join(", ")}; or give its "definition".`;
}

function chooseOffer(given: ModelConfig, definition: ModelDefinition, region: string | undefined) {
  const offered = profiles.filter((profile) => definition.offers[profile] !== undefined);
  const profile: Profile | undefined = given.profile ?? offered[0];
  const offer = profile === undefined ? undefined : definition.offers[profile];
  if (profile === undefined || offer === undefined) {
    return `got ${show(given.profile)}; allowed for ${given.model}: ${offered.map((name) => `"${name}"`).join(", ")}.`;
  }
  if (region === undefined) return { profile, region: "", destinations: [], prices: offer.prices };
  const destinations = offer.routes[region];
  if (destinations === undefined) {
    const elsewhere = offered.filter((name) => definition.offers[name]?.routes[region] !== undefined);
    const hint =
      elsewhere.length === 0 ? "" : ` In ${region} it has: ${elsewhere.map((name) => `profile "${name}"`).join(", ")}.`;
    return `${given.model} with profile "${profile}" can't be called from aws.region ${show(region)}; allowed Regions: ${Object.keys(offer.routes).join(", ")}.${hint}`;
  }
  return { profile, region, destinations, prices: offer.prices };
}

function checkFallbacks(
  { models: given, aliases }: ResolveModelsOptions,
  models: readonly ConfiguredModel[],
): Problem[] {
  const byAlias = new Map(models.map((model) => [model.alias, model]));
  return Object.entries(given).flatMap(([alias, { fallbacks, dearerFallbacks }]) => {
    const circle = findCircle(alias, given);
    const circular =
      circle === undefined
        ? []
        : [
            {
              path: `models.${alias}.fallbacks`,
              message: `go in a circle: ${circle.join(" → ")}. Remove one of them.`,
            },
          ];
    const single = fallbacks.flatMap((fallback, index) => {
      const path = `models.${alias}.fallbacks[${index}]`;
      if (!aliases.includes(fallback)) {
        return [
          {
            path,
            message: `got ${show(fallback)}, which is no alias of this configuration.${didYouMean(fallback, aliases)} Allowed: ${aliases.join(", ")}.`,
          },
        ];
      }
      const from = byAlias.get(alias);
      const to = byAlias.get(fallback);
      if (from === undefined || to === undefined) return [];
      if (from.definition.kind !== to.definition.kind) {
        return [
          {
            path,
            message: `${show(fallback)} is a model for ${to.definition.kind}, ${show(alias)} one for ${from.definition.kind}; allowed: the same kind.`,
          },
        ];
      }
      const dearer = to.prices.input > from.prices.input || to.prices.output > from.prices.output;
      if (!dearer || dearerFallbacks !== undefined) return [];
      const cost = (model: ConfiguredModel) => `${model.prices.input}/${model.prices.output}`;
      return [
        {
          path,
          message: `${show(fallback)} costs more than ${show(alias)} (${cost(to)} against ${cost(from)} USD per million tokens in/out). Choose a cheaper one, or accept it: dearerFallbacks: { reason: "..." }.`,
        },
      ];
    });
    return [...circular, ...single];
  });
}

/** The way from an alias back to itself, told only at the circle's alphabetically first alias. */
function findCircle(start: string, models: Readonly<Record<string, ModelConfig>>): string[] | undefined {
  const walk = (alias: string, way: readonly string[]): string[] | undefined => {
    for (const next of models[alias]?.fallbacks ?? []) {
      if (next === start) return [...way, next];
      if (way.includes(next)) continue;
      const found = walk(next, [...way, next]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const circle = walk(start, [start]);
  return circle?.every((alias) => alias >= start) ? circle : undefined;
}
