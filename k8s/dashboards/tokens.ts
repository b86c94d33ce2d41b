import { growth } from "../alerts/rule";
import { lines, ofModels, type Row, shares, variables } from "./panel";

/** What is billed: tokens in and out. */
export function tokensRow(namespace: string): Row {
  const input = ofModels("litellm_input_tokens_metric_total", namespace);
  const output = ofModels("litellm_output_tokens_metric_total", namespace);
  const perMinute = (series: string) => `60 * sum by (requested_model) (rate(${series}[$__rate_interval]))`;
  return {
    title: "Tokens",
    panels: [
      lines({
        title: "Input tokens per minute",
        description:
          "A chat sends its whole history with each message. Far more in than out: long chats, or files that travel whole; people should begin new chats.",
        unit: "short",
        queries: [{ expr: perMinute(input), legend: "{{requested_model}}" }],
      }),
      lines({
        title: "Output tokens per minute",
        description:
          "An output token costs four to five times an input token. A plateau over hours is a loop: find the chat or script.",
        unit: "short",
        queries: [{ expr: perMinute(output), legend: "{{requested_model}}" }],
      }),
      shares({
        title: "Tokens by direction",
        description:
          "Over the picked range, of the picked models. Mostly input: shorter chats save more than shorter answers.",
        unit: "short",
        queries: [
          { expr: `sum(${growth(input, variables.range)})`, legend: "in" },
          { expr: `sum(${growth(output, variables.range)})`, legend: "out" },
        ],
      }),
    ],
  };
}
