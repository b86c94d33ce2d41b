import type { ContentBlock, ConverseRequest, Message } from "./converse-request";
import { invalid, malformed, type Refusal } from "./errors";
import type { TargetModel } from "./model-ids";

/**
 * What AWS and the models check once a request has the right shape.
 * Sources: Amazon Bedrock User Guide, "Carry out a conversation with the Converse API operations", "Call a tool with
 * the Converse API" and "Supported models and model features"; field reports for the texts.
 * @throws Refusal with the first rule that is broken
 */
export function checkConversation(request: ConverseRequest, model: TargetModel): void {
  if (model.definition.kind !== "chat")
    throw invalid(
      "This action doesn't support the model that you provided. Try again with a supported text or chat model.",
    );
  const messages = request.messages ?? [];
  checkTurns(messages);
  messages.forEach(checkContent);
  checkTools(request, messages);
  checkInputs(messages, model);
  checkParameters(request, model);
}

function checkTurns(messages: readonly Message[]): void {
  if (messages[0]?.role !== "user")
    throw invalid(
      "A conversation must start with a user message. Try again with a conversation that starts with a user message.",
    );
  if (messages.some(({ role }, index) => role === messages[index - 1]?.role))
    throw invalid(
      "A conversation must alternate between user and assistant roles. Make sure the conversation alternates between " +
        "user and assistant roles and try again.",
    );
}

function checkContent({ content }: Message, index: number): void {
  const at = `messages.${index}`;
  if (content.length === 0)
    throw invalid(
      `The content field in the Message object at ${at} is empty. Add a ContentBlock object to the content field and ` +
        "try again.",
    );
  const blank = content.findIndex(({ text }) => text !== undefined && text.trim() === "");
  if (blank >= 0)
    throw invalid(
      `The text field in the ContentBlock object at ${at}.content.${blank} is blank. Add text to the text field, and ` +
        "try again.",
    );
  if (content.some(({ document }) => document) && !content.some(({ text }) => text !== undefined))
    throw invalid("A text block must be included when using documents.");
  const emptyError = content.findIndex(
    ({ toolResult }) => toolResult?.status === "error" && toolResult.content.length === 0,
  );
  if (emptyError >= 0)
    throw invalid(
      `The content field at ${at}.content.${emptyError}.toolResult cannot be empty when status value is error.`,
    );
}

function checkTools({ toolConfig }: ConverseRequest, messages: readonly Message[]): void {
  const wrongType = (toolConfig?.tools ?? []).findIndex(
    ({ toolSpec }) => toolSpec !== undefined && toolSpec.inputSchema.json?.["type"] !== "object",
  );
  if (wrongType >= 0)
    throw invalid(
      `The value at toolConfig.tools.${wrongType}.toolSpec.inputSchema.json.type must be one of the following: object.`,
    );
  const usesTools = messages.some(({ content }) => content.some(({ toolUse, toolResult }) => toolUse ?? toolResult));
  if (usesTools && toolConfig === undefined)
    throw invalid("The toolConfig field must be defined when using toolUse and toolResult content blocks.");
  messages.forEach((message, index) => {
    checkToolSides(message, index);
    checkToolPairs(messages[index - 1], message, index);
  });
  const last = messages.at(-1);
  if (last?.role === "assistant") checkToolPairs(last, undefined, messages.length);
}

/** AWS's own words for these two are unknown. */
function checkToolSides({ role, content }: Message, index: number): void {
  const [wrong, right] = role === "user" ? (["toolUse", "assistant"] as const) : (["toolResult", "user"] as const);
  const misplaced = content.findIndex((block) => block[wrong] !== undefined);
  if (misplaced >= 0)
    throw invalid(
      `The ${wrong} block at messages.${index}.content.${misplaced} is not valid there: it belongs in a message with ` +
        `the role ${right}.`,
    );
}

/** Each `toolUse` of a turn is answered in the next one, and nothing else is. */
function checkToolPairs(previous: Message | undefined, message: Message | undefined, index: number): void {
  const uses = (previous?.content ?? []).flatMap(({ toolUse }) => toolUse?.toolUseId ?? []);
  const results = (message?.content ?? []).flatMap(({ toolResult }) => toolResult?.toolUseId ?? []);
  if (results.length > uses.length)
    throw invalid(
      `The number of toolResult blocks at messages.${index}.content exceeds the number of toolUse blocks of previous ` +
        "turn.",
    );
  const missing = uses.filter((id) => !results.includes(id));
  if (missing.length > 0)
    throw invalid(
      `Expected toolResult blocks at messages.${index}.content for the following Ids: ${missing.join(", ")}`,
    );
}

/** Blocks that depend on what the model takes. The catalogue knows text and images; a model of text takes no files. */
function checkInputs(messages: readonly Message[], { definition }: TargetModel): void {
  const takesImages = definition.input.includes("image");
  const refused = takesImages ? (["video", "audio"] as const) : (["image", "document", "video", "audio"] as const);
  const blocks = messages.flatMap(({ content }) => content.flatMap((block) => [block, ...resultBlocks(block)]));
  const found = refused.find((kind) => blocks.some((block) => kind in block && block[kind as "image"] !== undefined));
  if (found !== undefined)
    throw invalid(
      `This model doesn't support the ${found} content block that you provided. Update the content block and try again.`,
    );
}

function resultBlocks({ toolResult }: ContentBlock) {
  return toolResult?.content ?? [];
}

/** Members of `additionalModelRequestFields` that a family knows: it refuses any other. */
const families = [
  {
    prefix: "anthropic.",
    fields: [
      "anthropic_beta",
      "anthropic_version",
      "context_management",
      "output_config",
      "temperature",
      "thinking",
      "tool_choice",
      "tools",
      "top_k",
      "top_p",
    ],
    refuse: (field: string) => modelError(`${field}: Extra inputs are not permitted`),
  },
  {
    prefix: "amazon.",
    fields: ["inferenceConfig", "reasoningConfig"],
    refuse: (field: string) => malformed([`#: extraneous key [${field}] is not permitted`]),
  },
] as const;

function checkParameters(request: ConverseRequest, { baseId, definition }: TargetModel): void {
  const additional = request.additionalModelRequestFields ?? {};
  const family = families.find(({ prefix }) => baseId.startsWith(prefix));
  const unknown = Object.keys(additional).find((field) => !family?.fields.some((known) => known === field));
  if (family !== undefined && unknown !== undefined) throw family.refuse(unknown);
  const { temperature, topP } = request.inferenceConfig ?? {};
  const both = (temperature ?? additional["temperature"]) !== undefined && (topP ?? additional["top_p"]) !== undefined;
  if (both && definition.refusedParams?.includes("top_p"))
    throw modelError("`temperature` and `top_p` cannot both be specified for this model. Please use only one.");
}

/** What the model itself refuses, as Bedrock passes it on. */
function modelError(text: string): Refusal {
  return invalid(`The model returned the following errors: ${text}`);
}
