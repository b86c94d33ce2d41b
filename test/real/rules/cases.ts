/** An alert over some series, at one moment. */
export interface AlertCase {
  readonly alert: string;
  /** What the series mean. */
  readonly when: string;
  /** Values by series, one per minute, as promtool writes them: `0+1x9` begins at 0 and grows by 1, nine times. */
  readonly series: Readonly<Record<string, string>>;
  /** After how long. */
  readonly at: string;
  /** What it tells. @default it keeps silent */
  readonly fires?:
    | { readonly labels: Readonly<Record<string, string>>; readonly summary: string; readonly description: string }
    | undefined;
}

const namespace = "open-webui";

function series(metric: string, labels: Readonly<Record<string, string>> = {}): string {
  const all = { namespace, pod: "litellm-1", ...labels };
  return `${metric}{${Object.entries(all)
    .map(([name, value]) => `${name}="${value}"`)
    .join(",")}}`;
}

const left = series("litellm_provider_remaining_budget_metric", { api_provider: "bedrock" });
const spent = series("litellm_spend_metric_total", { requested_model: "sonnet" });
const notCounted = series("litellm_callback_logging_failures_metric_total", { callback_name: "RouterBudgetLimiting" });

const spending: readonly AlertCase[] = [
  {
    alert: "BudgetLow",
    when: "3.50 of 20 USD are left",
    series: { [left]: "3.5" },
    at: "0m",
    fires: {
      labels: { namespace },
      summary: "Less than 20 % of the budget is left.",
      description: "3.50 USD of 20 USD per 30d are left. At 0 every model answers 429.",
    },
  },
  { alert: "BudgetLow", when: "exactly a fifth is left", series: { [left]: "4" }, at: "0m" },
  { alert: "BudgetLow", when: "nothing is left, which another alert tells", series: { [left]: "0" }, at: "0m" },
  {
    alert: "BudgetSpent",
    when: "the last request crossed the limit",
    series: { [left]: "-0.004" },
    at: "0m",
    fires: {
      labels: { namespace },
      summary: "The budget is spent: no model answers.",
      description: "-0.00 USD of 20 USD per 30d are left: LiteLLM answers 429 until the period is over.",
    },
  },
  { alert: "BudgetSpent", when: "a cent is left", series: { [left]: "0.01" }, at: "0m" },
  {
    alert: "BudgetRunsOutEarly",
    when: "6 USD are left, and 3 are spent in a day",
    // 3 USD over 24 hours: a 480th of a dollar per minute.
    series: { [left]: "6x1500", [spent]: `0+${3 / 1440}x1500` },
    at: "1455m",
    fires: {
      labels: { namespace },
      summary: "At the present pace the budget is soon spent.",
      description: "At the pace of the last day what is left of 20 USD per 30d lasts 2.0 days.",
    },
  },
  {
    alert: "BudgetRunsOutEarly",
    when: "6 USD are left, and 1 is spent in a day",
    series: { [left]: "6x1500", [spent]: `0+${1 / 1440}x1500` },
    at: "1455m",
  },
  {
    alert: "BudgetRunsOutEarly",
    when: "nothing is spent",
    series: { [left]: "6x60", [spent]: "1x60" },
    at: "60m",
  },
  {
    alert: "SpendNotCounted",
    when: "the counter appears, with its first failure",
    series: { [notCounted]: "_x20 1x5" },
    at: "23m",
    fires: {
      labels: { namespace },
      summary: "Requests were answered whose cost the budget doesn't count.",
      description:
        "The cost of 1 requests of the last 15 minutes isn't in the budget: more can be spent than its limit.",
    },
  },
  {
    alert: "SpendNotCounted",
    when: "the failures are old, although scrapes were missing for half an hour",
    series: { [notCounted]: "7x30 _x29 7x60" },
    at: "75m",
  },
  {
    alert: "SpendNotCounted",
    when: "another callback fails",
    series: { [notCounted.replace("RouterBudgetLimiting", "other")]: "_x5 1x10" },
    at: "10m",
  },
  {
    alert: "DailySpendHigh",
    when: "a pod began with 1.50 USD, another spent 0.75 on top of what it had",
    series: {
      [spent]: "_x30 1.5x30",
      [spent.replace("litellm-1", "litellm-2")]: "4x1440 4.75x60",
    },
    at: "1460m",
    fires: {
      labels: { namespace },
      summary: "More than 2 USD were spent within a day.",
      description: "2.25 USD were spent in the last 24 hours; the threshold is 2 USD.",
    },
  },
  { alert: "DailySpendHigh", when: "1.90 USD were spent", series: { [spent]: "_x5 1.9x60" }, at: "60m" },
  { alert: "DailySpendHigh", when: "much was spent, but before", series: { [spent]: "9x1600" }, at: "1590m" },
];

