import type { ContentBlock, ConverseRequest, Message, Tool } from "./converse-request";

/** What the last message of a conversation asks. */
export interface Prompt {
  /** The texts of the last message, if the user wrote it; those of a message before it were answered already. */
  readonly text: string;
  /** The same, unless Open WebUI asks for a title or the like: such a prompt quotes the chat with its `simulate:` words. */
  readonly words: string;
  readonly task: Task | undefined;
  readonly toolResults: readonly ToolResult[];
}

export interface ToolResult {
  readonly toolName: string;
  readonly text: string;
}

/** What Open WebUI asks in the background, by the member of the JSON that it wants. */
export const tasks = ["title", "tags", "follow_ups", "queries"] as const;
export interface Task {
  readonly kind: (typeof tasks)[number];
  /** The user's last words in the chat that the prompt quotes. */
  readonly topic: string;
}

export function readPrompt(messages: readonly Message[]): Prompt {
  const last = messages.at(-1);
  const content = last?.role === "user" ? last.content : [];
  const text = joinTexts(content);
  const task = readTask(text);
  const toolResults = content.flatMap(({ toolResult }) => {
    if (toolResult === undefined) return [];
    const { toolUse } = findToolUse(messages, toolResult.toolUseId) ?? {};
    const results = toolResult.content.map(({ text, json }) => text ?? (json ? JSON.stringify(json) : "(no text)"));
    return [{ toolName: toolUse?.name ?? toolResult.toolUseId, text: results.join("\n") }];
  });
  return { text, words: task === undefined ? text : "", task, toolResults };
}

function findToolUse(messages: readonly Message[], id: string): ContentBlock | undefined {
  return messages.flatMap(({ content }) => content).findLast(({ toolUse }) => toolUse?.toolUseId === id);
}

/**
 * Open WebUI's background prompts start with `### Task:`, show the JSON they want and quote the chat. Its prompt for
 * questions on documents starts alike, but shows no JSON before it quotes them.
 * Source: open-webui, backend/open_webui/config.py, DEFAULT_TITLE_GENERATION_PROMPT_TEMPLATE and the like.
 */
function readTask(text: string): Task | undefined {
  const [instructions = ""] = text.split(/<(?:chat_history|context|source)\b/);
  const [, member] = instructions.match(/^\s*### Task:[\s\S]*?\{\s*"(\w+)"\s*:/) ?? [];
  const kind = tasks.find((task) => task === member);
  if (kind === undefined) return undefined;
  const [, history = ""] = text.match(/<chat_history>\s*([\s\S]*?)\s*<\/chat_history>/) ?? [];
  const lines = [...history.matchAll(/^USER: (.*)$/gm)].map(([, line = ""]) => line.trim());
  return { kind, topic: lines.at(-1) ?? "a chat" };
}

export function joinTexts(blocks: readonly { readonly text?: string | undefined }[]): string {
  return blocks.flatMap(({ text }) => text ?? []).join("\n");
}

/** How many bytes a base64 text stands for. */
export function byteLength(base64: string): number {
  return Math.floor((base64.replace(/=+$/, "").length * 3) / 4);
}

/** Names of the tools that a model may call. */
export function toolNames(tools: readonly Tool[]): readonly string[] {
  return tools.flatMap(({ toolSpec, systemTool }) => toolSpec?.name ?? systemTool?.name ?? []);
}

/** A passage of the prompt, in the order in which a model reads it. */
export interface Passage {
  readonly characters: number;
  /** Differs when the passage does. */
  readonly content: string;
  readonly isCachePoint: boolean;
}

/** An image costs about this much, whatever its file's size. Source: Anthropic's documentation, "Vision". */
const imageCharacters = 4000;

/**
 * Tools, system prompt, messages.
 * Source: Amazon Bedrock User Guide, "Prompt caching for faster model inference" (the order of what is cached).
 */
export function readPassages(request: ConverseRequest): readonly Passage[] {
  const blocks = [
    ...(request.toolConfig?.tools ?? []),
    ...(request.system ?? []),
    ...(request.messages ?? []).flatMap(({ content }) => content),
  ];
  return blocks.map((block) => {
    const content = JSON.stringify(block);
    return { characters: countCharacters(block, content), content, isCachePoint: block.cachePoint !== undefined };
  });
}

type AnyBlock = Partial<ContentBlock> & Partial<Tool>;

function countCharacters(block: AnyBlock, content: string): number {
  const { text, image, document, toolResult, cachePoint } = block;
  if (cachePoint !== undefined) return 0;
  if (text !== undefined) return text.length;
  if (image !== undefined) return imageCharacters;
  if (document?.source.bytes !== undefined) return byteLength(document.source.bytes);
  if (toolResult !== undefined)
    return toolResult.content.reduce((sum, part) => sum + countCharacters(part as AnyBlock, JSON.stringify(part)), 0);
  return content.length;
}
