/**
 * The metrics that the dashboard, the recording rules and the alerts read: every name and label that a query may use.
 * A metric that nobody serves makes a panel empty and an alert silent, without any error.
 */

/**
 * The programs that serve metrics. LiteLLM's are there wherever the stack is monitored, the others are declared; `none`
 * is for what the configuration itself says.
 */
export const exporters = ["none", "liteLlm", "kubeStateMetrics", "kubelet"] as const;
export type Exporter = (typeof exporters)[number];

export interface MetricFamily {
  readonly exporter: Exporter;
  /** Labels besides those of every scrape. */
  readonly labels: readonly string[];
}

/** What Prometheus adds to every series of a pod, with the Prometheus operator and with scrape annotations alike. */
export const scrapeLabels = ["namespace", "pod"] as const;

const perModel = ["api_provider", "model_id", "requested_model"] as const;
const perFailure = [...perModel, "exception_class", "exception_status"] as const;

/**
 * LiteLLM's, as version 1.103.2 emits them with the settings below. `requested_model` is the alias; of a request that
 * fell back, the counters of success name the model that answered. `model_id` is the alias, too (model_info.id).
 */
const liteLlmFamilies: Readonly<Record<string, readonly string[]>> = {
  litellm_proxy_total_requests_metric_total: [...perModel, "status_code"],
  litellm_proxy_failed_requests_metric_total: perFailure,
  litellm_request_total_latency_metric_bucket: [...perModel, "le"],
  litellm_llm_api_latency_metric_bucket: [...perModel, "le"],
  litellm_llm_api_time_to_first_token_metric_bucket: [...perModel, "le"],
  litellm_deployment_latency_per_output_token_bucket: ["api_provider", "model_id", "le"],
  litellm_input_tokens_metric_total: perModel,
  litellm_output_tokens_metric_total: perModel,
  litellm_spend_metric_total: perModel,
  litellm_provider_remaining_budget_metric: ["api_provider"],
  litellm_deployment_failure_responses_total: perFailure,
  litellm_deployment_successful_fallbacks_total: [
    "exception_class",
    "exception_status",
    "fallback_model",
    "model_id",
    "requested_model",
  ],
  litellm_deployment_failed_fallbacks_total: [
    "exception_class",
    "exception_status",
    "fallback_model",
    "model_id",
    "requested_model",
  ],
  litellm_callback_logging_failures_metric_total: ["callback_name"],
  litellm_redis_circuit_breaker_state: ["state"],
  litellm_in_flight_requests: [],
  process_resident_memory_bytes: [],
};

/** Source: kube-state-metrics, docs/metrics/workload/ (all of stability STABLE). */
const kubeStateFamilies: Readonly<Record<string, readonly string[]>> = {
  kube_cronjob_created: ["namespace", "cronjob"],
  kube_cronjob_status_last_successful_time: ["namespace", "cronjob"],
  kube_deployment_spec_replicas: ["namespace", "deployment"],
  kube_deployment_status_replicas_available: ["namespace", "deployment"],
  kube_statefulset_status_replicas_ready: ["namespace", "statefulset"],
  kube_pod_container_status_restarts_total: ["namespace", "pod", "uid", "container"],
  kube_pod_container_status_last_terminated_reason: ["namespace", "pod", "uid", "container", "reason"],
};

/** Source: Kubernetes' "Metrics For Kubernetes System Components", and cAdvisor's docs/storage/prometheus.md. */
const kubeletFamilies: Readonly<Record<string, readonly string[]>> = {
  container_memory_working_set_bytes: ["namespace", "pod", "container", "name", "image", "id"],
  kubelet_volume_stats_available_bytes: ["namespace", "persistentvolumeclaim"],
  kubelet_volume_stats_capacity_bytes: ["namespace", "persistentvolumeclaim"],
};

/** By the name that a query uses. */
export const metricFamilies: Readonly<Record<string, MetricFamily>> = {
  ...families("liteLlm", liteLlmFamilies),
  ...families("kubeStateMetrics", kubeStateFamilies),
  ...families("kubelet", kubeletFamilies),
};

