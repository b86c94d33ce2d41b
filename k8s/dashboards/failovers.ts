import { growth } from "../alerts/rule";
import { lines, ofModels, type Row } from "./panel";

/** When another model answers, or nobody may. */
export function failoversRow(namespace: string): Row {
  const grown = (metric: string, matchers: readonly string[] = []) =>
    growth(ofModels(metric, namespace, matchers), "$__rate_interval");
  const failed = "litellm_proxy_failed_requests_metric_total";
  return {
    title: "Failovers and limits",
    panels: [
      lines({
        title: "Answered by another model",
        description:
          "Requests that a fallback answered: people got an answer, of another model and at its price. For long: see ModelFailsOver in docs/operations.md. Empty without `fallbacks`.",
        unit: "short",
        queries: [
          {
            expr: `sum by (requested_model, fallback_model) (${grown("litellm_deployment_successful_fallbacks_total")})`,
            legend: "{{requested_model}} → {{fallback_model}}",
          },
        ],
      }),
      lines({
        title: "Fallbacks that failed, too",
        description:
          "Nobody answered. Both models fail at once mostly because of the account or the key: see BedrockRefuses in docs/operations.md.",
        unit: "short",
        queries: [
          {
            expr: `sum by (requested_model, fallback_model) (${grown("litellm_deployment_failed_fallbacks_total")})`,
            legend: "{{requested_model}} → {{fallback_model}}",
          },
        ],
      }),
      lines({
        title: "Refused by our own limits",
        description:
          "Requests above a model's `rateLimit`, and those after the budget was spent. Often, and by people: raise the limit, or add a model.",
        unit: "short",
        queries: [
          {
            expr: `sum by (requested_model) (${grown(failed, ['exception_class="RateLimitError"'])})`,
            legend: "{{requested_model}} rate limit",
          },
          {
            expr: `sum by (requested_model) (${grown(failed, ['exception_class="ValueError"'])})`,
            legend: "{{requested_model}} budget",
          },
        ],
      }),
    ],
  };
}
