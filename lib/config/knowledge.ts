import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { type Knowledge, type KnowledgeDocument, questionCost, type SkippedFile } from "../knowledge";
import type { ConfiguredModel } from "../models";
import { retrievalModel } from "../retrieval";
import { matchesGlob } from "./glob";
import { didYouMean, formatPath, type Problem, secretLikeness, show } from "./problems";
import { configFolders } from "./read-text";
import type { AssistantConfig, KnowledgeConfig, ModelConfig, ParsedConfig } from "./schema";

export interface ResolveKnowledgeOptions {
  readonly knowledge: Readonly<Record<string, KnowledgeConfig>>;
  /** All ids of the configuration, also those whose settings can't be read. */
  readonly knowledgeIds: readonly string[];
  readonly assistants: Readonly<Record<string, AssistantConfig>>;
  readonly models: Readonly<Record<string, ModelConfig>>;
  /** Undefined when its settings can't be read. */
  readonly database: ParsedConfig["database"] | undefined;
}

/** A bigger file is no document for a question. */
const maxFileBytes = 1024 * 1024;
/** Prompts and documents share a ConfigMap, which holds 1 MiB, with the program that brings them. */
const maxDeclaredBytes = 700_000;

/** Reads the folders of documents. What can't be a document is skipped and named; what is wrong as a whole is a problem. */
export function resolveKnowledge(
  options: ResolveKnowledgeOptions,
  models: readonly ConfiguredModel[],
): { knowledge: Knowledge[]; problems: Problem[] } {
  const { database } = options;
  const isSearched = database !== undefined && retrievalModel({ database, models }) !== undefined;
  const read = Object.entries(options.knowledge).map(([id, given]) => readKnowledge(id, given));
  const knowledge = read.map(({ problems: _, ...each }) => each);
  return {
    knowledge,
    problems: [
      ...read.flatMap(({ problems }) => problems),
      ...checkUse(options),
      ...(isSearched || database === undefined
        ? []
        : [...checkDelivery(knowledge), ...checkLimits(options, knowledge, models)]),
      ...checkSize(options, knowledge, isSearched),
    ],
  };
}

function readKnowledge(id: string, given: KnowledgeConfig): Knowledge & { readonly problems: readonly Problem[] } {
  const { delivery } = given;
  const at = formatPath(["knowledge", id, "path"]);
  const folder = configFolders()
    .map((each) => path.resolve(each, given.path))
    .find((each) => statSync(each, { throwIfNoEntry: false })?.isDirectory() === true);
  if (folder === undefined) {
    const message = `got ${show(given.path)}, which is no folder; allowed: a folder, by its path from the configuration file's.`;
    return { id, delivery, documents: [], skipped: [], problems: [{ path: at, message }] };
  }
  const documents: KnowledgeDocument[] = [];
  const skipped: SkippedFile[] = [];
  const problems: Problem[] = [];
  for (const file of filesOf(folder, given)) {
    const text = readDocument(path.join(folder, file));
    const secret = "text" in text ? secretLikeness(text.text) : undefined;
    if (secret !== undefined)
      problems.push({
        path: at,
        message: `${show(file)} has a text that looks like ${secret}: take it out, or exclude the file.`,
      });
    else if ("text" in text) documents.push({ path: file, text: text.text });
    else skipped.push({ path: file, why: text.why });
  }
  if (documents.length === 0 && problems.length === 0) {
    const all = skipped.map(({ path, why }) => `; ${path} ${why}`).join("");
    const patterns = given.include.map((pattern) => show(pattern)).join(", ");
    problems.push({
      path: at,
      message: `got ${show(given.path)}, which has no document that matches ${patterns}${all}.`,
    });
  }
  return { id, delivery, documents, skipped, problems };
}

/** Hidden ones, such as what is below `.git`, are never meant. */
function filesOf(folder: string, { include, exclude }: KnowledgeConfig): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((file) => file.split(path.sep).join("/"))
    .filter((file) => !/(?:^|\/)\./.test(file))
    .filter((file) => include.some((pattern) => matchesGlob(file, pattern)))
    .filter((file) => !exclude.some((pattern) => matchesGlob(file, pattern)))
    .filter((file) => statSync(path.join(folder, file), { throwIfNoEntry: false })?.isFile() === true)
    .sort();
}

