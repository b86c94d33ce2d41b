import type { ContentBlock, Tool } from "@aws-sdk/client-bedrock-runtime";
import { ask, haiku, novaLite, png, post, says, textOf, useSimulator } from "./harness";

const simulator = useSimulator();
const port = () => simulator().port;

it("names the model, repeats the text and says what else it got", async () => {
  const answer = await ask(port(), "Is this a dot?", {
    system: [{ text: "Be brief." }],
    messages: [
      {
        role: "user",
        content: [
          { text: "Is this a dot?" },
          { image: { format: "png", source: { bytes: png } } },
          { document: { format: "txt", name: "notes", source: { bytes: Buffer.from("dots are round") } } },
        ],
      },
    ],
  });
  expect(textOf(answer)).toBe(
    [
      `Simulated answer of ${novaLite}.`,
      "You wrote: Is this a dot?",
      [
        "- System prompt: 9 characters",
        "- Messages: 1",
        "- Documents: 1 (notes, 14 bytes)",
        `- Images: 1 (png, ${png.length} bytes)`,
        "- Sources: none",
        "- Tools: none",
      ].join("\n"),
    ].join("\n\n"),
  );
  expect(answer.stopReason).toBe("end_turn");
  expect(answer.metrics?.latencyMs).toBeGreaterThanOrEqual(0);
});

it("quotes the sources that Open WebUI puts into a prompt", async () => {
  const text = '<context><source id="1" name="menu.txt">Soup is 4 euros.</source></context> What is soup?';
  expect(textOf(await ask(port(), text))).toContain('- Sources: 1 ("Soup is 4 euros.")');
});

it("takes a body of many packets", async () => {
  const image = { format: "png", source: { bytes: Buffer.alloc(600_000).toString("base64") } };
  const content = [{ text: "Big?" }, { image }];
  const response = await post(port(), `/model/${novaLite}/converse`, { messages: [{ role: "user", content }] });
  expect(JSON.stringify(await response.json())).toContain("png, 600000 bytes");
});

describe("background prompts of Open WebUI", () => {
  const history =
    "<chat_history>\nUSER: Why is the sky blue today? simulate:throttling\nASSISTANT: Light.\n</chat_history>";
  it.each([
    ["title", "Simulated: Why is the sky"],
    ["tags", ["Simulated"]],
    ["follow_ups", ['What else about "Why is the sky"?', "Can you say it shorter?", "Why is that so?"]],
    ["queries", ["Why is the sky blue today? simulate:throttling"]],
  ])("for %s are answered with that JSON, and the chat's words have no effect", async (member, value) => {
    const text = `### Task:\nDo it.\n### Output:\nJSON format: { "${member}": "..." }\n### Chat History:\n${history}`;
    expect(JSON.parse(textOf(await ask(port(), text)))).toEqual({ [member]: value });
  });
});

it("takes a question on documents for no background prompt, whatever the documents say", async () => {
  const text =
    '### Task:\nRespond to the user query.\n<context>{"title": "x"}</context>\nWhat is x? simulate:throttling';
  await expect(ask(port(), text)).rejects.toThrow("Too many requests");
});

describe("tools", () => {
  const json = {
    type: "object",
    properties: {
      city: { type: "string" },
      days: { type: "integer", minimum: 2 },
      unit: { enum: ["C", "F"] },
      place: { $ref: "#/$defs/Place" },
      when: { anyOf: [{ type: "string", format: "date" }, { type: "null" }] },
      tags: { type: "array", items: { type: "boolean" } },
      note: { type: "string" },
    },
    required: ["city", "days", "unit", "place", "when", "tags"],
    $defs: { Place: { type: "object", properties: { name: { type: "string", default: "here" } } } },
  };
  const tools: Tool[] = [
    { toolSpec: { name: "get_weather", description: "Weather", inputSchema: { json } } },
    { toolSpec: { name: "search", inputSchema: { json: { type: "object" } } } },
  ];
  const input = { city: "example city", days: 2, unit: "C", place: { name: "here" }, when: "2026-01-31", tags: [true] };

  it("are named in the answer, and called only when asked for", async () => {
    const answer = await ask(port(), "Hello", { toolConfig: { tools } });
    expect(textOf(answer)).toContain("- Tools: get_weather, search");
    const unknown = await ask(port(), "simulate:tool=absent", { toolConfig: { tools } });
    expect([answer.stopReason, unknown.stopReason]).toEqual(["end_turn", "end_turn"]);
  });

  it("are called with an input that fits their schema, and their result is quoted", async () => {
    const question = says("Weather? simulate:tool=get_weather");
    const call = await ask(port(), "", { messages: [question], toolConfig: { tools } });
    expect(call.stopReason).toBe("tool_use");
    const content = call.output?.message?.content ?? [];
    const toolUseId = content[1]?.toolUse?.toolUseId;
    expect(content).toEqual([
      { text: "I call the tool get_weather." },
      { toolUse: { toolUseId: expect.stringMatching(/^tooluse_[\w-]{22}$/), name: "get_weather", input } },
    ]);
    const results: ContentBlock[] = [
      { toolResult: { toolUseId, content: [{ json: { degrees: 21 } }, { text: "sunny" }] } },
    ];
    const answer = await ask(port(), "", {
      messages: [question, { role: "assistant", content }, { role: "user", content: results }],
      toolConfig: { tools },
    });
    expect(textOf(answer)).toBe('The tool get_weather answered: {"degrees":21}\nsunny');
  });

  it.each([
    [{ any: {} }, "get_weather"],
    [{ tool: { name: "search" } }, "search"],
  ])("are called without a word when toolChoice is %j", async (toolChoice, name) => {
    const answer = await ask(port(), "Hello", { toolConfig: { tools, toolChoice } });
    expect(answer.output?.message?.content?.[1]?.toolUse?.name).toBe(name);
  });
});

