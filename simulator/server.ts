import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { CallCounts } from "./behaviours";
import { authenticate, readAccessKeyId } from "./caller";
import { answerControl, type Memory } from "./control";
import { answerConverse } from "./converse";
import { errorAnswer, type HttpAnswer, invalid, jsonAnswer, Refusal, unexpectedMessage } from "./errors";
import { listen } from "./listener";
import { resolveModel } from "./model-ids";
import { type LoggedRequest, RequestsLog } from "./requests-log";
import type { SimulatorSettings } from "./settings";
import { embed } from "./titan";
import { PromptCache } from "./usage";

export interface Simulator {
  /** Where models answer. */
  readonly port: number;
  readonly controlPort: number;
  /** Ends at once, running answers included. */
  close(): Promise<void>;
}

/** Starts both servers. */
export async function startSimulator(settings: SimulatorSettings): Promise<Simulator> {
  const state: State = { settings, log: new RequestsLog(), cache: new PromptCache(), counts: new CallCounts() };
  const [models, control] = await Promise.all([
    listen(settings.port, (request, response) => {
      // Nothing is left to say when not even a refusal can be sent.
      answerModels(state, request, response).catch(() => response.destroy());
    }),
    listen(settings.controlPort, ({ method, url }, response) =>
      send(response, answerControl(state, `${method} ${url}`)),
    ),
  ]);
  return {
    port: models.port,
    controlPort: control.port,
    close: async () => {
      await Promise.all([models.close(), control.close()]);
    },
  };
}

interface State extends Memory {
  readonly settings: SimulatorSettings;
}

const operations = ["converse", "converse-stream", "invoke"] as const;
interface Route {
  readonly modelId: string;
  readonly operation: (typeof operations)[number];
}

async function answerModels(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.setHeader("x-amzn-requestid", randomUUID());
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  try {
    await answerModel(state, request, response, gone.signal);
  } catch (error) {
    if (gone.signal.aborted || request.errored !== null) return;
    if (!(error instanceof Refusal)) console.error(error);
    send(
      response,
      errorAnswer(error instanceof Refusal ? error : new Refusal("InternalServerException", unexpectedMessage)),
    );
  }
}

/** Sends a whole answer; one that has begun can only be cut. */
function send(response: ServerResponse, { status, headers, body }: HttpAnswer): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  // The rest of a body that nobody reads would be taken for the next request.
  if (!response.req.complete && response.req.httpVersionMajor === 1) response.setHeader("connection", "close");
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) }).end(body);
}

async function answerModel(
  state: State,
  request: IncomingMessage,
  response: ServerResponse,
  gone: AbortSignal,
): Promise<void> {
  const started = performance.now();
  const { modelId, operation } = readRoute(request);
  const text = await readBody(request);
  const { authorization } = request.headers;
  const body = parseJson(text);
  const logged: LoggedRequest = {
    time: new Date().toISOString(),
    modelId,
    operation,
    accessKeyId: readAccessKeyId(authorization),
    body: body === undefined ? text : body,
    ended: undefined,
  };
  state.log.add(logged, text.length);
  response.once("close", () => {
    logged.ended = response.writableEnded ? "whole" : "early";
  });
  const caller = authenticate(authorization, state.settings.revokedKeys);
  if (body === undefined) throw new Refusal("SerializationException", "Unexpected token in the request body.");
  if (operation !== "invoke") {
    const call = { operation, modelId, body, region: caller.region, started };
    await answerConverse(call, { ...state, delayMs: state.settings.delayMs }, response, gone);
    return;
  }
  const model = resolveModel(modelId, caller.region);
  if (model.definition.kind !== "embedding")
    throw invalid("The simulator's InvokeModel knows Titan's embeddings only: use Converse with this model.");
  const answer = embed(body);
  response.setHeader("x-amzn-bedrock-input-token-count", answer.inputTextTokenCount);
  response.setHeader("x-amzn-bedrock-invocation-latency", Math.round(performance.now() - started));
  send(response, jsonAnswer(200, answer));
}

/** The model's id may come percent-encoded, and as an ARN with a slash of its own. */
function readRoute({ method, url }: IncomingMessage): Route {
  const [, id, name] = url?.match(/^\/model\/([^?]+)\/([a-z-]+)(?:\?|$)/) ?? [];
  const operation = operations.find((known) => known === name);
  if (method !== "POST" || id === undefined || operation === undefined)
    throw new Refusal("UnknownOperationException", "The requested operation is not recognized by the service.");
  try {
    return { modelId: decodeURIComponent(id), operation };
  } catch {
    throw invalid("The provided model identifier is invalid.");
  }
}

/** Source: Amazon Bedrock API Reference, "InvokeModel" (the body's maximum length). */
const maxBodyBytes = 25_000_000;

/** A body that is too long is read to its end, and forgotten: who is still sending wouldn't see the answer. */
async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBodyBytes) chunks.push(chunk);
  }
  if (bytes > maxBodyBytes)
    throw new Refusal("RequestEntityTooLargeException", "The request body is longer than 25,000,000 bytes.");
  return Buffer.concat(chunks).toString("utf8");
}

/** No body counts as an empty one. Undefined when it is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text === "" ? "{}" : text);
  } catch {
    return undefined;
  }
}
