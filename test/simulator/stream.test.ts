import { EventStreamCodec } from "@smithy/eventstream-codec";
import { fromUtf8, toUtf8 } from "@smithy/util-utf8";
import { ask, askStream, novaLite, post, says, streamedText, textOf, useSimulator } from "./harness";

const simulator = useSimulator();
const port = () => simulator().port;

it("streams the same answer in several pieces, in AWS's order", async () => {
  const events = await askStream(port(), "Hello");
  const answer = await ask(port(), "Hello");
  expect(streamedText(events)).toBe(textOf(answer));
  const kinds = events.map((event) => Object.keys(event)[0]);
  const pieces = kinds.filter((kind) => kind === "contentBlockDelta").length;
  expect(pieces).toBeGreaterThan(5);
  expect(kinds).toEqual([
    "messageStart",
    ...Array(pieces).fill("contentBlockDelta"),
    "contentBlockStop",
    "messageStop",
    "metadata",
  ]);
  expect(events[0]?.messageStart).toEqual({ role: "assistant" });
  expect(events.at(-2)?.messageStop).toEqual({ stopReason: "end_turn" });
  expect(events.at(-1)?.metadata).toEqual({ usage: answer.usage, metrics: { latencyMs: expect.any(Number) } });
});

it("streams a tool's call with its own start and its input in parts", async () => {
  const json = { type: "object", properties: { query: { type: "string" } } };
  const toolConfig = { tools: [{ toolSpec: { name: "search", inputSchema: { json } } }] };
  const events = await askStream(port(), "simulate:tool=search", { toolConfig });
  const start = events.find(({ contentBlockStart }) => contentBlockStart)?.contentBlockStart;
  expect(start).toEqual({
    contentBlockIndex: 1,
    start: { toolUse: { toolUseId: expect.stringContaining("tooluse_"), name: "search" } },
  });
  const parts = events.flatMap(({ contentBlockDelta }) => contentBlockDelta?.delta?.toolUse?.input ?? []);
  expect(parts.length).toBeGreaterThan(1);
  expect(JSON.parse(parts.join(""))).toEqual({ query: "example query" });
  expect(events.at(-2)?.messageStop).toEqual({ stopReason: "tool_use" });
});

it("frames events as AWS does", async () => {
  const response = await post(port(), `/model/${novaLite}/converse-stream`, { messages: [says("Hi")] });
  expect(response.headers.get("content-type")).toBe("application/vnd.amazon.eventstream");
  expect(response.headers.get("x-amzn-requestid")).toMatch(/^[0-9a-f-]{36}$/);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const first = bytes.subarray(0, new DataView(bytes.buffer).getUint32(0));
  const { headers, body } = new EventStreamCodec(toUtf8, fromUtf8).decode(first);
  expect(headers).toEqual({
    ":event-type": { type: "string", value: "messageStart" },
    ":content-type": { type: "string", value: "application/json" },
    ":message-type": { type: "string", value: "event" },
  });
  expect(toUtf8(body)).toBe('{"role":"assistant"}');
});

describe("with a delay", () => {
  const slow = useSimulator({ delayMs: 10 });

  it("lets time pass between the pieces", async () => {
    const started = performance.now();
    const events = await askStream(slow().port, "Hello");
    const pieces = events.filter(({ contentBlockDelta }) => contentBlockDelta).length;
    expect(performance.now() - started).toBeGreaterThan(pieces * 9);
    expect(events.at(-1)?.metadata?.metrics?.latencyMs).toBeGreaterThan(pieces * 9);
  });
});
