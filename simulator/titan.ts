/**
 * Amazon Titan Text Embeddings V2.
 * Source: Amazon Bedrock User Guide, "Amazon Titan Embeddings G1 - Text" (V2 request and response); field reports for
 * the texts of errors.
 */
import { invalid, malformed } from "./errors";
import { countTokens } from "./usage";

const dimensionChoices = [256, 512, 1024] as const;
const embeddingTypes = ["float", "binary"] as const;
type EmbeddingType = (typeof embeddingTypes)[number];
const maxTokens = 8192;

interface TitanRequest {
  readonly inputText: string;
  readonly dimensions: number;
  readonly normalize: boolean;
  readonly embeddingTypes: readonly EmbeddingType[];
}

export interface TitanResponse {
  /** Always floats, whatever types were asked for. */
  readonly embedding: readonly number[];
  readonly embeddingsByType: Readonly<Partial<Record<EmbeddingType, readonly number[]>>>;
  readonly inputTextTokenCount: number;
}

/**
 * Equal texts have equal vectors, texts that share words are nearer than others, and the first dimensions are those of
 * the shorter vector, as Titan's are.
 * @throws Refusal
 */
export function embed(body: unknown): TitanResponse {
  const request = parseTitanRequest(body);
  const inputTextTokenCount = countTokens(request.inputText.length);
  if (inputTextTokenCount > maxTokens)
    throw invalid(
      `400 Bad Request: Too many input tokens. Max input tokens: ${maxTokens}, request input token count: ` +
        `${inputTextTokenCount} `,
    );
  const sum = sumOfWords(request.inputText, request.dimensions);
  const embedding = request.normalize ? normalized(sum) : sum;
  const byType = { float: embedding, binary: sum.map((value) => (value > 0 ? 1 : 0)) };
  const embeddingsByType = Object.fromEntries(request.embeddingTypes.map((type) => [type, byType[type]]));
  return { embedding, embeddingsByType, inputTextTokenCount };
}

function parseTitanRequest(body: unknown): TitanRequest {
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw malformed([`#: expected type: JSONObject, found: ${jsonType(body)}`]);
  const {
    inputText,
    dimensions = 1024,
    normalize = true,
    embeddingTypes: types = ["float"],
    ...extraneous
  } = {
    ...(body as Partial<Record<keyof TitanRequest, unknown>>),
  };
  const violations = [
    ...(inputText === undefined ? ["#: required key [inputText] not found"] : []),
    ...Object.keys(extraneous).map((key) => `#: extraneous key [${key}] is not permitted`),
    ...(inputText === undefined ? [] : checkType("inputText", inputText, "String")),
    ...(inputText === "" ? ["#/inputText: expected minLength: 1, actual: 0"] : []),
    ...checkType("normalize", normalize, "Boolean"),
    ...(dimensionChoices.some((choice) => choice === dimensions)
      ? []
      : [`#/dimensions: ${JSON.stringify(dimensions)} is not a valid enum value`]),
    ...checkType("embeddingTypes", types, "JSONArray"),
    ...(Array.isArray(types) ? types : [])
      .filter((type) => !embeddingTypes.some((known) => known === type))
      .map((type) => `#/embeddingTypes: ${type} is not a valid enum value`),
  ];
  if (violations.length > 0) throw malformed(violations);
  return { inputText, dimensions, normalize, embeddingTypes: types } as TitanRequest;
}

function checkType(name: string, value: unknown, expected: string): readonly string[] {
  const found = jsonType(value);
  return found === expected ? [] : [`#/${name}: expected type: ${expected}, found: ${found}`];
}

function jsonType(value: unknown): string {
  if (value === null) return "Null";
  if (Array.isArray(value)) return "JSONArray";
  if (typeof value === "number") return Number.isInteger(value) ? "Integer" : "BigDecimal";
  return { string: "String", boolean: "Boolean" }[String(typeof value)] ?? "JSONObject";
}

/** Each word has its own random direction; a text goes into the directions of its words. */
function sumOfWords(text: string, dimensions: number): number[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [text];
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const sum = new Array<number>(dimensions).fill(0);
  for (const [word, count] of counts) {
    const next = randomNumbers(word);
    const weight = Math.sqrt(count);
    for (let index = 0; index < dimensions; index++) sum[index] = (sum[index] ?? 0) + weight * next();
  }
  return sum;
}

function normalized(vector: readonly number[]): number[] {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/** Numbers between -1 and 1, always the same for a word: FNV-1a for the start, then Mulberry32. */
function randomNumbers(word: string): () => number {
  let state = 0x811c9dc5;
  for (const character of word) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}
