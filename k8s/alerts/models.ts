import type { ConfiguredModel } from "../../lib/models";
import { type Alert, growth, type RuleGroup } from "./rule";

export interface ModelAlertOptions {
  readonly namespace: string;
  readonly models: readonly ConfiguredModel[];
  /** Percent of a model's requests. */
  readonly errorPercent: number;
  /** Seconds until an answer begins. */
  readonly firstTokenSeconds: number;
  /** Seconds until an answer is complete. */
  readonly answerSeconds: number;
}

/** Names of the recorded series, which the dashboard reads, too. */
export const modelSeries = {
  requests: "model:litellm_requests:increase15m",
  errors: "model:litellm_errors:increase15m",
  firstToken: "model:litellm_first_token_seconds:p95_15m",
  answer: "model:litellm_answer_seconds:p95_15m",
} as const;

/** Fewer requests in 15 minutes say nothing about a share of errors. */
const enoughRequests = 5;

/**
 * What LiteLLM refuses itself: wrong keys (HTTPException), its own rate limits (RateLimitError; Bedrock's begin with
 * `Bedrock.`) and the budget (ValueError). 400 is a request that no model takes, such as one that is too long.
 */
const notTheModels = 'exception_class!~"HTTPException|RateLimitError|ValueError",exception_status!="400"';

export function modelRules(options: ModelAlertOptions): RuleGroup {
  const { namespace, models } = options;
  const requests = `litellm_proxy_total_requests_metric_total{namespace="${namespace}"}`;
  const errors = `litellm_proxy_failed_requests_metric_total{namespace="${namespace}",${notTheModels}}`;
  const grownBy = (series: string) => `sum by (namespace, requested_model) (${growth(series, "15m")})`;
  const p95 = (histogram: string) =>
    `histogram_quantile(0.95, sum by (namespace, requested_model, le) (rate(${histogram}{namespace="${namespace}"}[15m])))`;
  return {
    name: "models",
    rules: [
      { exporter: "liteLlm", record: modelSeries.requests, expr: grownBy(requests) },
      { exporter: "liteLlm", record: modelSeries.errors, expr: grownBy(errors) },
      {
        exporter: "liteLlm",
        record: modelSeries.firstToken,
        expr: p95("litellm_llm_api_time_to_first_token_metric_bucket"),
      },
      { exporter: "liteLlm", record: modelSeries.answer, expr: p95("litellm_request_total_latency_metric_bucket") },
      modelErrors(options),
      ...bedrockAlerts(namespace),
      ...latencyAlerts(options),
      ...(models.some(({ fallbacks }) => fallbacks.length > 0) ? [failsOver(namespace)] : []),
    ],
  };
}

function modelErrors({ namespace, errorPercent }: ModelAlertOptions): Alert {
  const requests = `${modelSeries.requests}{namespace="${namespace}"}`;
  return {
    exporter: "liteLlm",
    alert: "ModelErrors",
    severity: "warning",
    value: `${modelSeries.errors}{namespace="${namespace}"} / ${requests}`,
    when: `> ${errorPercent / 100} and ${requests} >= ${enoughRequests}`,
    for: "5m",
    summary: "{{ $labels.requested_model }} fails often.",
    description: `{{ $value | humanizePercentage }} of the requests to {{ $labels.requested_model }} failed in the last 15 minutes; the threshold is ${errorPercent} %.`,
  };
}

function bedrockAlerts(namespace: string): Alert[] {
  const failures = (labels: string, match: string) =>
    `sum by (${labels}) (${growth(`litellm_deployment_failure_responses_total{namespace="${namespace}",${match}}`, "15m")})`;
  return [
    {
      exporter: "liteLlm",
      alert: "BedrockThrottles",
      severity: "warning",
      value: failures("namespace, requested_model", 'exception_class="Bedrock.RateLimitError"'),
      when: "> 5",
      summary: "Bedrock throttles {{ $labels.requested_model }}.",
      description: `Bedrock refused {{ $value | printf "%.0f" }} calls of {{ $labels.requested_model }} in the last 15 minutes as too many; retries and fallbacks may have hidden it.`,
    },
    {
      exporter: "liteLlm",
      alert: "BedrockRefuses",
      severity: "critical",
      value: failures(
        "namespace, requested_model, exception_status",
        'exception_class=~"Bedrock\\\\.(Authentication|PermissionDenied|NotFound)Error"',
      ),
      when: "> 0",
      summary: "Bedrock refuses {{ $labels.requested_model }}.",
      description: `Bedrock answered {{ $labels.exception_status }} to {{ $value | printf "%.0f" }} calls of {{ $labels.requested_model }} in the last 15 minutes. Trying again won't help.`,
    },
  ];
}

function latencyAlerts({ namespace, firstTokenSeconds, answerSeconds }: ModelAlertOptions): Alert[] {
  const slowest = "{{ $labels.requested_model }} in the last 15 minutes";
  return [
    {
      exporter: "liteLlm",
      alert: "FirstTokenSlow",
      severity: "warning",
      value: `${modelSeries.firstToken}{namespace="${namespace}"}`,
      when: `> ${firstTokenSeconds}`,
      for: "15m",
      summary: "Answers of {{ $labels.requested_model }} begin late.",
      description: `One in twenty answers of ${slowest} began after more than {{ $value | humanizeDuration }}; the threshold is ${firstTokenSeconds} s.`,
    },
    {
      exporter: "liteLlm",
      alert: "AnswersSlow",
      severity: "warning",
      value: `${modelSeries.answer}{namespace="${namespace}"}`,
      when: `> ${answerSeconds}`,
      for: "15m",
      summary: "Answers of {{ $labels.requested_model }} take long.",
      description: `One in twenty answers of ${slowest} took more than {{ $value | humanizeDuration }}; the threshold is ${answerSeconds} s.`,
    },
  ];
}

function failsOver(namespace: string): Alert {
  const fallbacks = `litellm_deployment_successful_fallbacks_total{namespace="${namespace}"}`;
  return {
    exporter: "liteLlm",
    alert: "ModelFailsOver",
    severity: "warning",
    value: `sum by (namespace, requested_model, fallback_model) (${growth(fallbacks, "30m")})`,
    when: "> 5",
    summary: "{{ $labels.fallback_model }} answers for {{ $labels.requested_model }}.",
    description: `{{ $labels.fallback_model }} answered {{ $value | printf "%.0f" }} requests of the last 30 minutes, as {{ $labels.requested_model }} failed.`,
  };
}