const requests = (status: string) =>
  series("litellm_proxy_total_requests_metric_total", { requested_model: "sonnet", status_code: status });
const failed = (exception_class: string, exception_status: string) =>
  series("litellm_proxy_failed_requests_metric_total", {
    requested_model: "sonnet",
    exception_class,
    exception_status,
  });
const calls = (exception_class: string, exception_status: string) =>
  series("litellm_deployment_failure_responses_total", {
    requested_model: "sonnet",
    exception_class,
    exception_status,
  });
const fallbacks = series("litellm_deployment_successful_fallbacks_total", {
  requested_model: "sonnet",
  fallback_model: "haiku",
});
const throttled = "Bedrock.RateLimitError";

/** A histogram of requests that all take between two bounds, one request a minute. */
function histogram(metric: string, bounds: readonly number[], from: number): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...bounds, "+Inf"].map((bound) => [
      series(metric, { requested_model: "sonnet", le: String(bound) }),
      bound === "+Inf" || Number(bound) > from ? "0+1x60" : "0x60",
    ]),
  );
}

const firstToken = "litellm_llm_api_time_to_first_token_metric_bucket";
const answer = "litellm_request_total_latency_metric_bucket";

const models: readonly AlertCase[] = [
  {
    alert: "ModelErrors",
    when: "a quarter of eight requests in a new pod failed",
    series: {
      [requests("200")]: "_x1 6x30",
      [requests("503")]: "_x1 2x30",
      [failed("Bedrock.ServiceUnavailableError", "503")]: "_x1 2x30",
    },
    at: "10m",
    fires: {
      labels: { namespace, requested_model: "sonnet" },
      summary: "sonnet fails often.",
      description: "25% of the requests to sonnet failed in the last 15 minutes; the threshold is 10 %.",
    },
  },
  {
    alert: "ModelErrors",
    when: "one in twenty fails",
    series: {
      [requests("200")]: "_x1 19x30",
      [requests("503")]: "_x1 1x30",
      [failed("Bedrock.ServiceUnavailableError", "503")]: "_x1 1x30",
    },
    at: "10m",
  },
  {
    alert: "ModelErrors",
    when: "three of four fail: too few to tell",
    series: {
      [requests("200")]: "_x1 1x30",
      [requests("503")]: "_x1 3x30",
      [failed("Bedrock.ServiceUnavailableError", "503")]: "_x1 3x30",
    },
    at: "10m",
  },
  {
    alert: "ModelErrors",
    when: "the proxy itself or the request is to blame",
    series: {
      [requests("200")]: "_x1 6x30",
      [requests("429")]: "_x1 9x30",
      [failed("RateLimitError", "429")]: "_x1 3x30",
      [failed("ValueError", "None")]: "_x1 3x30",
      [failed("HTTPException", "403")]: "_x1 3x30",
      [failed("Bedrock.BadRequestError", "400")]: "_x1 3x30",
    },
    at: "10m",
  },
  {
    alert: "BedrockThrottles",
    when: "ten calls were throttled in a new pod",
    series: { [calls(throttled, "429")]: "_x1 10x30" },
    at: "10m",
    fires: {
      labels: { namespace, requested_model: "sonnet" },
      summary: "Bedrock throttles sonnet.",
      description:
        "Bedrock refused 10 calls of sonnet in the last 15 minutes as too many; retries and fallbacks may have hidden it.",
    },
  },
  {
    alert: "BedrockThrottles",
    when: "few were, and others met our own limit",
    series: { [calls(throttled, "429")]: "_x1 4x30", [calls("RateLimitError", "429")]: "_x1 30x30" },
    at: "10m",
  },
  ...(["Authentication 403", "PermissionDenied 403", "NotFound 404"] as const).map((cause): AlertCase => {
    const [kind = "", status = ""] = cause.split(" ");
    return {
      alert: "BedrockRefuses",
      when: `one call was refused: ${cause}`,
      series: { [calls(`Bedrock.${kind}Error`, status)]: "_x1 1x30" },
      at: "10m",
      fires: {
        labels: { namespace, requested_model: "sonnet", exception_status: status },
        summary: "Bedrock refuses sonnet.",
        description: `Bedrock answered ${status} to 1 calls of sonnet in the last 15 minutes. Trying again won't help.`,
      },
    };
  }),
  {
    alert: "BedrockRefuses",
    when: "other errors happen",
    series: { [calls(throttled, "429")]: "_x1 9x30", [calls("Bedrock.BadRequestError", "400")]: "_x1 9x30" },
    at: "10m",
  },
  {
    alert: "FirstTokenSlow",
    when: "answers begin after 10 to 30 seconds",
    series: histogram(firstToken, [5, 10, 30], 10),
    at: "40m",
    fires: {
      labels: { namespace, requested_model: "sonnet" },
      summary: "Answers of sonnet begin late.",
      description:
        "One in twenty answers of sonnet in the last 15 minutes began after more than 29s; the threshold is 10 s.",
    },
  },
  { alert: "FirstTokenSlow", when: "they begin within 10", series: histogram(firstToken, [5, 10, 30], 5), at: "40m" },
  {
    alert: "AnswersSlow",
    when: "answers take two to five minutes",
    series: histogram(answer, [60, 120, 300], 120),
    at: "40m",
    fires: {
      labels: { namespace, requested_model: "sonnet" },
      summary: "Answers of sonnet take long.",
      description:
        "One in twenty answers of sonnet in the last 15 minutes took more than 4m 51s; the threshold is 120 s.",
    },
  },
  { alert: "AnswersSlow", when: "they take up to two", series: histogram(answer, [60, 120, 300], 60), at: "40m" },
  {
    alert: "ModelFailsOver",
    when: "nine requests fell back",
    series: { [fallbacks]: "_x1 9x30" },
    at: "10m",
    fires: {
      labels: { namespace, requested_model: "sonnet", fallback_model: "haiku" },
      summary: "haiku answers for sonnet.",
      description: "haiku answered 9 requests of the last 30 minutes, as sonnet failed.",
    },
  },
  { alert: "ModelFailsOver", when: "five did", series: { [fallbacks]: "_x1 5x30" }, at: "10m" },
];

