import type { StackConfig } from "../../lib/config";
import { components, matchLabels, ports, secretKeys } from "../../lib/naming";
import type { Cluster } from "../cluster";
import { Failure } from "../failure";
import { interruption } from "../interruption";
import { readSecretValue, secretNameOf } from "../secret-value";
import { describeStart, type Pod } from "../start";

export interface ModelUse {
  readonly alias: string;
  /** Those that this model answered or failed; of one that another model answered, it is the other's. */
  readonly requests: number;
  readonly failures: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly spentUsd: number;
}

export interface Use {
  /** When LiteLLM's oldest pod began to count, in UTC: a new pod begins at 0. */
  readonly since: string;
  readonly models: readonly ModelUse[];
  /** USD of the budget's period that are left. None without a budget, or before the first request. */
  readonly budgetLeftUsd?: number;
}

/**
 * What the models were used for, by LiteLLM's own metrics: every configured one, also those that nobody used.
 * @throws Failure when a pod doesn't answer, or there is none
 */
export async function readUse(cluster: Cluster, config: StackConfig): Promise<Use> {
  const { namespace } = config;
  const label = `app=${matchLabels(components.liteLlm).app}`;
  const pods = await cluster.list<Pod>(["pods", "-n", namespace, "-l", label]);
  const ready = pods.filter((pod) => describeStart(pod) === "ready");
  if (ready.length === 0) throw new Failure("No pod of LiteLLM is ready.");
  const secret = secretNameOf(config, "liteLlm");
  const token = await readSecretValue(cluster, namespace, secret, secretKeys.liteLlm.verifyKey);
  const samples: Sample[][] = [];
  for (const { metadata } of ready) {
    const read = (url: string) => fetchMetrics(`${url}/metrics/`, token);
    samples.push(await cluster.forward(namespace, `pod/${metadata.name}`, ports.liteLlm, read));
  }
  return summarize(samples.flat(), config);
}

/** A value of one series. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

async function fetchMetrics(url: string, token: string): Promise<Sample[]> {
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.any([interruption, AbortSignal.timeout(15_000)]),
  }).catch((error: unknown) => {
    interruption.throwIfAborted();
    throw new Failure(`LiteLLM's metrics: ${error instanceof Error ? error.message : error}`);
  });
  const text = await response.text();
  if (!response.ok) throw new Failure(`LiteLLM's metrics: ${response.status} ${text.slice(0, 200)}`);
  return parseSamples(text);
}

/** Prometheus' text format. */
export function parseSamples(text: string): Sample[] {
  return text.split("\n").flatMap((line): Sample[] => {
    const [, name, labels = "", value] = /^([a-z_]\w*)(?:\{(.*)\})? (\S+)/.exec(line) ?? [];
    if (name === undefined) return [];
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = "", text = ""]) => [key, text]);
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }];
  });
}

/** Failures that count: what the model or LiteLLM failed, and not what was asked wrongly. */
function summarize(samples: readonly Sample[], { models }: StackConfig): Use {
  const sum = (name: string, alias: string) =>
    samples
      .filter((sample) => sample.name === name && sample.labels["requested_model"] === alias)
      .reduce((total, { value }) => total + value, 0);
  const values = (name: string) => samples.filter((sample) => sample.name === name).map(({ value }) => value);
  const left = values("litellm_provider_remaining_budget_metric");
  return {
    since: new Date(Math.min(...values("process_start_time_seconds")) * 1000).toISOString(),
    models: models.map(({ alias }) => ({
      alias,
      requests: sum("litellm_proxy_total_requests_metric_total", alias),
      failures: sum("litellm_proxy_failed_requests_metric_total", alias),
      inputTokens: sum("litellm_input_tokens_metric_total", alias),
      outputTokens: sum("litellm_output_tokens_metric_total", alias),
      spentUsd: sum("litellm_spend_metric_total", alias),
    })),
    // All pods count in one Redis; the one that looked last knows best.
    ...(left.length > 0 && { budgetLeftUsd: Math.min(...left) }),
  };
}
