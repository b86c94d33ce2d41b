/**
 * The shape of a Converse request: what AWS's published Smithy model knows, and nothing else.
 * Source: Amazon Bedrock API Reference, "Converse", "ConverseStream" and the data types they name.
 */
import * as z from "zod";
import { invalid, malformed, Refusal } from "./errors";

/** A member that may be missing. JSON's null counts as missing (Smithy, "AWS restJson1 protocol"). */
function optional<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullish().transform((value) => value ?? undefined);
}

const unionMessage = "Unions must have exactly one member set.";

/** Exactly one of the members, all of them optional. */
function union<Shape extends z.ZodRawShape>(shape: Shape) {
  return z
    .strictObject(shape)
    .refine((value) => Object.values(value).filter((member) => member !== undefined).length === 1, unionMessage);
}

function pattern(expression: string) {
  return z.string().regex(new RegExp(`^(?:${expression})$`), expression);
}

/** Smithy's `document`: free JSON. Everywhere in Converse it has to be an object. */
const document = z.record(z.string(), z.unknown());
const text = z.string();
const nonEmptyText = text.min(1);
const blob = pattern("[A-Za-z0-9+/]+={0,2}");
const natural = z.int().min(0);

const cachePoint = z.strictObject({ type: z.literal("default"), ttl: optional(z.enum(["5m", "1h"])) });
const s3Location = z.strictObject({
  uri: pattern("s3://[a-z0-9][.a-z0-9-]{1,61}[a-z0-9](/.*)?").max(1024),
  bucketOwner: optional(pattern("[0-9]{12}")),
});
const bytesOrS3 = union({ bytes: optional(blob), s3Location: optional(s3Location) });
const errorBlock = z.strictObject({ message: optional(text) });
const citationsConfig = z.strictObject({ enabled: z.boolean() });

const image = z.strictObject({
  format: z.enum(["png", "jpeg", "gif", "webp"]),
  source: bytesOrS3,
  error: optional(errorBlock),
});
const documentBlock = z.strictObject({
  format: optional(z.enum(["pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md"])),
  name: text.min(1).max(200),
  source: union({
    bytes: optional(blob),
    s3Location: optional(s3Location),
    text: optional(text),
    content: optional(z.array(union({ text: optional(text) }))),
  }),
  context: optional(text),
  citations: optional(citationsConfig),
});
const video = z.strictObject({
  format: z.enum(["mkv", "mov", "mp4", "webm", "flv", "mpeg", "mpg", "wmv", "three_gp"]),
  source: bytesOrS3,
});
const audio = z.strictObject({
  format: z.enum(
    "mp3 opus wav aac flac mp4 ogg mkv mka x-aac m4a mpeg mpga pcm webm".split(" ") as [string, ...string[]],
  ),
  source: bytesOrS3,
  error: optional(errorBlock),
});
const searchResult = z.strictObject({
  source: text,
  title: text,
  content: z.array(z.strictObject({ text })),
  citations: optional(citationsConfig),
});
const guardContent = union({
  text: optional(
    z.strictObject({
      text,
      qualifiers: optional(z.array(z.enum(["grounding_source", "query", "guard_content"]))),
    }),
  ),
  image: optional(z.strictObject({ format: z.enum(["png", "jpeg"]), source: union({ bytes: optional(blob) }) })),
});

const toolName = pattern("[a-zA-Z0-9_-]+").max(64);
const toolUseId = pattern("[a-zA-Z0-9_.:-]+").max(64);
const toolUse = z.strictObject({
  toolUseId,
  name: toolName,
  input: document,
  type: optional(z.literal("server_tool_use")),
});
const toolResult = z.strictObject({
  toolUseId,
  content: z.array(
    union({
      json: optional(document),
      text: optional(text),
      image: optional(image),
      document: optional(documentBlock),
      video: optional(video),
      searchResult: optional(searchResult),
    }),
  ),
  status: optional(z.enum(["success", "error"])),
  type: optional(text),
});
const toolReference = z.strictObject({
  type: optional(text.min(1).max(64)),
  name: optional(text.min(1).max(128)),
  serverName: optional(text.min(1).max(128)),
});

