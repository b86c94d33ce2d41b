import { isDeepStrictEqual } from "node:util";
import { partOf } from "../lib/naming";
import type { Assistant, PromptedModel, Provisioning } from "../lib/provisioning";

/** What an assistant gets of a folder: one of its documents, whole, or all of them to be searched. */
export interface Attachment {
  /** Id of the folder. */
  readonly knowledge: string;
  /** As Open WebUI keeps it with the assistant. */
  readonly item:
    | { readonly id: string; readonly name: string; readonly type: "file"; readonly context: "full" }
    | { readonly id: string; readonly name: string; readonly type: "collection" };
}

type Fields = Readonly<Record<string, unknown>>;

/** An entry of Open WebUI's list of models: an assistant, or settings for a model of the menu. */
export interface Entry {
  readonly id: string;
  /** The model that answers; none for settings of a model of the menu. */
  readonly base_model_id: string | null;
  readonly name: string;
  readonly meta: Fields;
  readonly params: Fields;
  readonly is_active: boolean;
  /** Left out it stays as it is. */
  readonly access_grants?: readonly unknown[];
}

export type Change =
  | { readonly action: "create" | "update"; readonly entry: Entry }
  | { readonly action: "remove"; readonly entry: Pick<Entry, "id"> };

export interface Changes {
  readonly changes: readonly Change[];
  /** What can't be done without touching what a person made. */
  readonly conflicts: readonly string[];
}

/** In `meta`: whose an entry is. With the entry's id, so that a copy that somebody makes in the browser is theirs. */
const markKey = "provisioned_by";

function markOf(id: string): string {
  return `${partOf}/${id}`;
}

/** Everybody who may chat may use it. */
export const everybody = [{ principal_type: "user", principal_id: "*", permission: "read" }];

/**
 * What has to be written so that Open WebUI holds what is declared, and nothing that was declared before.
 * @param attachments - of which assistants have some: of all folders that are declared
 */
export function findChanges(
  { models, assistants }: Pick<Provisioning, "models" | "assistants">,
  entries: readonly Entry[],
  attachments: readonly Attachment[] = [],
): Changes {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const declared = new Set([...models, ...assistants].map(({ id }) => id));
  const found = [
    // In the order of their ids: Open WebUI's own differs from run to run.
    ...entries
      .filter((entry) => isOurs(entry) && !declared.has(entry.id))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .map(undeclared),
    ...models.flatMap((model) => changesOfModel(model, byId.get(model.id))),
    ...assistants.flatMap((assistant) => changesOfAssistant(assistant, byId.get(assistant.id), attachments)),
  ];
  return {
    changes: found.filter((change) => typeof change !== "string"),
    conflicts: found.filter((change) => typeof change === "string"),
  };
}

function isOurs({ id, meta }: Entry): boolean {
  return meta[markKey] === markOf(id);
}

/** An assistant goes. Of a model's settings ours go, and the rest stays, if there is any. */
function undeclared(entry: Entry): Change {
  const { [markKey]: _, ...meta } = entry.meta;
  const { system: __, ...params } = entry.params;
  const isEmpty = Object.keys({ ...given(meta), ...given(params) }).length === 0;
  return entry.base_model_id !== null || isEmpty
    ? { action: "remove", entry }
    : { action: "update", entry: written(entry, { meta, params }) };
}

function changesOfModel({ id, systemPrompt }: PromptedModel, there: Entry | undefined): readonly (Change | string)[] {
  const meta = { [markKey]: markOf(id) };
  const params = { system: systemPrompt };
  if (there === undefined) return [{ action: "create", entry: created({ id, name: id, meta, params }) }];
  if (there.base_model_id !== null) {
    return isOurs(there)
      ? [{ action: "remove", entry: there }, ...changesOfModel({ id, systemPrompt }, undefined)]
      : [`${id}: somebody made an assistant with this id in Open WebUI; delete it there, or rename the alias`];
  }
  const byHand = there.params["system"] ?? systemPrompt;
  if (!isOurs(there) && byHand !== systemPrompt)
    return [
      `${id}: somebody gave this model a system prompt in Open WebUI; remove it there, or from the configuration`,
    ];
  return updateOf(there, { meta: { ...there.meta, ...meta }, params: { ...there.params, ...params } });
}

function changesOfAssistant(
  assistant: Assistant,
  there: Entry | undefined,
  attachments: readonly Attachment[],
): readonly (Change | string)[] {
  const { id, name, baseModel, description, systemPrompt, suggestions } = assistant;
  const base_model_id = baseModel;
  const knowledge = attachments.filter((each) => assistant.knowledge.includes(each.knowledge));
  const meta = {
    description,
    suggestion_prompts: suggestions.length === 0 ? null : suggestions.map((content) => ({ content })),
    knowledge: knowledge.length === 0 ? null : knowledge.map(({ item }) => item),
    [markKey]: markOf(id),
  };
  const params = {
    ...assistant.params,
    // Otherwise Open WebUI leaves the documents to a tool, silently.
    ...(knowledge.length === 0 ? {} : { function_calling: "legacy" }),
    ...(systemPrompt === null ? {} : { system: systemPrompt }),
  };
  if (there === undefined) return [{ action: "create", entry: created({ id, base_model_id, name, meta, params }) }];
  if (!isOurs(there))
    return [`${id}: somebody made an entry with this id in Open WebUI; delete it there, or rename the assistant`];
  if (there.base_model_id === null)
    return [{ action: "remove", entry: there }, ...changesOfAssistant(assistant, undefined, attachments)];
  // A picture that somebody chose stays.
  const { profile_image_url } = there.meta;
  return updateOf(there, { base_model_id, name, meta: { ...meta, profile_image_url }, params });
}

function created(entry: Omit<Entry, "is_active" | "base_model_id"> & { readonly base_model_id?: string }): Entry {
  return { base_model_id: null, is_active: true, access_grants: everybody, ...entry };
}

/** Nothing when it is there already. */
function updateOf(there: Entry, fields: Partial<Entry>): readonly Change[] {
  const entry = written(there, fields);
  const compared = ({ base_model_id, name, meta, params }: Entry) => [base_model_id, name, given(meta), given(params)];
  return isDeepStrictEqual(compared(entry), compared(there)) ? [] : [{ action: "update", entry }];
}

/** What is sent of an entry: who may use it, and whether it is switched on, is the administrator's. */
function written({ id, base_model_id, name, meta, params, is_active }: Entry, fields: Partial<Entry>): Entry {
  return { id, base_model_id, name, meta, params, is_active, ...fields };
}

/** Open WebUI answers fields that nobody gave as null. */
function given(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
}
