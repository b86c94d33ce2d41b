import { type ScalarTag, stringify } from "yaml";
import { excludedLabels, excludedMetrics, latencyBuckets } from "../../../lib/metrics";
import { type ConfiguredModel, invocationId } from "../../../lib/models";
import { redisPrefixes, secretKeys } from "../../../lib/naming";
import type { RedisEndpoint } from "../redis/redis";

/** What the proxy may spend in a period before it answers 429; `unlimited` says why nothing is blocked. */
export type Budget =
  | { readonly kind: "limited"; readonly limitUsd: number; readonly period: string }
  | { readonly kind: "unlimited"; readonly reason: string };

export interface ProxyConfigOptions {
  readonly models: readonly ConfiguredModel[];
  readonly budget: Budget;
  /** How often a failed call is tried again. */
  readonly retries: number;
  /** Longest time of one attempt to call Bedrock, in seconds. */
  readonly requestTimeoutSeconds: number;
  /** Whether the metrics want a key; otherwise they answer whoever reaches the proxy. */
  readonly metricsNeedKey: boolean;
  /** Where spending and rates are counted, so that all pods count together and a restart forgets nothing. */
  readonly redis: RedisEndpoint;
}

/**
 * LiteLLM's `config.yaml`. LiteLLM starts silently with unknown or misspelt keys: docs/settings.md says of each key
 * here how its effect is known.
 */
export function renderProxyConfig(options: ProxyConfigOptions): string {
  return stringify(
    {
      model_list: options.models.map(modelEntry),
      litellm_settings: {
        drop_params: true,
        // The second one is an object in readable_errors.py.
        callbacks: ["prometheus", "readable_errors.callback"],
        require_auth_for_metrics_endpoint: options.metricsNeedKey,
        prometheus_exclude_metrics: excludedMetrics,
        prometheus_exclude_labels: excludedLabels,
        prometheus_latency_buckets: latencyBuckets,
        request_timeout: options.requestTimeoutSeconds,
      },
      router_settings: {
        num_retries: options.retries,
        ...fallbacks(options.models),
        ...budgetSettings(options.budget),
        ...rateLimitSettings(options.models),
        redis_host: options.redis.host,
        redis_port: options.redis.port,
        // The user name has no key here: it is REDIS_USERNAME in the environment.
        redis_password: `os.environ/${secretKeys.liteLlm.redisPassword}`,
        cache_kwargs: { namespace: redisPrefixes.liteLlm },
      },
      general_settings: {
        master_key: `os.environ/${secretKeys.liteLlm.masterKey}`,
        // One key per consumer: see consumers.ts.
        custom_auth: "custom_auth.user_api_key_auth",
      },
    },
    // 1.1 is what PyYAML reads: an alias such as `on`, `no` or `2026-11-23` has to be quoted.
    { version: "1.1", customTags: (tags) => [decimalNumber, ...tags], aliasDuplicateObjects: false, lineWidth: 0 },
  );
}

function modelEntry(model: ConfiguredModel) {
  const { prices, definition, rateLimit } = model;
  const perToken = (usdPerMillion: number | undefined) =>
    usdPerMillion === undefined ? undefined : usdPerMillion / 1e6;
  // Without a price in both places an id that LiteLLM's own list lacks would count as free.
  const route = definition.kind === "chat" ? "bedrock/converse" : "bedrock";
  return {
    model_name: model.alias,
    litellm_params: withoutUndefined({
      model: `${route}/${invocationId(model)}`,
      aws_region_name: model.region,
      input_cost_per_token: perToken(prices.input),
      output_cost_per_token: perToken(prices.output),
      cache_creation_input_token_cost: perToken(prices.cacheWrite),
      cache_read_input_token_cost: perToken(prices.cacheRead),
      additional_drop_params: definition.refusedParams?.length ? definition.refusedParams : undefined,
      rpm: rateLimit?.requestsPerMinute,
      tpm: rateLimit?.tokensPerMinute,
    }),
    // The id is what LiteLLM's Redis keys begin with; by default it is a hash of the parameters.
    model_info: { id: model.alias },
  };
}

function fallbacks(models: readonly ConfiguredModel[]) {
  const declared = models.filter((model) => model.fallbacks.length > 0);
  return declared.length === 0 ? {} : { fallbacks: declared.map((model) => ({ [model.alias]: model.fallbacks })) };
}

/** A provider budget, the only kind that blocks without a database (`litellm_settings.max_budget` does nothing). */
function budgetSettings(budget: Budget) {
  if (budget.kind === "unlimited") return {};
  return { provider_budget_config: { bedrock: { budget_limit: budget.limitUsd, time_period: budget.period } } };
}

/** `rpm` and `tpm` are only hints for load balancing unless this check enforces them. */
function rateLimitSettings(models: readonly ConfiguredModel[]) {
  const limited = models.some((model) => model.rateLimit !== undefined);
  return limited ? { optional_pre_call_checks: ["enforce_model_rate_limits"] } : {};
}

function withoutUndefined<Value>(values: Record<string, Value | undefined>): Record<string, Value> {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, Value] => entry[1] !== undefined));
}

/**
 * Fractions as plain decimals. LiteLLM reads its file with PyYAML, to which `6e-8` (how JavaScript writes it) is a
 * text: YAML 1.1 wants a dot and a sign in an exponent. Fifteen digits keep a price of 1e-9 USD per million tokens.
 */
const decimalNumber: ScalarTag = {
  tag: "tag:yaml.org,2002:float",
  default: true,
  identify: (value) => typeof value === "number" && !Number.isInteger(value),
  test: /^[-+]?\d+\.\d+$/,
  resolve: (text) => Number.parseFloat(text),
  stringify: ({ value }) => (value as number).toFixed(15).replace(/0+$/, ""),
};