const reasoningContent = union({
  reasoningText: optional(z.strictObject({ text, signature: optional(text) })),
  redactedContent: optional(blob),
});
const range = (index: string) =>
  z.strictObject({ [index]: optional(natural), start: optional(natural), end: optional(natural) });
const citationsContent = z.strictObject({
  content: optional(z.array(union({ text: optional(text) }))),
  citations: optional(
    z.array(
      z.strictObject({
        title: optional(text),
        source: optional(text),
        sourceContent: optional(z.array(union({ text: optional(text) }))),
        location: optional(
          union({
            web: optional(z.strictObject({ url: optional(text), domain: optional(text) })),
            documentChar: optional(range("documentIndex")),
            documentPage: optional(range("documentIndex")),
            documentChunk: optional(range("documentIndex")),
            searchResultLocation: optional(range("searchResultIndex")),
          }),
        ),
      }),
    ),
  ),
});

const contentBlock = union({
  text: optional(text),
  image: optional(image),
  document: optional(documentBlock),
  video: optional(video),
  audio: optional(audio),
  toolUse: optional(toolUse),
  toolResult: optional(toolResult),
  guardContent: optional(guardContent),
  cachePoint: optional(cachePoint),
  reasoningContent: optional(reasoningContent),
  citationsContent: optional(citationsContent),
  searchResult: optional(searchResult),
  toolAddition: optional(z.strictObject({ tool: toolReference })),
  toolRemoval: optional(z.strictObject({ tool: toolReference })),
});

const tool = union({
  toolSpec: optional(
    z.strictObject({
      name: toolName,
      description: optional(nonEmptyText),
      inputSchema: union({ json: optional(document) }),
      strict: optional(z.boolean()),
    }),
  ),
  systemTool: optional(z.strictObject({ name: toolName })),
  cachePoint: optional(cachePoint),
});

const requestShape = {
  messages: optional(z.array(z.strictObject({ role: z.enum(["user", "assistant"]), content: z.array(contentBlock) }))),
  system: optional(
    z.array(
      union({
        text: optional(nonEmptyText),
        guardContent: optional(guardContent),
        cachePoint: optional(cachePoint),
      }),
    ),
  ),
  inferenceConfig: optional(
    z.strictObject({
      maxTokens: optional(z.int().min(1)),
      temperature: optional(z.number().min(0).max(1)),
      topP: optional(z.number().min(0).max(1)),
      stopSequences: optional(z.array(nonEmptyText).max(2500)),
    }),
  ),
  toolConfig: optional(
    z.strictObject({
      tools: z.array(tool).min(1),
      toolChoice: optional(
        union({
          auto: optional(z.strictObject({})),
          any: optional(z.strictObject({})),
          tool: optional(z.strictObject({ name: toolName })),
        }),
      ),
    }),
  ),
  additionalModelRequestFields: optional(document),
  promptVariables: optional(z.record(z.string(), union({ text: optional(text) }))),
  additionalModelResponseFieldPaths: optional(z.array(text.min(1).max(256)).max(10)),
  requestMetadata: optional(z.record(z.string().min(1).max(256), text.max(256))),
  performanceConfig: optional(z.strictObject({ latency: optional(z.enum(["standard", "optimized"])) })),
  serviceTier: optional(z.strictObject({ type: z.enum(["priority", "default", "flex", "reserved"]) })),
  outputConfig: optional(
    z.strictObject({
      textFormat: optional(
        z.strictObject({
          type: z.literal("json_schema"),
          structure: union({
            jsonSchema: optional(z.strictObject({ schema: text, name: optional(text), description: optional(text) })),
          }),
        }),
      ),
      effort: optional(text.max(16)),
    }),
  ),
};

const guardrailShape = {
  guardrailIdentifier: optional(text.max(2048)),
  guardrailVersion: optional(pattern("|[1-9][0-9]{0,7}|DRAFT")),
  trace: optional(z.enum(["enabled", "disabled", "enabled_full"])),
};
const schemas = {
  converse: z.strictObject({ ...requestShape, guardrailConfig: optional(z.strictObject(guardrailShape)) }),
  "converse-stream": z.strictObject({
    ...requestShape,
    guardrailConfig: optional(
      z.strictObject({ ...guardrailShape, streamProcessingMode: optional(z.enum(["sync", "async"])) }),
    ),
  }),
};

