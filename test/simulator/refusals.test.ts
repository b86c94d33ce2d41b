import { ConverseCommand, ValidationException } from "@aws-sdk/client-bedrock-runtime";
import {
  ask,
  haiku,
  novaLite,
  novaMicro,
  png,
  post,
  refusal,
  sdkClient,
  signature,
  textOf,
  titan,
  useSimulator,
} from "./harness";

const simulator = useSimulator({ revokedKeys: ["AKIAREVOKED"] });
const port = () => simulator().port;

const hi = { role: "user", content: [{ text: "Hi" }] };
const tools = [{ toolSpec: { name: "search", inputSchema: { json: { type: "object" } } } }];
const call = (...ids: string[]) => ({
  role: "assistant",
  content: ids.map((toolUseId) => ({ toolUse: { toolUseId, name: "search", input: {} } })),
});
const results = (...ids: string[]) => ({
  role: "user",
  content: ids.map((toolUseId) => ({ toolResult: { toolUseId, content: [{ text: "found" }] } })),
});
const imageBlock = { image: { format: "png", source: { bytes: png.toString("base64") } } };

async function converse(body: unknown, modelId = novaLite) {
  return refusal(await post(port(), `/model/${encodeURIComponent(modelId)}/converse`, body));
}

describe("a request of the wrong shape is refused:", () => {
  it.each([
    ["malformed JSON", "{", "Unexpected token in the request body."],
    ["a list as the body", [], "Start of list found where not expected"],
    ["a text where a list belongs", { messages: "Hi" }, "Unexpected field type"],
    [
      "a number where a text belongs",
      { messages: [{ role: "user", content: [{ text: 1 }] }] },
      "NUMBER_VALUE can not be converted to a String",
    ],
    [
      "a text where a number belongs",
      { messages: [hi], inferenceConfig: { temperature: "1" } },
      "STRING_VALUE can not be converted to a Float",
    ],
    [
      "a fraction where an integer belongs",
      { messages: [hi], inferenceConfig: { maxTokens: 1.5 } },
      "NUMBER_VALUE can not be converted to an Integer",
    ],
    [
      "an object where a text belongs",
      { messages: [{ role: "user", content: [{ text: {} }] }] },
      "Start of structure or map found where not expected.",
    ],
    [
      "a block of two kinds",
      { messages: [{ role: "user", content: [{ text: "Hi", ...imageBlock }] }] },
      "Unions must have exactly one member set.",
    ],
    ["a block of no kind", { messages: [{ role: "user", content: [{}] }] }, "Unions must have exactly one member set."],
  ])("%s", async (_, body, message) => {
    expect(await converse(body)).toEqual([400, "SerializationException", message]);
  });

  it.each([
    ["#", "foo", { messages: [hi], foo: 1 }],
    ["#/messages/0", "name", { messages: [{ ...hi, name: "x" }] }],
    ["#/messages/0/content/0", "type", { messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }] }],
    [
      "#/messages/0/content/0/image",
      "alt",
      { messages: [{ role: "user", content: [{ image: { ...imageBlock.image, alt: "" } }] }] },
    ],
    [
      "#/messages/0/content/0/image/source",
      "url",
      { messages: [{ role: "user", content: [{ image: { format: "png", source: { url: "" } } }] }] },
    ],
    [
      "#/messages/1/content/0/toolUse",
      "id",
      {
        messages: [hi, { role: "assistant", content: [{ toolUse: { toolUseId: "a", name: "b", input: {}, id: 1 } }] }],
      },
    ],
    [
      "#/messages/0/content/0/toolResult/content/0",
      "type",
      { messages: [{ role: "user", content: [{ toolResult: { toolUseId: "a", content: [{ type: 1, text: "" }] } }] }] },
    ],
    ["#/system/0", "type", { messages: [hi], system: [{ type: "text", text: "x" }] }],
    ["#/inferenceConfig", "top_p", { messages: [hi], inferenceConfig: { top_p: 1 } }],
    ["#/toolConfig", "tool_choice", { messages: [hi], toolConfig: { tools, tool_choice: {} } }],
    [
      "#/toolConfig/tools/0/toolSpec",
      "parameters",
      { messages: [hi], toolConfig: { tools: [{ toolSpec: { ...tools[0]?.toolSpec, parameters: {} } }] } },
    ],
    [
      "#/guardrailConfig",
      "streamProcessingMode",
      { messages: [hi], guardrailConfig: { streamProcessingMode: "sync" } },
    ],
  ])("an unknown member of %s", async (path, key, body) => {
    const message = `Malformed input request: ${path}: extraneous key [${key}] is not permitted, please reformat your input and try again.`;
    expect(await converse(body)).toEqual([400, "ValidationException", message]);
  });

  it.each([
    [
      { messages: [hi], inferenceConfig: { temperature: 1.5 } },
      "Value '1.5' at 'inferenceConfig.temperature' failed to satisfy constraint: Member must have value less than or equal to 1",
    ],
    [
      { messages: [hi], inferenceConfig: { temperature: -0.1 } },
      "Value '-0.1' at 'inferenceConfig.temperature' failed to satisfy constraint: Member must have value greater than or equal to 0",
    ],
    [
      { messages: [hi], inferenceConfig: { maxTokens: 0 } },
      "Value '0' at 'inferenceConfig.maxTokens' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ],
    [
      { messages: [{ role: "system", content: [] }] },
      "Value 'system' at 'messages.1.member.role' failed to satisfy constraint: Member must satisfy enum value set: [user, assistant]",
    ],
    [
      { messages: [{ role: "user" }] },
      "Value null at 'messages.1.member.content' failed to satisfy constraint: Member must not be null",
    ],
    [
      { messages: [{ role: "user", content: null }] },
      "Value null at 'messages.1.member.content' failed to satisfy constraint: Member must not be null",
    ],
    [
      { messages: [hi], toolConfig: {} },
      "Value null at 'toolConfig.tools' failed to satisfy constraint: Member must not be null",
    ],
    [
      { messages: [hi], toolConfig: { tools: [] } },
      "Value at 'toolConfig.tools' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      { messages: [hi], system: [{ text: "" }] },
      "Value at 'system.1.member.text' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      { messages: [hi], toolConfig: { tools: [{ toolSpec: { ...tools[0]?.toolSpec, name: "a b" } }] } },
      "Value at 'toolConfig.tools.1.member.toolSpec.name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+",
    ],
  ])("a value out of bounds %#", async (body, message) => {
    expect(await converse(body)).toEqual([400, "ValidationException", `1 validation error detected: ${message}`]);
  });

  it("two values out of bounds are told together", async () => {
    const [, , message] = await converse({ messages: [hi], inferenceConfig: { topP: 2, maxTokens: 0 } });
    expect(message).toMatch(/^2 validation errors detected: Value '0' at .*; Value '2' at /);
  });

  it("but null counts as missing", async () => {
    const body = { messages: [hi], system: null, inferenceConfig: { temperature: null } };
    expect((await post(port(), `/model/${novaLite}/converse`, body)).status).toBe(200);
  });
});

