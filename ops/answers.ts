import { interruption } from "./interruption";

/** How an answer came. */
export interface Answer {
  /** Until the first word. */
  readonly firstTokenMs: number;
  readonly totalMs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** What came instead of an answer, in the words of whoever refused it. */
export class AnswerError extends Error {
  override readonly name = "AnswerError";
  /** HTTP status; none when the stream broke off. */
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}

export interface Question {
  /** Of the API, such as `http://127.0.0.1:41234/v1/chat/completions`. */
  readonly url: string;
  readonly token: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Longer than any answer of a few words takes, cold starts and retries included. */
const timeoutMs = 120_000;

/**
 * Asks a model and reads its answer as it comes.
 * @throws AnswerError when it is refused, breaks off or is empty
 */
export async function streamAnswer({ url, token, body }: Question): Promise<Answer> {
  const start = Date.now();
  const response = await post({ url, token, body: { ...body, stream: true, stream_options: { include_usage: true } } });
  let firstTokenMs: number | undefined;
  let usage: Usage = {};
  for await (const chunk of chunksOf(response)) {
    if (chunk.error !== undefined) throw new AnswerError(textOf(chunk.error));
    const { content, reasoning_content } = chunk.choices?.[0]?.delta ?? {};
    if (content || reasoning_content) firstTokenMs ??= Date.now() - start;
    usage = chunk.usage ?? usage;
  }
  if (firstTokenMs === undefined) throw new AnswerError("The answer is empty.");
  const { prompt_tokens = 0, completion_tokens = 0 } = usage;
  return { firstTokenMs, totalMs: Date.now() - start, inputTokens: prompt_tokens, outputTokens: completion_tokens };
}

/** Asks for an embedding, which comes as a whole. @throws AnswerError when it is refused */
export async function embed(question: Question): Promise<Answer> {
  const start = Date.now();
  const response = await post(question);
  const { data = [], usage } = (await response.json()) as { data?: readonly unknown[]; usage?: Usage };
  if (data.length === 0) throw new AnswerError("The answer is empty.");
  const totalMs = Date.now() - start;
  return { firstTokenMs: totalMs, totalMs, inputTokens: usage?.prompt_tokens ?? 0, outputTokens: 0 };
}

interface Usage {
  readonly prompt_tokens?: number;
  readonly completion_tokens?: number;
}

interface Chunk {
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string | null; readonly reasoning_content?: string | null };
  }[];
  readonly usage?: Usage | null;
  readonly error?: unknown;
}

async function post({ url, token, body }: Question): Promise<Response> {
  const response = await fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.any([interruption, AbortSignal.timeout(timeoutMs)]),
  }).catch(explainFetch);
  if (!response.ok) throw new AnswerError(textOf(parse(await response.text())), response.status);
  return response;
}

function explainFetch(error: unknown): never {
  interruption.throwIfAborted();
  if (!(error instanceof Error)) throw error;
  const { cause } = error as { readonly cause?: unknown };
  throw new AnswerError(`no answer: ${cause instanceof Error ? cause.message : error.message}`);
}

/** The events of a server-sent stream. */
async function* chunksOf(response: Response): AsyncGenerator<Chunk> {
  let rest = "";
  try {
    for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const lines = `${rest}${part}`.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const data = /^data: (\{.*)/.exec(line)?.[1];
        if (data !== undefined) yield JSON.parse(data) as Chunk;
      }
    }
  } catch (error) {
    explainFetch(error);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** LiteLLM and Open WebUI wrap the text: `error.message`, `detail`, or both. */
function textOf(error: unknown): string {
  if (typeof error === "string") return error.slice(0, 2000);
  const { message, detail, error: inner } = (error ?? {}) as Readonly<Record<string, unknown>>;
  const wrapped = message ?? detail ?? inner;
  return wrapped === undefined ? JSON.stringify(error) : textOf(wrapped);
}