const available = (deployment: string) =>
  series("kube_deployment_status_replicas_available", { pod: "ksm", deployment });
const wanted = (deployment: string) => series("kube_deployment_spec_replicas", { pod: "ksm", deployment });
const readyPods = (statefulset: string) =>
  series("kube_statefulset_status_replicas_ready", { pod: "ksm", statefulset });
const ready = readyPods("open-webui");
const postgresReady = readyPods("open-webui-postgres");
const breaker = (state: string) => series("litellm_redis_circuit_breaker_state", { state });
const inFlight = series("litellm_in_flight_requests");
const openWebUi = { pod: "open-webui-0", container: "open-webui" };
const restarts = series("kube_pod_container_status_restarts_total", openWebUi);
const killed = (reason: string) => series("kube_pod_container_status_last_terminated_reason", { ...openWebUi, reason });

const availability: readonly AlertCase[] = [
  {
    alert: "LiteLlmNotScraped",
    when: "metrics stop, staleness and five minutes over",
    series: { [inFlight]: "1x10 stale" },
    at: "17m",
    fires: {
      labels: { namespace },
      summary: "LiteLLM is down, or Prometheus doesn't reach it.",
      description:
        "Prometheus has had no metrics of LiteLLM in open-webui for 5 minutes. Every other alert about models and money is silent meanwhile.",
    },
  },
  { alert: "LiteLlmNotScraped", when: "LiteLLM is idle", series: { [inFlight]: "0x30" }, at: "20m" },
  { alert: "LiteLlmNotScraped", when: "metrics stopped a moment ago", series: { [inFlight]: "1x10 stale" }, at: "14m" },
  {
    alert: "RedisUnreachable",
    when: "the breaker is open",
    series: { [breaker("closed")]: "0x10", [breaker("open")]: "1x10" },
    at: "5m",
    fires: {
      labels: { namespace, pod: "litellm-1" },
      summary: "LiteLLM doesn't reach Redis.",
      description:
        "litellm-1 has 1 broken connection(s) to Redis: it counts the budget and the rate limits by itself, and forgets what it counted.",
    },
  },
  {
    alert: "RedisUnreachable",
    when: "it was open and is closed again",
    series: { [breaker("closed")]: "0x2 1x10", [breaker("open")]: "1x2 0x10" },
    at: "8m",
  },
  {
    alert: "LiteLlmDown",
    when: "one of two pods is missing",
    series: { [available("litellm")]: "1x20", [wanted("litellm")]: "2x20" },
    at: "10m",
    fires: {
      labels: { namespace, pod: "ksm", deployment: "litellm" },
      summary: "Pods of LiteLLM are missing.",
      description: "1 pods of LiteLLM are ready.",
    },
  },
  {
    alert: "LiteLlmDown",
    when: "all are there, and Redis isn't",
    series: { [available("litellm")]: "2x20", [wanted("litellm")]: "2x20", [available("open-webui-redis")]: "0x20" },
    at: "10m",
  },
  {
    alert: "OpenWebUiDown",
    when: "its pod isn't ready",
    series: { [ready]: "0x20" },
    at: "10m",
    fires: {
      labels: { namespace, pod: "ksm", statefulset: "open-webui" },
      summary: "The chat is down.",
      description: "0 pods of Open WebUI are ready.",
    },
  },
  { alert: "OpenWebUiDown", when: "it restarts within a few minutes", series: { [ready]: "1x5 0x3 1x10" }, at: "9m" },
  {
    alert: "RedisDown",
    when: "its pod isn't available",
    series: { [available("open-webui-redis")]: "0x20" },
    at: "10m",
    fires: {
      labels: { namespace, pod: "ksm", deployment: "open-webui-redis" },
      summary: "Redis is down.",
      description:
        "0 pods of Redis are ready. Each LiteLLM pod counts the budget alone meanwhile, and with accounts chats fail.",
    },
  },
  { alert: "RedisDown", when: "it is", series: { [available("open-webui-redis")]: "1x20" }, at: "10m" },
  {
    alert: "PostgresDown",
    when: "its pod isn't ready",
    series: { [postgresReady]: "0x20" },
    at: "10m",
    fires: {
      labels: { namespace, pod: "ksm", statefulset: "open-webui-postgres" },
      summary: "Postgres is down.",
      description: "0 pods of Postgres are ready. Nobody can chat or read chats meanwhile.",
    },
  },
  { alert: "PostgresDown", when: "it starts within a minute", series: { [postgresReady]: "1x5 0 1x20" }, at: "7m" },
  {
    alert: "PodRestarts",
    when: "the container started four times within an hour",
    series: { [restarts]: "0x10 1x10 2x10 3x10 4x20" },
    at: "60m",
    fires: {
      labels: { namespace, ...openWebUi },
      summary: "open-webui starts again and again.",
      description: "open-webui in open-webui-0 started 4 times in the last hour.",
    },
  },
  { alert: "PodRestarts", when: "it started twice", series: { [restarts]: "0x10 1x10 2x50" }, at: "60m" },
  {
    alert: "OutOfMemory",
    when: "it was killed at its limit",
    series: { [restarts]: "0x10 1x20", [killed("OOMKilled")]: "0x10 1x20" },
    at: "15m",
    fires: {
      labels: { namespace, ...openWebUi },
      summary: "open-webui was killed at its memory limit.",
      description:
        "open-webui in open-webui-0 was killed at its memory limit and started 1 times in the last 15 minutes.",
    },
  },
  {
    alert: "OutOfMemory",
    when: "it ended by itself",
    series: { [restarts]: "0x10 1x20", [killed("Error")]: "0x10 1x20" },
    at: "15m",
  },
  {
    alert: "OutOfMemory",
    when: "it was killed hours ago",
    series: { [restarts]: "0x10 1x200", [killed("OOMKilled")]: "0x10 1x200" },
    at: "180m",
  },
];

