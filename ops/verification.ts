import { setTimeout as sleep } from "node:timers/promises";
import type { StackConfig } from "../lib/config";
import { type ConfiguredModel, cheapestChatModel } from "../lib/models";
import { components, ports, secretKeys } from "../lib/naming";
import { explainAnswerError, isPaused } from "./answer-errors";
import { type Answer, AnswerError, embed, streamAnswer } from "./answers";
import { withChat } from "./chat";
import type { Cluster } from "./cluster";
import { interruption } from "./interruption";
import { type Row, showProgress } from "./progress";
import { readSecretValue, secretNameOf } from "./secret-value";

/** What came of one question. */
export interface Verified {
  /** The alias, or how Open WebUI is called. */
  readonly name: string;
  readonly outcome: "answered" | "failed" | "not tried";
  readonly answer?: Answer & { readonly costUsd: number };
  /** In the words of whoever refused. */
  readonly error?: string;
  readonly cause?: string;
  readonly fix?: string;
}

export const defaultQuestion = "Say hello in one word.";
/** Enough for a model that thinks first. */
const maxTokens = 200;

export interface VerifyOptions {
  /** Shows no progress. @default false */
  readonly silent?: boolean;
  /** @default {@link defaultQuestion} */
  readonly question?: string;
}

/** Asks every model a question through LiteLLM, and one of them through Open WebUI. It costs a fraction of a cent. */
export async function verify(
  cluster: Cluster,
  config: StackConfig,
  { silent = false, question = defaultQuestion }: VerifyOptions = {},
): Promise<readonly Verified[]> {
  const results: Verified[] = [];
  const { models } = config;
  const row = (name: string, ask: () => Promise<Verified>): Row => ({
    name,
    run: async (report) => {
      const result = await ask();
      results.push(result);
      report(describe(result));
    },
  });
  await withLiteLlm(cluster, config, ({ url, token }) => {
    const rows = models.map((model) => row(model.alias, () => verifyModel(model, { url, token, question })));
    return showProgress(rows, { silent });
  });
  const model = cheapestChatModel(models);
  await showProgress([row(chatName, () => verifyChat(cluster, config, { model, question }))], { silent });
  return results;
}

/** Asks the cheapest chat model alone, through LiteLLM: whether AWS takes LiteLLM's key. */
export function verifyCheapest(cluster: Cluster, config: StackConfig): Promise<Verified> {
  const model = cheapestChatModel(config.models);
  return withLiteLlm(cluster, config, (access) => verifyModel(model, { ...access, question: defaultQuestion }));
}

const chatName = "Open WebUI";

interface LiteLlmAccess {
  readonly url: string;
  readonly token: string;
}

async function withLiteLlm<T>(
  cluster: Cluster,
  config: StackConfig,
  use: (access: LiteLlmAccess) => Promise<T>,
): Promise<T> {
  const { namespace } = config;
  const secret = secretNameOf(config, "liteLlm");
  const token = await readSecretValue(cluster, namespace, secret, secretKeys.liteLlm.verifyKey);
  return cluster.forward(namespace, `service/${components.liteLlm}`, ports.liteLlm, (url) => use({ url, token }));
}

interface LiteLlmQuestion extends LiteLlmAccess {
  readonly question: string;
}

function verifyModel(model: ConfiguredModel, { url, token, question: content }: LiteLlmQuestion): Promise<Verified> {
  const { alias } = model;
  const messages = [{ role: "user", content }];
  const question = (path: string, body: object) => ({ url: `${url}${path}`, token, body: { model: alias, ...body } });
  return settle(alias, model, () =>
    model.definition.kind === "embedding"
      ? embed(question("/v1/embeddings", { input: content, encoding_format: "float" }))
      : // Another model's answer would say nothing of this one.
        streamAnswer(question("/v1/chat/completions", { messages, max_tokens: maxTokens, disable_fallbacks: true })),
  );
}

interface ChatQuestion {
  readonly model: ConfiguredModel;
  readonly question: string;
}

async function verifyChat(cluster: Cluster, config: StackConfig, { model, question }: ChatQuestion): Promise<Verified> {
  const body = { model: model.alias, messages: [{ role: "user", content: question }] };
  const result = await settle(chatName, model, () =>
    withChat(cluster, config, ({ url, token }) => streamAnswer({ url: `${url}/api/chat/completions`, token, body })),
  );
  const { auth } = config.openWebUi;
  if (auth.kind !== "accounts" || result.error?.startsWith("sign-in refused") !== true) return result;
  // The Secret has the password of the first day only.
  const cause = `${auth.owner} has another password by now than the Secret`;
  return { name: chatName, outcome: "not tried", error: result.error, cause, fix: "chat once yourself" };
}

/** Longer than LiteLLM pauses a model. */
const pauseMs = 6_000;

async function askTwice(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof AnswerError) || !isPaused(error)) throw error;
    await sleep(pauseMs, undefined, { signal: interruption });
    return ask();
  }
}

async function settle(name: string, model: ConfiguredModel, ask: () => Promise<Answer>): Promise<Verified> {
  try {
    const answer = await askTwice(ask);
    return { name, outcome: "answered", answer: { ...answer, costUsd: costOf(model, answer) } };
  } catch (error) {
    if (!(error instanceof AnswerError)) throw error;
    return { name, outcome: "failed", error: error.message, ...explainAnswerError(error) };
  }
}

/** By the catalogue's prices. */
function costOf({ prices }: ConfiguredModel, { inputTokens, outputTokens }: Answer): number {
  return (inputTokens * prices.input + outputTokens * prices.output) / 1e6;
}

function describe({ outcome, answer }: Verified): string {
  return answer === undefined ? outcome : `answered after ${answer.firstTokenMs} ms`;
}
