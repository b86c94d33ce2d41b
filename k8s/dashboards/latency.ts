import { modelSeries } from "../alerts/models";
import { lines, ofModels, type Row, variables } from "./panel";

/** How long people wait. */
export function latencyRow(namespace: string): Row {
  const quantile = (share: number, histogram: string) =>
    `histogram_quantile(${share}, sum by (requested_model, le) (rate(${ofModels(histogram, namespace)}[$__rate_interval])))`;
  const perToken = `litellm_deployment_latency_per_output_token_bucket{namespace="${namespace}",model_id=~"${variables.model}"}`;
  return {
    title: "Latency",
    panels: [
      lines({
        title: "Until an answer is complete",
        description:
          "Median and 95th percentile, retries included. Long answers take long: compare with the time per token. Both high: see AnswersSlow in docs/operations.md.",
        unit: "s",
        queries: [
          { expr: quantile(0.5, "litellm_request_total_latency_metric_bucket"), legend: "{{requested_model}} p50" },
          { expr: ofModels(modelSeries.answer, namespace), legend: "{{requested_model}} p95 of 15 min" },
        ],
      }),
      lines({
        title: "Bedrock's share of it",
        description:
          "95th percentile of one call to Bedrock. Much less than until an answer is complete: the time goes into retries, or LiteLLM is short of CPU.",
        unit: "s",
        queries: [{ expr: quantile(0.95, "litellm_llm_api_latency_metric_bucket"), legend: "{{requested_model}}" }],
      }),
      lines({
        title: "Until the first token",
        description:
          "Median and 95th percentile of streamed answers: what people feel. It grows with the length of the chat, and with Bedrock's load. See FirstTokenSlow in docs/operations.md.",
        unit: "s",
        queries: [
          {
            expr: quantile(0.5, "litellm_llm_api_time_to_first_token_metric_bucket"),
            legend: "{{requested_model}} p50",
          },
          { expr: ofModels(modelSeries.firstToken, namespace), legend: "{{requested_model}} p95 of 15 min" },
        ],
      }),
      lines({
        title: "Per output token",
        description:
          "Median. A model's own speed: when it doubles, Bedrock is busy; another profile (`global`) or model may be faster.",
        unit: "s",
        queries: [
          {
            expr: `histogram_quantile(0.5, sum by (model_id, le) (rate(${perToken}[$__rate_interval])))`,
            legend: "{{model_id}}",
          },
        ],
      }),
    ],
  };
}