const mebibyte = 1024 * 1024;
const memory = (container: string, pod: string) => series("container_memory_working_set_bytes", { pod, container });
const volume = (kind: "available" | "capacity", claim: string) =>
  series(`kubelet_volume_stats_${kind}_bytes`, { pod: "kubelet", persistentvolumeclaim: claim });

const capacity: readonly AlertCase[] = [
  {
    alert: "MemoryNearLimit",
    when: "Redis uses 120 of 128 MiB",
    series: {
      [memory("redis", "redis-1")]: `${120 * mebibyte}x20`,
      [memory("litellm", "litellm-1")]: `${400 * mebibyte}x20`,
    },
    at: "15m",
    fires: {
      labels: { namespace, pod: "redis-1", container: "redis" },
      summary: "redis is near its memory limit.",
      description: "redis in redis-1 uses 93.75% of its limit; the threshold is 90 %. At 100 % it is killed.",
    },
  },
  {
    alert: "MemoryNearLimit",
    when: "every container is below nine tenths of its own limit",
    series: {
      [memory("redis", "redis-1")]: `${100 * mebibyte}x20`,
      [memory("litellm", "litellm-1")]: `${600 * mebibyte}x20`,
      [memory("open-webui", "open-webui-0")]: `${900 * mebibyte}x20`,
    },
    at: "15m",
  },
  {
    alert: "VolumeFilling",
    when: "half a GiB of five is left",
    series: { [volume("available", "open-webui")]: "0.5x10", [volume("capacity", "open-webui")]: "5x10" },
    at: "8m",
    fires: {
      labels: { namespace, pod: "kubelet", persistentvolumeclaim: "open-webui" },
      summary: "The volume open-webui fills up.",
      description: "open-webui is 90% full; the threshold is 85 %.",
    },
  },
  {
    alert: "VolumeFilling",
    when: "one is left, and somebody else's volume is full",
    series: {
      [volume("available", "open-webui")]: "1x10",
      [volume("capacity", "open-webui")]: "5x10",
      [volume("available", "other")]: "0x10",
      [volume("capacity", "other")]: "5x10",
    },
    at: "8m",
  },
];