function families(exporter: Exporter, labels: Readonly<Record<string, readonly string[]>>) {
  return Object.fromEntries(Object.entries(labels).map(([name, names]) => [name, { exporter, labels: names }]));
}

/**
 * Labels that LiteLLM leaves out of all its metrics. Nobody's query needs them, and they multiply the series: by
 * client, and by address of Bedrock. `hashed_api_key` holds a refused key in clear when it doesn't begin with `sk-`.
 * `api_provider` has to stay: without any label the budget's gauge would begin at 0, which means that all is spent.
 */
export const excludedLabels = [
  "api_base",
  "api_key_alias",
  "client_ip",
  "end_user",
  "hashed_api_key",
  "litellm_model_name",
  "model",
  "model_group",
  "org_alias",
  "org_id",
  "route",
  "service_tier",
  "team",
  "team_alias",
  "user",
  "user_agent",
  "user_email",
] as const;

/**
 * Metrics of LiteLLM that nobody's query needs. LiteLLM's list of allowed metrics can't be used instead: it knows no
 * name for the budget's gauge, and would switch that off.
 */
export const excludedMetrics = [
  "litellm_api_key_budget_remaining_hours_metric",
  "litellm_api_key_max_budget_metric",
  "litellm_cache_hits_metric",
  "litellm_cache_misses_metric",
  "litellm_cached_tokens_metric",
  "litellm_check_batch_cost_errors_total",
  "litellm_check_batch_cost_jobs_polled",
  "litellm_check_batch_cost_jobs_processed_total",
  "litellm_check_batch_cost_last_run_timestamp",
  "litellm_customer_budget_remaining_hours_metric",
  "litellm_customer_max_budget_metric",
  "litellm_deployment_cooled_down",
  "litellm_deployment_rpm_limit",
  "litellm_deployment_state",
  "litellm_deployment_success_responses",
  "litellm_deployment_total_requests",
  "litellm_deployment_tpm_limit",
  "litellm_guardrail_errors_total",
  "litellm_guardrail_latency_seconds",
  "litellm_guardrail_requests_total",
  "litellm_images_generated_metric",
  "litellm_input_audio_tokens_metric",
  "litellm_input_cache_creation_tokens_metric",
  "litellm_input_cached_tokens_metric",
  "litellm_llm_api_failed_requests_metric",
  "litellm_managed_batch_created_total",
  "litellm_managed_batch_duration_seconds",
  "litellm_managed_file_created_total",
  "litellm_managed_file_deleted_total",
  "litellm_managed_file_size_bytes",
  "litellm_mcp_tool_call_spend_metric",
  "litellm_mcp_tool_calls_total",
  "litellm_org_budget_remaining_hours_metric",
  "litellm_org_max_budget_metric",
  "litellm_output_audio_tokens_metric",
  "litellm_output_reasoning_tokens_metric",
  "litellm_overhead_latency_metric",
  "litellm_overhead_with_guardrails_latency_metric",
  "litellm_provider_cache_creation_input_tokens_metric",
  "litellm_provider_cache_read_input_tokens_metric",
  "litellm_remaining_api_key_budget_metric",
  "litellm_remaining_api_key_requests_for_model",
  "litellm_remaining_api_key_tokens_for_model",
  "litellm_remaining_customer_budget_metric",
  "litellm_remaining_org_budget_metric",
  "litellm_remaining_requests_metric",
  "litellm_remaining_team_budget_metric",
  "litellm_remaining_tokens_metric",
  "litellm_remaining_user_budget_metric",
  "litellm_request_queue_time_seconds",
  "litellm_requests_metric",
  "litellm_team_budget_remaining_hours_metric",
  "litellm_team_max_budget_metric",
  "litellm_team_members_metric",
  "litellm_total_tokens_metric",
  "litellm_user_budget_remaining_hours_metric",
  "litellm_user_max_budget_metric",
  "litellm_video_duration_seconds_metric",
] as const;

/** Seconds. One list for all: an output token takes hundredths, an answer up to the request's time-out. */
export const latencyBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120, 300] as const;