function readDocument(file: string): { readonly text: string } | { readonly why: string } {
  const { size } = statSync(file);
  if (size > maxFileBytes) return { why: `has ${size} bytes; allowed: at most ${maxFileBytes}` };
  const bytes = readFileSync(file);
  if (bytes.includes(0)) return { why: "is binary" };
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.trim() === "" ? { why: "is empty" } : { text };
  } catch {
    return { why: "isn't UTF-8" };
  }
}

function checkUse({ knowledgeIds, assistants }: ResolveKnowledgeOptions): Problem[] {
  const used = new Set(Object.values(assistants).flatMap(({ knowledge }) => knowledge));
  return [
    ...Object.entries(assistants).flatMap(([id, { knowledge }]) =>
      knowledge.flatMap((name, index) =>
        knowledgeIds.includes(name)
          ? []
          : [
              {
                path: formatPath(["assistants", id, "knowledge", index]),
                message: `got ${show(name)}, which is no knowledge of this configuration.${didYouMean(name, knowledgeIds)} Allowed: ${knowledgeIds.map((each) => formatPath([each])).join(", ") || "none is declared"}.`,
              },
            ],
      ),
    ),
    ...knowledgeIds
      .filter((id) => !used.has(id))
      .map((id) => ({
        path: formatPath(["knowledge", id]),
        message: `is no assistant's; add it to one: assistants.NAME.knowledge: [${show(id)}].`,
      })),
  ];
}

/** A whole document is attached by an id that only the Job knows. */
function checkDelivery(knowledge: readonly Knowledge[]): Problem[] {
  return knowledge
    .filter(({ delivery }) => delivery === "push")
    .map(({ id }) => ({
      path: formatPath(["knowledge", id, "delivery"]),
      message: `got "push", where documents travel whole with each question; allowed: "job". To have them searched instead, choose a database.kind other than "sqlite" and add an embedding model, such as "titan-embed": { model: "amazon.titan-embed-text-v2:0" }.`,
    }));
}

function checkLimits(
  { assistants }: ResolveKnowledgeOptions,
  knowledge: readonly Knowledge[],
  models: readonly ConfiguredModel[],
): Problem[] {
  return Object.entries(assistants).flatMap(([id, { baseModel, knowledge: names, knowledgeLimit }]) => {
    const model = models.find(({ alias }) => alias === baseModel);
    if (model === undefined) return [];
    const { tokens, usd } = questionCost(
      knowledge.filter((each) => names.includes(each.id)),
      model,
    );
    const { tokensPerQuestion, usdPerQuestion } = knowledgeLimit;
    if (tokens <= tokensPerQuestion && usd <= usdPerQuestion) return [];
    return [
      {
        path: formatPath(["assistants", id, "knowledge"]),
        message: `its documents travel whole with each question: about ${tokens} tokens, ${usd.toFixed(4)} USD with ${show(baseModel)}; allowed: at most ${tokensPerQuestion} tokens and ${usdPerQuestion} USD. Leave documents out, or raise knowledgeLimit.`,
      },
    ];
  });
}

function checkSize(
  { assistants, models }: ResolveKnowledgeOptions,
  knowledge: readonly Knowledge[],
  isSearched: boolean,
): Problem[] {
  const texts = [
    ...[...Object.values(models), ...Object.values(assistants)].map(({ systemPrompt = "" }) => systemPrompt),
    ...knowledge.flatMap(({ delivery, documents }) => (delivery === "job" ? documents.map(({ text }) => text) : [])),
  ];
  const remedy = isSearched
    ? 'have folders brought by npm run push-knowledge (delivery: "push")'
    : 'leave documents out, or have them searched, where npm run push-knowledge brings any number (delivery: "push"; docs/configuration.md#documents)';
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return bytes <= maxDeclaredBytes
    ? []
    : [
        {
          path: "assistants",
          message: `system prompts and documents have ${bytes} bytes together; allowed: at most ${maxDeclaredBytes}, which a ConfigMap holds. Shorten them, or ${remedy}.`,
        },
      ];
}