describe("a conversation against the rules is refused:", () => {
  const starts =
    "A conversation must start with a user message. Try again with a conversation that starts with a user message.";
  const alternates =
    "A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.";
  const blank =
    "The text field in the ContentBlock object at messages.0.content.0 is blank. Add text to the text field, and try again.";
  it.each([
    ["no messages", { messages: [] }, starts],
    ["no body", "", starts],
    ["an assistant's message first", { messages: [{ role: "assistant", content: [{ text: "Hi" }] }] }, starts],
    ["two user messages in a row", { messages: [hi, hi] }, alternates],
    ["empty text", { messages: [{ role: "user", content: [{ text: "" }] }] }, blank],
    ["blank text", { messages: [{ role: "user", content: [{ text: " \n" }] }] }, blank],
    [
      "no content",
      { messages: [{ role: "user", content: [] }] },
      "The content field in the Message object at messages.0 is empty. Add a ContentBlock object to the content field and try again.",
    ],
    [
      "a document alone",
      {
        messages: [{ role: "user", content: [{ document: { name: "a", format: "txt", source: { bytes: "YQ==" } } }] }],
      },
      "A text block must be included when using documents.",
    ],
    [
      "a tool's result without a call",
      { messages: [results("a")], toolConfig: { tools } },
      "The number of toolResult blocks at messages.0.content exceeds the number of toolUse blocks of previous turn.",
    ],
    [
      "a call without a result",
      { messages: [hi, call("a", "b"), results("a")], toolConfig: { tools } },
      "Expected toolResult blocks at messages.2.content for the following Ids: b",
    ],
    [
      "a result of another call",
      { messages: [hi, call("a"), results("b")], toolConfig: { tools } },
      "Expected toolResult blocks at messages.2.content for the following Ids: a",
    ],
    [
      "a call at the end",
      { messages: [hi, call("a")], toolConfig: { tools } },
      "Expected toolResult blocks at messages.2.content for the following Ids: a",
    ],
    [
      "tool blocks without tools",
      { messages: [hi, call("a"), results("a")] },
      "The toolConfig field must be defined when using toolUse and toolResult content blocks.",
    ],
    [
      "a user's tool call",
      { messages: [{ ...call("a"), role: "user" }], toolConfig: { tools } },
      "The toolUse block at messages.0.content.0 is not valid there: it belongs in a message with the role assistant.",
    ],
    [
      "a failed tool that says nothing",
      {
        messages: [
          hi,
          call("a"),
          { role: "user", content: [{ toolResult: { toolUseId: "a", content: [], status: "error" } }] },
        ],
        toolConfig: { tools },
      },
      "The content field at messages.2.content.0.toolResult cannot be empty when status value is error.",
    ],
    [
      "a tool without an object's schema",
      {
        messages: [hi],
        toolConfig: { tools: [{ toolSpec: { name: "a", inputSchema: { json: { type: "string" } } } }] },
      },
      "The value at toolConfig.tools.0.toolSpec.inputSchema.json.type must be one of the following: object.",
    ],
  ])("%s", async (_, body, message) => {
    expect(await converse(body)).toEqual([400, "ValidationException", message]);
  });
});

