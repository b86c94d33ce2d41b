/**
 * Makes load from inside the cluster: `node - COMMAND JSON` on the official Node image, which needs nothing but this
 * file. Prints one JSON value.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

export interface ChatsOptions {
  /** How many chats are begun, each with one question and, by the task model, a title. */
  readonly count: number;
  /** How many at once. */
  readonly concurrency: number;
  readonly model: string;
  readonly question: string;
}

export interface CallsOptions {
  readonly count: number;
  readonly concurrency: number;
  readonly url: string;
  /** Headers by which the server knows the caller. */
  readonly credentials: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Regular expression: what stands in the first piece of the answer that has text in it. */
  readonly firstText: string;
}

/** One call, in milliseconds since it was sent. */
export interface CallTimes {
  readonly firstText: number;
  readonly end: number;
}

export interface CallsResult {
  readonly seconds: number;
  readonly calls: readonly CallTimes[];
}

const openWebUi = "http://open-webui";

/** A connection per request: both programs close idle ones, and a request on its way then is lost. */
const headers = { "content-type": "application/json", connection: "close" } as const;

/** Does something `count` times, several at once. @returns what came out, in the order of the numbers */
async function repeat<Result>(
  { count, concurrency }: { readonly count: number; readonly concurrency: number },
  once: (number: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const number = next++;
      results[number] = await once(number);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return results;
}

async function askOpenWebUi<Body>(token: string, method: string, route: string, body?: unknown): Promise<Body> {
  const answer = await fetch(`${openWebUi}${route}`, {
    method,
    headers: { ...headers, authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${route}: ${answer.status} ${text}`);
  return JSON.parse(text) as Body;
}

interface StoredChat {
  readonly title: string;
  readonly chat: {
    readonly history: {
      readonly messages: Readonly<Record<string, { readonly done?: boolean; readonly content: string }>>;
    };
  };
}

/**
 * A new chat as the page begins it, until answer and title are stored. The page would be told by its web socket.
 * @throws when there is none after 10 minutes
 */
async function chat(token: string, { model, question }: ChatsOptions, number: number): Promise<void> {
  const [userId, answerId] = [randomUUID(), randomUUID()];
  const content = `${number}: ${question}`;
  const { chat_id: id } = await askOpenWebUi<{ readonly chat_id: string }>(token, "POST", "/api/chat/completions", {
    model,
    stream: true,
    messages: [{ role: "user", content }],
    session_id: randomUUID(),
    id: answerId,
    parent_id: null,
    user_message: { id: userId, parentId: null, childrenIds: [], role: "user", content, models: [model] },
    background_tasks: { title_generation: true },
  });
  for (const deadline = performance.now() + 600_000; performance.now() < deadline; await sleep(100)) {
    const { title, chat } = await askOpenWebUi<StoredChat>(token, "GET", `/api/v1/chats/${id}`);
    const answer = chat.history.messages[answerId];
    if (answer?.done !== true || title === "New Chat") continue;
    if (answer.content === "") throw new Error(`chat ${number}: the answer is empty`);
    return;
  }
  throw new Error(`chat ${number}: no answer and title after 10 minutes`);
}

/** Network policies take a moment after the pod has started. @throws after 30 seconds */
async function untilReachable(url: string): Promise<void> {
  for (const deadline = performance.now() + 30_000; ; await sleep(200)) {
    try {
      await (await fetch(url)).text();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
  }
}

async function makeChats(options: ChatsOptions): Promise<{ readonly seconds: number }> {
  await untilReachable(openWebUi);
  const credentials = { email: "anybody@example.com", password: "any" };
  const { token } = await askOpenWebUi<{ readonly token: string }>("", "POST", "/api/v1/auths/signin", credentials);
  await askOpenWebUi(token, "GET", "/api/models");
  const started = performance.now();
  await repeat(options, (number) => chat(token, options, number));
  return { seconds: (performance.now() - started) / 1000 };
}

async function call({ url, credentials, body, firstText }: CallsOptions): Promise<CallTimes> {
  const expected = new RegExp(firstText);
  const started = performance.now();
  const answer = await fetch(url, {
    method: "POST",
    headers: { ...headers, ...credentials },
    body: JSON.stringify(body),
  });
  const decoder = new TextDecoder();
  let text = "";
  let first: number | undefined;
  for await (const piece of answer.body ?? []) {
    text += decoder.decode(piece, { stream: true });
    if (first === undefined && expected.test(text)) first = performance.now() - started;
  }
  if (!answer.ok || first === undefined) throw new Error(`${url}: ${answer.status} ${text}`);
  return { firstText: first, end: performance.now() - started };
}

async function makeCalls(options: CallsOptions): Promise<CallsResult> {
  await untilReachable(options.url);
  const started = performance.now();
  const calls = await repeat(options, () => call(options));
  return { seconds: (performance.now() - started) / 1000, calls };
}

const [, , command, options = ""] = process.argv;
const work = command === "chats" ? makeChats(JSON.parse(options)) : makeCalls(JSON.parse(options));
work.then((result) => process.stdout.write(JSON.stringify(result)));
