import { readFileSync } from "node:fs";
import path from "node:path";

/** What a person reads in the chat, by the cause that readable_errors.py finds. docs/operations.md says what to do. */
export const errorTexts = {
  throttled: "Amazon Bedrock gets too many requests at the moment. Try again in a minute, or pick another model.",
  refused: "Amazon Bedrock refuses this model. Pick another one, and tell whoever runs this chat.",
  notAccepted: "The model doesn't accept this message. Leave out attachments, or pick another model.",
  tooLong: "This chat is too long for the model. Start a new one, or attach less.",
  tooSlow: "Amazon Bedrock took too long to answer. Try again, or pick another model.",
  unavailable: "Amazon Bedrock can't answer at the moment. Try again in a minute, or pick another model.",
  brokenOff: "The answer broke off. Ask again.",
  rateLimited: "This model gets no more requests this minute. Try again in a minute, or pick another model.",
  budgetSpent: "The budget of this chat is spent. It opens again with the next period, or when its budget is raised.",
} as const;

/** The files that make LiteLLM answer with these texts, to stand next to its configuration. */
export function renderReadableErrors(): Readonly<Record<string, string>> {
  return {
    "readable_errors.py": readFileSync(path.join(__dirname, "readable_errors.py"), "utf8"),
    "error_texts.json": `${JSON.stringify(errorTexts, null, 2)}\n`,
  };
}
