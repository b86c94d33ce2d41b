import { EventStreamCodec } from "@smithy/eventstream-codec";
import { fromUtf8, toUtf8 } from "@smithy/util-utf8";
import type { Answer, AnswerBlock } from "./answer";

/** An event, by the member of ConverseStreamOutput that it sets. */
export interface StreamEvent {
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/**
 * The events of an answer. A text has no contentBlockStart: the member `start` knows tools, tool results and images
 * only.
 * Source: Amazon Bedrock API Reference, "ConverseStreamOutput" and "ContentBlockStart".
 * @param latency - milliseconds until now, asked when the last event is due
 */
export function* converseEvents({ content, stopReason, usage }: Answer, latency: () => number): Generator<StreamEvent> {
  yield { type: "messageStart", payload: { role: "assistant" } };
  for (const [contentBlockIndex, block] of content.entries()) {
    if ("toolUse" in block) {
      const { toolUseId, name } = block.toolUse;
      yield { type: "contentBlockStart", payload: { contentBlockIndex, start: { toolUse: { toolUseId, name } } } };
    }
    for (const delta of deltas(block)) yield { type: "contentBlockDelta", payload: { contentBlockIndex, delta } };
    yield { type: "contentBlockStop", payload: { contentBlockIndex } };
  }
  yield { type: "messageStop", payload: { stopReason } };
  yield { type: "metadata", payload: { usage, metrics: { latencyMs: latency() } } };
}

function deltas(block: AnswerBlock): readonly object[] {
  return "text" in block
    ? splitText(block.text).map((text) => ({ text }))
    : splitJson(JSON.stringify(block.toolUse.input)).map((input) => ({ toolUse: { input } }));
}

/** Words in groups of about five tokens; at least two pieces, so that a short answer is streamed, too. */
function splitText(text: string): readonly string[] {
  const size = Math.min(20, Math.ceil(text.length / 2));
  const pieces = text.match(new RegExp(`[\\s\\S]{1,${size}}\\S{0,20}\\s*`, "gu")) ?? [];
  const [first = "", ...others] = text;
  return pieces.length > 1 || others.length === 0 ? pieces : [first, others.join("")];
}

/** Partial JSON: no piece but a very short one can be parsed alone. */
function splitJson(json: string): readonly string[] {
  return json.match(/.{1,12}/gsu) ?? [];
}

const codec = new EventStreamCodec(toUtf8, fromUtf8);

/** Source: Amazon Transcribe Developer Guide, "Event stream encoding", which is that of all services. */
function encode(headers: Readonly<Record<string, string>>, payload: object): Uint8Array {
  const typed = Object.entries(headers).map(([name, value]) => [name, { type: "string" as const, value }] as const);
  return codec.encode({ headers: Object.fromEntries(typed), body: fromUtf8(JSON.stringify(payload)) });
}

export function encodeEvent({ type, payload }: StreamEvent): Uint8Array {
  return encode({ ":event-type": type, ":content-type": "application/json", ":message-type": "event" }, payload);
}

/** @param type - a member of ConverseStreamOutput that is an exception, such as `modelStreamErrorException` */
export function encodeException(type: string, payload: object): Uint8Array {
  return encode(
    { ":exception-type": type, ":content-type": "application/json", ":message-type": "exception" },
    payload,
  );
}
