import type { ConfiguredModel } from "../models";
import { didYouMean, formatPath, type Problem, show } from "./problems";
import type { AssistantConfig } from "./schema";

export interface CheckAssistantsOptions {
  readonly assistants: Readonly<Record<string, AssistantConfig>>;
  /** All aliases of the configuration, also those whose settings can't be read. */
  readonly aliases: readonly string[];
}

/** What the shape of assistants and system prompts can't tell. */
export function checkAssistants(options: CheckAssistantsOptions, models: readonly ConfiguredModel[]): Problem[] {
  const byAlias = new Map(models.map((model) => [model.alias, model]));
  return [
    ...models.flatMap(({ alias, definition, systemPrompt }) =>
      definition.kind === "chat" || systemPrompt === undefined
        ? []
        : [
            {
              path: formatPath(["models", alias, "systemPrompt"]),
              message: `${show(alias)} is a model for ${definition.kind}; allowed: a model for chat.`,
            },
          ],
    ),
    ...Object.entries(options.assistants).flatMap(([id, assistant]) => [
      ...checkId(id, options),
      ...checkBaseModel(id, assistant, options, byAlias.get(assistant.baseModel)),
    ]),
  ];
}

/** A chat names assistants and models alike. */
function checkId(id: string, { aliases }: CheckAssistantsOptions): Problem[] {
  return aliases.includes(id)
    ? [
        {
          path: formatPath(["assistants", id]),
          message: `got ${show(id)}, which is a model's alias; allowed: an id of its own, such as "${id}-guide".`,
        },
      ]
    : [];
}

function checkBaseModel(
  id: string,
  { baseModel, parameters }: AssistantConfig,
  { aliases }: CheckAssistantsOptions,
  model: ConfiguredModel | undefined,
): Problem[] {
  const path = formatPath(["assistants", id, "baseModel"]);
  if (!aliases.includes(baseModel)) {
    const allowed = aliases.map((alias) => formatPath([alias])).join(", ");
    const message = `got ${show(baseModel)}, which is no alias of this configuration.${didYouMean(baseModel, aliases)} Allowed: ${allowed}.`;
    return [{ path, message }];
  }
  if (model === undefined) return [];
  if (model.definition.kind !== "chat") {
    return [
      { path, message: `${show(baseModel)} is a model for ${model.definition.kind}; allowed: a model for chat.` },
    ];
  }
  // LiteLLM would drop it silently.
  if (parameters.topP !== undefined && model.definition.refusedParams?.includes("top_p") === true) {
    return [
      {
        path: formatPath(["assistants", id, "parameters", "topP"]),
        message: `${show(baseModel)} refuses top_p; allowed: temperature instead.`,
      },
    ];
  }
  return [];
}
