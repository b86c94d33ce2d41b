/**
 * The bundled simulator under boto3, and its answers against the Smithy model that botocore ships.
 * Needs Python 3.10 or newer with venv, and PyPI at the first run.
 */
import path from "node:path";
import { run } from "../support/run";
import { installBoto3 } from "./boto3";
import { BundledSimulator } from "./bundled";

interface Outcome {
  readonly class: string;
  readonly code?: string | null;
  readonly message?: string;
  readonly events?: number;
}

interface Report {
  readonly boto3: { readonly errors: Readonly<Record<string, Outcome>> } & Readonly<Record<string, unknown>>;
  readonly model: { readonly deviations: readonly string[]; readonly kinds: readonly string[] };
  readonly negative: Readonly<Record<string, readonly string[]>>;
}

let simulator: BundledSimulator;
let report: Report;

beforeAll(async () => {
  const python = installBoto3();
  simulator = await BundledSimulator.start({ REVOKED_KEYS: "AKIAREVOKED" });
  report = JSON.parse(run(python, [path.join(__dirname, "client.py"), simulator.port]).stdout) as Report;
});

afterAll(() => simulator.stop());

it("boto3 reads answers, streams, tool calls and embeddings", () => {
  expect(report.boto3).toMatchObject({
    converse: expect.stringContaining("- Documents: 1 (notes, 4 bytes)\n- Images: 1 (png, 4 bytes)"),
    usage: ["inputTokens", "outputTokens", "totalTokens"],
    toolCall: ["tool_use", "search", { query: "example query" }],
    toolResult: [{ text: 'The tool search answered: {"found":3}' }],
    streamedText: expect.stringContaining("You wrote: Hello"),
    streamedEnd: [["contentBlockStop"], ["messageStop"], ["metadata"]],
    streamedToolInput: { query: "example query" },
    embedding: { contentType: "application/json", dimensions: 256 },
  });
});

it("boto3 raises its own exception for every error", () => {
  const classes = Object.fromEntries(Object.entries(report.boto3.errors).map(([word, error]) => [word, error.class]));
  expect(classes).toEqual({
    throttling: "ThrottlingException",
    "access-denied": "AccessDeniedException",
    "destination-denied": "AccessDeniedException",
    marketplace: "AccessDeniedException",
    payment: "AccessDeniedException",
    "use-case-form": "ResourceNotFoundException",
    legacy: "ResourceNotFoundException",
    "end-of-life": "ResourceNotFoundException",
    // Not in the service's model: botocore has no class of its own for it.
    "invalid-key": "ClientError",
    validation: "ValidationException",
    "too-long": "ValidationException",
    "model-error": "ModelErrorException",
    timeout: "ModelTimeoutException",
    "not-ready": "ModelNotReadyException",
    "server-error": "InternalServerException",
    unavailable: "ServiceUnavailableException",
  });
  expect(report.boto3.errors["access-denied"]?.message).toContain("is not authorized to perform: bedrock:InvokeModel");
  expect(report.boto3).toMatchObject({
    revoked: { class: "ClientError", code: "UnrecognizedClientException" },
    profileOnly: { class: "ValidationException", message: expect.stringContaining("on-demand throughput isn\u2019t") },
    titanDimensions: { class: "ValidationException", message: expect.stringContaining("#/dimensions: 3") },
  });
});

it("boto3 sees what happens in the middle of a stream", () => {
  expect(report.boto3).toMatchObject({
    streamError: { class: "EventStreamError", code: "modelStreamErrorException", events: expect.any(Number) },
    cut: { class: expect.stringMatching(/ProtocolError|ResponseStreamingError|IncompleteRead/) },
    refusedStream: { class: "ThrottlingException", events: 0 },
  });
  const { streamError, cut } = report.boto3 as Readonly<Record<string, Outcome>>;
  for (const interrupted of [streamError, cut]) expect(interrupted?.events).toBeGreaterThan(2);
});

it("every raw answer, event and error has the shape of AWS's published model", () => {
  expect(report.model.deviations).toEqual([]);
  // What was looked at, so that an empty list means something.
  expect(report.model.kinds).toEqual([
    "contentBlockDelta",
    "contentBlockStart",
    "contentBlockStop",
    "messageStart",
    "messageStop",
    "metadata",
    "modelStreamErrorException",
  ]);
});

it("an answer of another shape is found out", () => {
  expect(report.negative).toEqual({
    misspelt: ["misspelt.usage: TokenUsage has no member inputToken", "misspelt.usage: inputTokens is missing"],
    type: ['type.metrics.latencyMs: "1" is no long'],
    enum: [expect.stringContaining("enum.stopReason: done is none of end_turn, ")],
    union: ["union.output.message.content[0]: a union of 2 members"],
    bound: ["bound.usage.outputTokens: -1 is less than 0"],
  });
});
