import { type BedrockError, explainBedrockError } from "../lib/bedrock-errors";
import type { AnswerError } from "./answers";

type Explanation = Pick<BedrockError, "cause" | "fix">;

/** What the stack itself refuses, before Bedrock is asked. */
const own: readonly (Explanation & { readonly pattern: RegExp })[] = [
  {
    pattern: /crossed budget|budget of this chat is spent/i,
    cause: "the proxy's budget is spent",
    fix: "wait for the next period, or raise liteLlm.budget.limitUsd and deploy (docs/operations.md#budgetspent)",
  },
  {
    pattern: /Model rate limit exceeded|no more requests this minute/i,
    cause: "the model's rateLimit is reached",
    fix: "wait a minute, or raise models.<alias>.rateLimit",
  },
  {
    pattern: /This key is not known/i,
    cause: "LiteLLM's pod has other keys than the Secret: it reads them at its start only",
    fix: "raise secrets.version and deploy, or kubectl rollout restart deployment/litellm",
  },
  {
    pattern: /This key does not open this/i,
    cause: "LiteLLM's configuration is older than stack.config.ts",
    fix: "npm run deploy",
  },
  {
    pattern: /No deployments available/i,
    cause: "LiteLLM pauses the model for five seconds after a refusal",
    fix: "run the command again",
  },
  {
    pattern: /^(?:Amazon Bedrock |The model doesn't accept|The answer broke off)/,
    cause: "the model itself failed: people read this sentence instead of AWS's words",
    fix: "what mends the model, above",
  },
  {
    pattern: /^no answer: .*(?:timeout|aborted)/i,
    cause: "nothing came within two minutes",
    fix: "look at AWS's health page and at LiteLLM's log: npm run logs -- litellm",
  },
  {
    pattern: /^no answer: /i,
    cause: "the connection to the pod was lost",
    fix: "npm run status tells whether its pod has restarted",
  },
];

/** LiteLLM doesn't even try for five seconds after some refusals. */
export function isPaused({ message }: AnswerError): boolean {
  return /No deployments available/i.test(message);
}

/** Why there was no answer, and what mends it. */
export function explainAnswerError({ message }: AnswerError): Explanation {
  const known = own.find(({ pattern }) => pattern.test(message)) ?? explainBedrockError(message);
  if (known !== undefined) return { cause: known.cause, fix: known.fix };
  return { cause: "not known here", fix: "read the words above, and LiteLLM's log: npm run logs -- litellm" };
}
