import { createHash } from "node:crypto";
import { type Directives, describeWords } from "./behaviours";
import type { ConverseRequest } from "./converse-request";
import { exampleInput } from "./example-input";
import type { TargetModel } from "./model-ids";
import { byteLength, joinTexts, type Prompt, readPassages, type Task, toolNames } from "./prompt";
import { countTokens, cutTo, cutToTokens, type PromptCache, type TokenUsage } from "./usage";

/** Source: Amazon Bedrock API Reference, "ContentBlock" and "ToolUseBlock". */
export type AnswerBlock =
  | { readonly text: string }
  | { readonly toolUse: { readonly toolUseId: string; readonly name: string; readonly input: unknown } };

/** What a model answers, streamed or not. */
export interface Answer {
  readonly content: readonly AnswerBlock[];
  readonly stopReason: "end_turn" | "max_tokens" | "stop_sequence" | "tool_use";
  readonly usage: TokenUsage;
}

/** The answer to a request that is allowed. It is the same for the same request, but for the cache's tokens. */
export function composeAnswer(
  request: ConverseRequest,
  model: TargetModel,
  prompt: Prompt,
  directives: Directives,
  cache: PromptCache,
): Answer {
  const tool = chooseTool(request, prompt, directives);
  const { content, stopReason } =
    tool === undefined ? finish(composeText(request, model, prompt, directives), request) : callTool(request, tool);
  const outputTokens = countTokens(content.reduce((sum, block) => sum + countCharacters(block), 0));
  return { content, stopReason, usage: cache.measure(model.modelId, readPassages(request), outputTokens) };
}

function countCharacters(block: AnswerBlock): number {
  return "text" in block ? block.text.length : block.toolUse.name.length + JSON.stringify(block.toolUse.input).length;
}

/** The name of the tool to call: the one asked for, or that `toolChoice` demands. Not right after a tool's result. */
function chooseTool({ toolConfig }: ConverseRequest, prompt: Prompt, { toolName }: Directives): string | undefined {
  if (toolConfig === undefined || prompt.toolResults.length > 0) return undefined;
  const offered = toolNames(toolConfig.tools);
  const { tool, any } = toolConfig.toolChoice ?? {};
  const wanted = toolName ?? tool?.name ?? (any === undefined ? undefined : offered[0]);
  return offered.find((name) => name === wanted);
}

function callTool(request: ConverseRequest, name: string): Pick<Answer, "content" | "stopReason"> {
  const spec = request.toolConfig?.tools.find(({ toolSpec }) => toolSpec?.name === name)?.toolSpec;
  const digest = createHash("sha256").update(JSON.stringify(request.messages)).digest("base64url");
  const toolUse = {
    toolUseId: `tooluse_${digest.slice(0, 22)}`,
    name,
    input: exampleInput(spec?.inputSchema.json ?? { type: "object" }),
  };
  return { content: [{ text: `I call the tool ${name}.` }, { toolUse }], stopReason: "tool_use" };
}

/** Ends a text where a stop sequence or `maxTokens` says. */
function finish(
  text: string,
  { inferenceConfig }: ConverseRequest,
): { content: readonly AnswerBlock[]; stopReason: Answer["stopReason"] } {
  const { maxTokens, stopSequences } = inferenceConfig ?? {};
  const [stop] = (stopSequences ?? [])
    .map((sequence) => text.indexOf(sequence))
    .filter((index) => index >= 0)
    .sort((one, other) => one - other);
  const stopped = stop === undefined ? text : text.slice(0, stop);
  const cut = maxTokens === undefined ? stopped : cutToTokens(stopped, maxTokens);
  const stopReason = cut !== stopped ? "max_tokens" : stop !== undefined ? "stop_sequence" : "end_turn";
  return { content: cut === "" ? [] : [{ text: cut }], stopReason };
}

function composeText(request: ConverseRequest, model: TargetModel, prompt: Prompt, directives: Directives): string {
  if (prompt.task !== undefined) return answerTask(prompt.task);
  if (prompt.toolResults.length > 0)
    return prompt.toolResults.map(({ toolName, text }) => `The tool ${toolName} answered: ${text}`).join("\n\n");
  if (directives.help) return describeWords();
  if (directives.longWords !== undefined) return longText(directives.longWords);
  const unknown = directives.unknown.map((word) => `\`${word}\``).join(", ");
  const notes = unknown === "" ? [] : [`Nothing is simulated by ${unknown}: \`simulate:help\` lists the words.`];
  return [
    `Simulated answer of ${model.modelId}.`,
    prompt.text === "" ? "You wrote nothing." : `You wrote: ${prompt.text}`,
    describeRequest(request),
    ...notes,
  ].join("\n\n");
}

/** One line each on what else came with the request, for people and for tests. */
function describeRequest(request: ConverseRequest): string {
  const blocks = request.messages?.at(-1)?.content ?? [];
  const images = blocks.flatMap(({ image }) =>
    image === undefined ? [] : [`${image.format}, ${byteLength(image.source.bytes ?? "")} bytes`],
  );
  const documents = blocks.flatMap(({ document }) =>
    document === undefined ? [] : [`${document.name}, ${byteLength(document.source.bytes ?? "")} bytes`],
  );
  const system = joinTexts(request.system ?? []);
  const sources = [...`${system}\n${joinTexts(blocks)}`.matchAll(/<source\b[^>]*>([\s\S]*?)<\/source>/g)].map(
    ([, source = ""]) => `"${cutTo(source.trim(), 200)}"`,
  );
  const tools = toolNames(request.toolConfig?.tools ?? []);
  const lines = [
    `System prompt: ${system.length} characters`,
    `Messages: ${request.messages?.length ?? 0}`,
    `Documents: ${enumerate(documents)}`,
    `Images: ${enumerate(images)}`,
    `Sources: ${enumerate(sources)}`,
    `Tools: ${tools.length === 0 ? "none" : tools.join(", ")}`,
  ];
  return lines.map((line) => `- ${line}`).join("\n");
}

/** `none`, or `2 (png, 70 bytes; png, 12 bytes)`. */
function enumerate(items: readonly string[]): string {
  return items.length === 0 ? "none" : `${items.length} (${items.join("; ")})`;
}

function answerTask({ kind, topic }: Task): string {
  const start = topic.split(/\s+/).slice(0, 4).join(" ");
  const values = {
    title: `Simulated: ${start}`,
    tags: ["Simulated"],
    follow_ups: [`What else about "${start}"?`, "Can you say it shorter?", "Why is that so?"],
    queries: [topic],
  } as const;
  return JSON.stringify({ [kind]: values[kind] });
}

/** Exactly so many words, a hundred in each paragraph. */
function longText(words: number): string {
  const sentence = ["This", "is", "one", "of", "many", "words", "of", "a", "long", "answer."];
  const all = Array.from({ length: words }, (_, index) => {
    const end = index === words - 1 ? "" : (index + 1) % 100 === 0 ? "\n\n" : " ";
    return `${sentence[index % sentence.length]}${end}`;
  });
  return all.join("");
}