describe("what depends on the model:", () => {
  it("a text model takes no images, also in a tool's result, and no documents", async () => {
    const message = (kind: string) =>
      `This model doesn't support the ${kind} content block that you provided. Update the content block and try again.`;
    const inResult = { toolResult: { toolUseId: "a", content: [imageBlock] } };
    const document = { document: { name: "a", format: "txt", source: { bytes: "YQ==" } } };
    const bodies = [
      { messages: [{ role: "user", content: [{ text: "Hi" }, imageBlock] }] },
      { messages: [hi, call("a"), { role: "user", content: [inResult] }], toolConfig: { tools } },
      { messages: [{ role: "user", content: [{ text: "Hi" }, document] }] },
    ];
    const answers = await Promise.all(bodies.map((body) => converse(body, novaMicro)));
    expect(answers.map(([, , text]) => text)).toEqual([message("image"), message("image"), message("document")]);
  });

  it("Claude takes temperature or topP, Nova both", async () => {
    const body = { messages: [hi], inferenceConfig: { temperature: 0, topP: 0.9 } };
    expect(await converse(body, haiku)).toEqual([
      400,
      "ValidationException",
      "The model returned the following errors: `temperature` and `top_p` cannot both be specified for this model. Please use only one.",
    ]);
    const hidden = {
      messages: [hi],
      inferenceConfig: { temperature: 0 },
      additionalModelRequestFields: { top_p: 0.9 },
    };
    expect((await converse(hidden, haiku))[0]).toBe(400);
    expect((await post(port(), `/model/${novaLite}/converse`, body)).status).toBe(200);
    const alone = { messages: [hi], inferenceConfig: { topP: 0.9 }, additionalModelRequestFields: { top_k: 5 } };
    expect((await post(port(), `/model/${haiku}/converse`, alone)).status).toBe(200);
  });

  it("additional fields that a family doesn't know are refused in its words", async () => {
    const body = { messages: [hi], additionalModelRequestFields: { seed: 1 } };
    expect((await converse(body, haiku))[2]).toBe(
      "The model returned the following errors: seed: Extra inputs are not permitted",
    );
    expect((await converse(body, novaLite))[2]).toBe(
      "Malformed input request: #: extraneous key [seed] is not permitted, please reformat your input and try again.",
    );
  });

  it("an embedding model holds no conversation", async () => {
    expect((await converse({ messages: [hi] }, titan))[2]).toContain("This action doesn't support the model");
  });
});

