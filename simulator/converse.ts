import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, composeAnswer } from "./answer";
import { type CallCounts, type Directives, type Interruption, readDirectives, withoutFailures } from "./behaviours";
import { checkConversation } from "./conversation-rules";
import { type ConverseOperation, parseConverseRequest } from "./converse-request";
import { Refusal, unexpectedMessage } from "./errors";
import { resolveModel } from "./model-ids";
import { readPrompt } from "./prompt";
import { converseEvents, encodeEvent, encodeException } from "./stream";
import type { PromptCache } from "./usage";

export interface ConverseCall {
  readonly operation: ConverseOperation;
  readonly modelId: string;
  readonly body: unknown;
  readonly region: string;
  /** When the request came, by `performance.now()`. */
  readonly started: number;
}

export interface ConverseState {
  readonly cache: PromptCache;
  readonly counts: CallCounts;
  readonly delayMs: number;
}

/**
 * Answers Converse or ConverseStream.
 * @param gone - aborted when the client has left
 * @throws Refusal before anything was sent, or the abort
 */
export async function answerConverse(
  call: ConverseCall,
  { cache, counts, delayMs }: ConverseState,
  response: ServerResponse,
  gone: AbortSignal,
): Promise<void> {
  const request = parseConverseRequest(call.operation, call.body);
  const model = resolveModel(call.modelId, call.region);
  checkConversation(request, model);
  const prompt = readPrompt(request.messages ?? []);
  const directives = countDown(readDirectives(prompt.words), prompt.words, counts);
  const streams = call.operation === "converse-stream";
  await sleep(directives.slowSeconds * 1000, undefined, { signal: gone });
  const action = streams ? "bedrock:InvokeModelWithResponseStream" : "bedrock:InvokeModel";
  const refusal = directives.refuse?.({ model, action });
  if (refusal !== undefined) throw refusal;
  if (directives.interruption === "hang") await untilAborted(gone);
  const answer = composeAnswer(request, model, prompt, directives, cache);
  const delivery: Delivery = {
    answer,
    interruption: directives.interruption,
    delayMs,
    latency: () => Math.round(performance.now() - call.started),
    response,
    gone,
  };
  await (streams ? sendStream(delivery) : sendWhole(delivery));
}

/** Failures that are over are gone from the directives. */
function countDown(directives: Directives, text: string, counts: CallCounts): Directives {
  const { times } = directives;
  return times === undefined || counts.next(text) <= times ? directives : withoutFailures(directives);
}

interface Delivery {
  readonly answer: Answer;
  readonly interruption: Interruption | undefined;
  readonly delayMs: number;
  readonly latency: () => number;
  readonly response: ServerResponse;
  readonly gone: AbortSignal;
}

async function sendWhole({ answer, interruption, delayMs, latency, response, gone }: Delivery): Promise<void> {
  if (interruption === "stream-error")
    throw new Refusal("ModelErrorException", unexpectedMessage, {
      message: unexpectedMessage,
      originalStatusCode: 500,
    });
  await sleep(delayMs, undefined, { signal: gone });
  const { content, stopReason, usage } = answer;
  const body = Buffer.from(
    JSON.stringify({
      metrics: { latencyMs: latency() },
      output: { message: { content, role: "assistant" } },
      stopReason,
      usage,
    }),
  );
  response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
  if (interruption === undefined) {
    response.end(body);
    return;
  }
  response.write(body.subarray(0, body.length / 2));
  await interrupt(interruption, response, gone);
}

async function sendStream({ answer, interruption, delayMs, latency, response, gone }: Delivery): Promise<void> {
  response.writeHead(200, { "content-type": "application/vnd.amazon.eventstream" });
  const events = [...converseEvents(answer, () => 0)];
  const half = Math.ceil(events.length / 2);
  let sent = 0;
  for (const event of converseEvents(answer, latency)) {
    if (interruption !== undefined && sent === half) {
      await interrupt(interruption, response, gone);
      return;
    }
    if (event.type === "contentBlockDelta") await sleep(delayMs, undefined, { signal: gone });
    if (!response.write(encodeEvent(event))) await once(response, "drain", { signal: gone });
    sent += 1;
  }
  response.end();
}

/** What happens in the middle of an answer. */
async function interrupt(interruption: Interruption, response: ServerResponse, gone: AbortSignal): Promise<void> {
  if (interruption === "stream-error") {
    const payload = { message: unexpectedMessage, originalMessage: unexpectedMessage, originalStatusCode: 500 };
    response.end(encodeException("modelStreamErrorException", payload));
    return;
  }
  if (interruption === "stall") await untilAborted(gone);
  // What was written has to leave before the connection ends.
  await sleep(20, undefined, { signal: gone });
  response.destroy();
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
  throw signal.reason;
}
