import { InvokeModelCommand, ValidationException } from "@aws-sdk/client-bedrock-runtime";
import { haiku, post, refusal, sdkClient, titan, useSimulator } from "./harness";

const simulator = useSimulator();
const port = () => simulator().port;

interface Embedding {
  readonly embedding: readonly number[];
  readonly embeddingsByType: Readonly<Record<string, readonly number[]>>;
  readonly inputTextTokenCount: number;
}

async function embed(inputText: string, more: object = {}): Promise<Embedding> {
  const command = new InvokeModelCommand({ modelId: titan, body: JSON.stringify({ inputText, ...more }) });
  const { body, contentType } = await sdkClient(port()).send(command);
  expect(contentType).toBe("application/json");
  return JSON.parse(body.transformToString());
}

const dot = (one: readonly number[], other: readonly number[]) =>
  one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);

it("answers 1024 normalized floats and the number of tokens by default", async () => {
  const { embedding, embeddingsByType, inputTextTokenCount } = await embed("Soup is 4 euros.");
  expect(embedding).toHaveLength(1024);
  expect(dot(embedding, embedding)).toBeCloseTo(1, 9);
  expect(embeddingsByType).toEqual({ float: embedding });
  expect(inputTextTokenCount).toBe(4);
});

it("gives equal texts equal vectors, and nearer ones to texts that share words", async () => {
  const [soup, again, near, far] = await Promise.all(
    ["Soup is 4 euros.", "Soup is 4 euros.", "What does the soup cost, 4 euros?", "Mountains are high"].map((text) =>
      embed(text),
    ),
  );
  expect(again).toEqual(soup);
  const similarity = (other: Embedding | undefined) => dot(soup?.embedding ?? [], other?.embedding ?? []);
  expect(similarity(near)).toBeGreaterThan(0.4);
  expect(Math.abs(similarity(far))).toBeLessThan(0.15);
});

it.each([256, 512])("answers %i dimensions, the first of the long vector", async (dimensions) => {
  const [long, short] = await Promise.all([
    embed("Soup", { normalize: false }),
    embed("Soup", { normalize: false, dimensions }),
  ]);
  expect(short.embedding).toEqual(long.embedding.slice(0, dimensions));
});

it("answers the types asked for, but `embedding` always in floats", async () => {
  const { embedding, embeddingsByType } = await embed("Soup", { embeddingTypes: ["binary"], dimensions: 256 });
  expect(embeddingsByType).toEqual({ binary: embedding.map((value) => (value > 0 ? 1 : 0)) });
  expect(Object.keys((await embed("Soup", { embeddingTypes: ["binary", "float"] })).embeddingsByType)).toEqual([
    "binary",
    "float",
  ]);
});

it("takes a text without words", async () => {
  expect(dot((await embed("?!")).embedding, (await embed("?!")).embedding)).toBeCloseTo(1, 9);
});

it.each([
  [{}, "#: required key [inputText] not found"],
  [{ inputText: "" }, "#/inputText: expected minLength: 1, actual: 0"],
  [{ inputText: 1 }, "#/inputText: expected type: String, found: Integer"],
  [{ inputText: "a", dimensions: 300 }, "#/dimensions: 300 is not a valid enum value"],
  [{ inputText: "a", normalize: "yes" }, "#/normalize: expected type: Boolean, found: String"],
  [{ inputText: "a", embeddingTypes: ["int8"] }, "#/embeddingTypes: int8 is not a valid enum value"],
  [{ inputText: "a", embeddingTypes: "float" }, "#/embeddingTypes: expected type: JSONArray, found: String"],
  [{ inputText: "a", texts: [] }, "#: extraneous key [texts] is not permitted"],
  [{ texts: [], input: 1 }, "3 schema violations found"],
  [[], "#: expected type: JSONObject, found: JSONArray"],
])("refuses %j", async (body, violation) => {
  expect(await refusal(await post(port(), `/model/${encodeURIComponent(titan)}/invoke`, body))).toEqual([
    400,
    "ValidationException",
    `Malformed input request: ${violation}, please reformat your input and try again.`,
  ]);
});

it("refuses more than 8,192 tokens", async () => {
  await expect(embed("word ".repeat(7000))).rejects.toThrow("Too many input tokens. Max input tokens: 8192");
});

it("is the only model of InvokeModel", async () => {
  const command = new InvokeModelCommand({ modelId: haiku, body: "{}" });
  await expect(sdkClient(port()).send(command)).rejects.toBeInstanceOf(ValidationException);
});