describe("model ids", () => {
  const invalid = [400, "ValidationException", "The provided model identifier is invalid."];
  const ended =
    "This model version has reached the end of its life. Please refer to the AWS documentation for more details.";
  const bare = "anthropic.claude-haiku-4-5-20251001-v1:0";
  const profileOnly = `Invocation of model ID ${bare} with on-demand throughput isn\u2019t supported. Retry your request with the ID or ARN of an inference profile that contains this model.`;

  it.each([
    ["us.amazon.nova-lite-v1:0"],
    ["amazon.nova-lite-v1:0"],
    ["global.anthropic.claude-sonnet-4-6"],
    ["arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.amazon.nova-lite-v1:0"],
    ["arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0"],
  ])("%s answers", async (modelId) => {
    expect(textOf(await ask(port(), "Hi", { modelId }))).toContain(`Simulated answer of ${modelId}.`);
    const raw = await post(port(), `/model/${modelId}/converse`, { messages: [hi] });
    expect(raw.status).toBe(200);
  });

  it.each([
    ["an unknown one", "us.amazon.nova-tiny-v1:0", invalid],
    ["one of Object's members", "constructor", invalid],
    ["a profile that doesn't exist", "eu.amazon.nova-lite-v1:0", invalid],
    ["a profile that the model lacks", "global.amazon.nova-lite-v1:0", invalid],
    [
      "an ARN of another Region",
      "arn:aws:bedrock:us-west-2:111122223333:inference-profile/us.amazon.nova-lite-v1:0",
      invalid,
    ],
    [
      "a profile's ARN without account",
      "arn:aws:bedrock:us-east-1::inference-profile/us.amazon.nova-lite-v1:0",
      invalid,
    ],
    [
      "an application inference profile",
      "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc",
      invalid,
    ],
    ["the bare id of a profile-only model", bare, [400, "ValidationException", profileOnly]],
    ["an ended model", "us.anthropic.claude-sonnet-4-20250514-v1:0", [404, "ResourceNotFoundException", ended]],
  ])("%s is refused", async (_, modelId, expected) => {
    expect(await converse({ messages: [hi] }, modelId)).toEqual(expected);
  });

  it("are looked up in the Region of the signature", async () => {
    const headers = { authorization: signature("SIMULATEDACCESSKEYID", "us-west-2/bedrock") };
    const nova = await post(port(), "/model/amazon.nova-lite-v1:0/converse", { messages: [hi] }, headers);
    expect((await refusal(nova))[2]).toContain("with on-demand throughput isn\u2019t supported");
    const elsewhere = { authorization: signature("SIMULATEDACCESSKEYID", "eu-north-1/bedrock") };
    expect(await refusal(await post(port(), `/model/${novaLite}/converse`, { messages: [hi] }, elsewhere))).toEqual(
      invalid,
    );
  });
});

describe("who may call", () => {
  const send = (headers: Readonly<Record<string, string>>) =>
    post(port(), `/model/${novaLite}/converse`, { messages: [hi] }, headers);

  it.each([
    ["no signature", {}, [403, "MissingAuthenticationTokenException", "Missing Authentication Token"]],
    [
      "half of one",
      { authorization: "AWS4-HMAC-SHA256 Credential=a/20260131/us-east-1/bedrock/aws4_request" },
      [403, "IncompleteSignatureException", expect.stringContaining("requires 'Signature' parameter")],
    ],
    [
      "a signature for another service",
      { authorization: signature("A", "us-east-1/s3") },
      [403, "InvalidSignatureException", "Credential should be scoped to correct service: 'bedrock'."],
    ],
    [
      "a revoked key",
      { authorization: signature("AKIAREVOKED") },
      [403, "UnrecognizedClientException", "The security token included in the request is invalid."],
    ],
  ])("%s is refused", async (_, headers, expected) => {
    expect(await refusal(await send(headers as Record<string, string>))).toEqual(expected);
  });

  it("a Bedrock API key is refused", async () => {
    const response = await send({ authorization: "Bearer ABSK" });
    expect([response.status, await response.json()]).toEqual([
      403,
      { Message: "Invalid API Key format: Must start with pre-defined prefix" },
    ]);
  });

  it("the SDK sees a revoked key as UnrecognizedClientException", async () => {
    const command = new ConverseCommand({ modelId: novaLite, messages: [{ role: "user", content: [{ text: "Hi" }] }] });
    await expect(sdkClient(port(), "AKIAREVOKED").send(command)).rejects.toMatchObject({
      name: "UnrecognizedClientException",
      message: "The security token included in the request is invalid.",
    });
  });
});

it("carries the type in the header as AWS does, which the SDK reads", async () => {
  const response = await post(port(), `/model/${novaLite}/converse`, { messages: [] });
  expect(response.headers.get("x-amzn-errortype")).toBe(
    "ValidationException:http://internal.amazon.com/coral/com.amazon.bedrock/",
  );
  await expect(ask(port(), "Hi", { messages: [] })).rejects.toBeInstanceOf(ValidationException);
});

it("knows no other operation, method or path, nor the control port's", async () => {
  const paths = ["/model/a/invoke-with-response-stream", "/requests", "/healthz", "/"];
  for (const path of paths) expect((await refusal(await post(port(), path, {})))[0]).toBe(404);
  expect((await fetch(`http://127.0.0.1:${port()}/requests`)).status).toBe(404);
  expect((await fetch(`http://127.0.0.1:${port()}/model/${novaLite}/converse`)).status).toBe(404);
});

it("refuses more than 25 MB", async () => {
  const response = await fetch(`http://127.0.0.1:${port()}/model/${novaLite}/converse`, {
    method: "POST",
    body: Buffer.alloc(25_000_001),
  });
  expect((await refusal(response))[0]).toBe(413);
});
