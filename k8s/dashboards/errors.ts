import { modelSeries } from "../alerts/models";
import { growth } from "../alerts/rule";
import { lines, ofModels, type Row } from "./panel";

/** What fails, and why. */
export function errorsRow(namespace: string): Row {
  const failed = ofModels("litellm_proxy_failed_requests_metric_total", namespace);
  const calls = ofModels("litellm_deployment_failure_responses_total", namespace);
  const share = `${ofModels(modelSeries.errors, namespace)} / ${ofModels(modelSeries.requests, namespace)}`;
  return {
    title: "Errors",
    panels: [
      lines({
        title: "Failed requests by cause",
        description:
          "What people saw fail. HTTPException: a wrong key or model. ValueError: the budget is spent. RateLimitError: the model's own `rateLimit`. With Bedrock in front the error is AWS's: the sections ModelErrors and BedrockRefuses of docs/operations.md go through them.",
        unit: "short",
        queries: [
          {
            expr: `sum by (requested_model, exception_class, exception_status) (${growth(failed, "$__rate_interval")})`,
            legend: "{{requested_model}} {{exception_class}} {{exception_status}}",
          },
        ],
      }),
      lines({
        title: "Share of failed requests",
        description:
          "Of the last 15 minutes, without what the proxy or the request itself is to blame for. Above the threshold: see ModelErrors in docs/operations.md.",
        unit: "percentunit",
        queries: [{ expr: share, legend: "{{requested_model}}" }],
      }),
      lines({
        title: "Failed calls to Bedrock",
        description:
          "Retries and fallbacks may hide these from people. 429 is throttling: see BedrockThrottles; 401, 403 and 404 don't go away by themselves: see BedrockRefuses in docs/operations.md.",
        unit: "short",
        queries: [
          {
            expr: `sum by (requested_model, exception_status) (${growth(calls, "$__rate_interval")})`,
            legend: "{{requested_model}} {{exception_status}}",
          },
        ],
      }),
    ],
  };
}