const cronJob = (metric: string, name = "open-webui-backup") =>
  series(`kube_cronjob_${metric}`, { pod: "ksm", cronjob: name });

const backupIsMissing: AlertCase["fires"] = {
  labels: { namespace, cronjob: "open-webui-backup" },
  summary: "The chats aren't backed up any more.",
  description: "No scheduled backup has succeeded for 3 hours; the threshold is 2.",
};

/** promtool's clock begins in 1970. */
const backup: readonly AlertCase[] = [
  {
    alert: "BackupMissing",
    when: "the last one was in the first minute",
    series: { [cronJob("created")]: "0x200", [cronJob("status_last_successful_time")]: "60x200" },
    at: "180m",
    fires: backupIsMissing,
  },
  {
    alert: "BackupMissing",
    when: "none has ever succeeded",
    series: { [cronJob("created")]: "0x200", [cronJob("status_last_successful_time", "other")]: "10000x200" },
    at: "180m",
    fires: backupIsMissing,
  },
  {
    alert: "BackupMissing",
    when: "the last one was an hour and a half ago, long after it was set up",
    series: { [cronJob("created")]: "0x200", [cronJob("status_last_successful_time")]: "0x90 5400x110" },
    at: "180m",
  },
  {
    alert: "BackupMissing",
    when: "it was set up an hour ago",
    series: { [cronJob("created")]: "7200x200" },
    at: "180m",
  },
];

/** promtool's clock begins in 1970, as the key does. A day is the threshold: it evaluates every minute. */
const accessKey: readonly AlertCase[] = [
  {
    alert: "AccessKeyOld",
    when: "the key is 25 hours old",
    series: {},
    at: "25h",
    fires: {
      labels: { namespace, slot: "b" },
      summary: "The AWS access key should be replaced.",
      description: "The access key in slot b is 1 days old; the threshold is 1 days.",
    },
  },
  { alert: "AccessKeyOld", when: "it is 23 hours old", series: {}, at: "23h" },
];

export const alertCases: readonly AlertCase[] = [
  ...spending,
  ...models,
  ...availability,
  ...capacity,
  ...backup,
  ...accessKey,
];
