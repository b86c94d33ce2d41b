/**
 * What is brought into Open WebUI's database, where no environment variable and no file reaches: system prompts,
 * assistants and their documents. k8s/ writes it down as JSON, provisioner/ reads it in the cluster.
 */
import type { StackConfig } from "./config/parse";
import { retrievalModel } from "./retrieval";

/** As whom the provisioner signs in. The mode `accounts` wants a password, which is in a Secret. */
export type ProvisionerSignIn =
  | { readonly kind: "proxy" }
  | { readonly kind: "trusted-header"; readonly header: string; readonly owner: string }
  | { readonly kind: "accounts"; readonly owner: string };

/** Parameters of a request, under the names of OpenAI's API. */
export interface RequestParams {
  readonly temperature?: number;
  readonly top_p?: number;
  readonly max_tokens?: number;
}

/** A model of the menu with a system prompt. */
export interface PromptedModel {
  /** The alias. */
  readonly id: string;
  readonly systemPrompt: string;
}

/** A preset: a model with a name, a system prompt and parameters of its own. */
export interface Assistant {
  readonly id: string;
  readonly name: string;
  /** Alias of the model that answers. */
  readonly baseModel: string;
  readonly description: string | null;
  readonly systemPrompt: string | null;
  /** Questions that a new chat offers; none means Open WebUI's own. */
  readonly suggestions: readonly string[];
  readonly params: RequestParams;
  /** Ids of its folders of documents. */
  readonly knowledge: readonly string[];
}

/** A document that the provisioner brings. */
export interface ProvisionedDocument {
  /** Id of its folder. */
  readonly knowledge: string;
  /** Relative to the folder. */
  readonly path: string;
  readonly text: string;
}

/** By what documents are indexed. */
export interface EmbeddingModel {
  readonly alias: string;
  /** Bedrock's id. */
  readonly modelId: string;
  readonly usdPerMillionTokens: number;
}

/** How documents are searched. */
export interface Retrieval {
  readonly model: EmbeddingModel;
  /** The folders, each of which becomes a collection. */
  readonly collections: readonly ProvisionedCollection[];
}

export interface ProvisionedCollection {
  /** Id of its folder. */
  readonly id: string;
  /** Whether its documents are a command's to bring. */
  readonly pushed: boolean;
}

/** All that Open WebUI has to hold of ours, and as whom it is brought there. */
export interface Provisioning {
  readonly signIn: ProvisionerSignIn;
  readonly models: readonly PromptedModel[];
  readonly assistants: readonly Assistant[];
  readonly documents: readonly ProvisionedDocument[];
  /** None when documents travel whole with each question. */
  readonly retrieval: Retrieval | null;
  /** Files that aren't documents, in a sentence each: told in the end. */
  readonly skipped: readonly string[];
}

/** Of a configuration, what says whether anything is provisioned. */
export type Provisioned = Pick<StackConfig, "models" | "assistants">;

/**
 * Whether a configuration has anything to do with Open WebUI's database. An empty `assistants` has: it removes what an
 * earlier one declared.
 */
export function isProvisioned({ models, assistants }: Provisioned): boolean {
  return assistants !== undefined || models.some(({ systemPrompt }) => systemPrompt !== undefined);
}

/** What a configuration declares, in its order. */
export function provisioningOf(config: StackConfig): Provisioning {
  const { models, assistants = {}, openWebUi } = config;
  const knowledge = config.knowledge.filter(({ delivery }) => delivery === "job");
  return {
    signIn: signInOf(openWebUi.auth),
    models: models.flatMap(({ alias, systemPrompt }) =>
      systemPrompt === undefined ? [] : [{ id: alias, systemPrompt }],
    ),
    assistants: Object.entries(assistants).map(([id, given]) => ({
      id,
      name: given.name ?? id,
      baseModel: given.baseModel,
      description: given.description ?? null,
      systemPrompt: given.systemPrompt ?? null,
      suggestions: given.suggestions,
      params: paramsOf(given.parameters),
      knowledge: given.knowledge,
    })),
    documents: documentsOf(knowledge),
    retrieval: retrievalOf(config),
    skipped: describeSkipped(knowledge),
  };
}

/** The documents of folders. */
export function documentsOf(knowledge: StackConfig["knowledge"]): readonly ProvisionedDocument[] {
  return knowledge.flatMap(({ id, documents }) => documents.map((each) => ({ knowledge: id, ...each })));
}

/** The files of folders that aren't documents, in a sentence each. */
export function describeSkipped(knowledge: StackConfig["knowledge"]): readonly string[] {
  return knowledge.flatMap(({ id, skipped }) => skipped.map(({ path, why }) => `${id}/${path}: the file ${why}`));
}

/** How a configuration's documents are searched; null when they travel whole. */
export function retrievalOf(config: StackConfig): Retrieval | null {
  const model = retrievalModel(config);
  if (model === undefined) return null;
  const { alias, modelId, prices } = model;
  return {
    model: { alias, modelId, usdPerMillionTokens: prices.input },
    collections: config.knowledge.map(({ id, delivery }) => ({ id, pushed: delivery === "push" })),
  };
}

/** As whom a configuration signs in. */
export function signInOf(auth: StackConfig["openWebUi"]["auth"]): ProvisionerSignIn {
  switch (auth.kind) {
    case "proxy":
      return { kind: "proxy" };
    case "trusted-header":
      return { kind: "trusted-header", header: auth.emailHeader, owner: auth.owner };
    case "accounts":
      return { kind: "accounts", owner: auth.owner };
  }
}

function paramsOf(parameters: NonNullable<StackConfig["assistants"]>[string]["parameters"]): RequestParams {
  const { temperature, topP, maxTokens } = parameters;
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
  };
}