export type ConverseOperation = keyof typeof schemas;
export type ConverseRequest = z.output<(typeof schemas)["converse-stream"]>;
export type Message = NonNullable<ConverseRequest["messages"]>[number];
export type ContentBlock = Message["content"][number];
export type Tool = NonNullable<ConverseRequest["toolConfig"]>["tools"][number];

/**
 * Reads a request's JSON.
 * @throws Refusal for malformed JSON and whatever the shape doesn't know or allow
 */
export function parseConverseRequest(operation: ConverseOperation, body: unknown): ConverseRequest {
  const parsed = schemas[operation].safeParse(body, { reportInput: true });
  if (parsed.success) return parsed.data as ConverseRequest;
  throw refusalOf(parsed.error.issues);
}

/**
 * One refusal for all that is wrong with a shape. AWS reads before it checks: a wrong type wins over a member that
 * doesn't exist, that one over a value out of bounds.
 * Sources: Smithy, "AWS restJson1 protocol" (SerializationException); field reports for the texts.
 */
function refusalOf(issues: readonly z.core.$ZodIssue[]): Refusal {
  const wrongType = issues.find(isWrongType);
  if (wrongType !== undefined) return new Refusal("SerializationException", describeType(wrongType));
  const unknown = issues.find((issue) => issue.code === "unrecognized_keys");
  if (unknown !== undefined)
    return malformed([`${["#", ...unknown.path].join("/")}: extraneous key [${unknown.keys[0]}] is not permitted`]);
  const wrongUnion = issues.find((issue) => issue.code === "custom");
  if (wrongUnion !== undefined) return new Refusal("SerializationException", wrongUnion.message);
  const count = `${issues.length} validation error${issues.length === 1 ? "" : "s"} detected`;
  return invalid(`${count}: ${issues.map(describeConstraint).join("; ")}`);
}

/** A member that is missing is no wrong type. */
function isWrongType(issue: z.core.$ZodIssue): issue is z.core.$ZodIssueInvalidType {
  return issue.code === "invalid_type" && !isMissing(issue);
}

function isMissing({ input }: z.core.$ZodIssue): boolean {
  return input === undefined || input === null;
}

function describeType({ input, expected }: z.core.$ZodIssueInvalidType): string {
  if (Array.isArray(input)) return "Start of list found where not expected";
  if (typeof input === "object") return "Start of structure or map found where not expected.";
  const wanted = { string: "a String", number: "a Float", int: "an Integer", boolean: "a Boolean" }[String(expected)];
  if (wanted === undefined) return "Unexpected field type";
  const found = typeof input === "boolean" ? String(input) : typeof input;
  return `${found.toUpperCase()}_VALUE can not be converted to ${wanted}`;
}

/** `Value '2' at 'inferenceConfig.temperature' failed to satisfy constraint: Member must …`; lists count from 1. */
function describeConstraint(issue: z.core.$ZodIssue): string {
  const path = issue.path.map((part) => (typeof part === "number" ? `${part + 1}.member` : String(part))).join(".");
  const { input } = issue;
  const value = isMissing(issue)
    ? " null"
    : typeof input === "number" || issue.code === "invalid_value"
      ? ` '${input}'`
      : "";
  return `Value${value} at '${path}' failed to satisfy constraint: Member must ${describeBound(issue)}`;
}

function describeBound(issue: z.core.$ZodIssue): string {
  if (isMissing(issue)) return "not be null";
  const measure = typeof issue.input === "number" ? "value" : "length";
  if (issue.code === "too_small") return `have ${measure} greater than or equal to ${issue.minimum}`;
  if (issue.code === "too_big") return `have ${measure} less than or equal to ${issue.maximum}`;
  if (issue.code === "invalid_value") return `satisfy enum value set: [${issue.values.join(", ")}]`;
  return `satisfy regular expression pattern: ${issue.message}`;
}