describe("the length of an answer", () => {
  it("is cut by maxTokens, four characters each", async () => {
    const answer = await ask(port(), "Hello", { inferenceConfig: { maxTokens: 3 } });
    expect([textOf(answer), answer.stopReason, answer.usage?.outputTokens]).toEqual(["Simulated an", "max_tokens", 3]);
  });

  it("never ends within a character", async () => {
    const answer = await ask(port(), "x😀😀", { inferenceConfig: { maxTokens: 15 } });
    expect(textOf(answer)).toMatch(/You wrote: x$/);
    expect(textOf(answer)).toHaveLength(15 * 4 - 1);
  });

  it("is cut before a stop sequence", async () => {
    const answer = await ask(port(), "Hello", { inferenceConfig: { stopSequences: ["You"] } });
    expect([textOf(answer), answer.stopReason]).toEqual([`Simulated answer of ${novaLite}.\n\n`, "stop_sequence"]);
  });

  it("is that of simulate:long", async () => {
    const answer = await ask(port(), "simulate:long=250");
    expect(textOf(answer).split(/\s+/)).toHaveLength(250);
    expect(textOf(answer).split("\n\n")).toHaveLength(3);
  });
});

describe("usage", () => {
  it("counts four characters a token: system prompt, messages and tools", async () => {
    const plain = await ask(port(), "x".repeat(41));
    expect(plain.usage).toEqual({
      inputTokens: 11,
      outputTokens: Math.ceil(textOf(plain).length / 4),
      totalTokens: 11 + Math.ceil(textOf(plain).length / 4),
    });
    const { usage } = await ask(port(), "x".repeat(41), {
      system: [{ text: "y".repeat(400) }],
      toolConfig: { tools: [{ toolSpec: { name: "t", inputSchema: { json: { type: "object" } } } }] },
    });
    expect(usage?.inputTokens).toBeGreaterThan(111);
  });

  it("writes a prompt up to its cache point once and reads it afterwards, for each model", async () => {
    const system = [{ text: "z".repeat(4000) }, { cachePoint: { type: "default" as const } }];
    const usages = [];
    for (const modelId of [novaLite, novaLite, haiku])
      usages.push((await ask(port(), "Four", { modelId, system })).usage);
    const common = { inputTokens: 1, outputTokens: expect.any(Number), totalTokens: expect.any(Number) };
    expect(usages).toEqual([
      { ...common, cacheReadInputTokens: 0, cacheWriteInputTokens: 1000 },
      { ...common, cacheReadInputTokens: 1000, cacheWriteInputTokens: 0 },
      { ...common, cacheReadInputTokens: 0, cacheWriteInputTokens: 1000 },
    ]);
  });
});

it("helps with simulate:help, and says when a word means nothing", async () => {
  const help = textOf(await ask(port(), "simulate:help"));
  expect(help).toContain("- `simulate:throttling`: 429 ThrottlingException");
  expect(help).toContain("- `simulate:tool=NAME`: calls that tool");
  const unknown = textOf(await ask(port(), "simulate:trottling and simulate:slow=soon"));
  expect(unknown).toContain("Nothing is simulated by `simulate:trottling`, `simulate:slow=soon`");
});
