/**
 * Needs what prometheus.test.ts needs. Works in Namespaces whose names begin with `observe`, which are deleted.
 *
 * Every query of the rules and the dashboard that concerns LiteLLM, in a Prometheus that scraped the real one under all
 * kinds of requests.
 */
import type { IServiceMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor";
import { isAlert } from "../../../k8s/alerts/rule";
import { prometheusRuleGroups } from "../../../k8s/alerts/rules";
import { renderDashboard } from "../../../k8s/dashboards/dashboard";
import { parseConfig } from "../../../lib/config";
import { metricFamilies, scrapeLabels } from "../../../lib/metrics";
import { images } from "../../../lib/versions";
import { bundleSimulator } from "../../../simulator/bundle";
import { exportersOf, monitored, panelsOf, queriesOf, rulesOf } from "../../support/monitoring";
import { readQuery } from "../../support/promql";
import { deleteNamespace, kubectl } from "../support/kubectl";
import { TestPrometheus } from "../support/prometheus";
import { TestStack } from "../support/test-stack";
import { until } from "../support/until";

const monitoringNamespace = "observe-monitoring-test";
const podLabels = { "app.kubernetes.io/name": "prometheus" };
const stack = new TestStack(
  parseConfig(
    {
      namespace: "observe",
      host: "observe.example.com",
      models: {
        sonnet: { model: "anthropic.claude-sonnet-4-6", fallbacks: ["haiku"] },
        haiku: { model: "anthropic.claude-haiku-4-5-20251001-v1:0", profile: "global" },
        micro: { model: "amazon.nova-micro-v1:0" },
        limited: { model: "amazon.nova-lite-v1:0", rateLimit: { requestsPerMinute: 2 } },
        titan: { model: "amazon.titan-embed-text-v2:0" },
      },
      liteLlm: { budget: { kind: "limited", limitUsd: 0.06 } },
      openWebUi: { auth: { kind: "accounts", owner: "you@example.com" }, storage: { storageClass: "longhorn" } },
      redis: { storage: { storageClass: "longhorn" } },
      monitoring: { kind: "prometheus-operator", prometheus: { namespace: monitoringNamespace, podLabels } },
    },
    "this test",
  ),
);
const config = monitored(stack.config);
const prometheus = new TestPrometheus({ name: "prometheus", namespace: monitoringNamespace, labels: podLabels });

interface Tokens {
  readonly input: number;
  readonly output: number;
}

interface Answer {
  readonly status: number;
  /** As Bedrock told the client; none when the request failed. */
  readonly tokens: Tokens;
}

/** Sends requests one after the other, from Open WebUI's pod and with its key. */
function send(requests: readonly (readonly [path: string, body: object])[]): readonly Answer[] {
  const script = `
import json, os, urllib.request, urllib.error
key = {"Content-Type": "application/json", "Authorization": "Bearer " + os.environ["OPENAI_API_KEY"]}
answers = []
for path, body in json.loads(${JSON.stringify(JSON.stringify(requests))}):
    request = urllib.request.Request(os.environ["OPENAI_API_BASE_URL"] + path, json.dumps(body).encode(), key)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer: answers.append([answer.status, answer.read().decode()])
    except urllib.error.HTTPError as error: answers.append([error.code, ""])
print(json.dumps(answers))`;
  const answers = JSON.parse(stack.python("open-webui-0", script)) as readonly (readonly [number, string])[];
  return answers.map(([status, body]) => ({ status, tokens: usage(body) }));
}

/** From a whole answer, or from the last chunk of a stream that has it. */
function usage(body: string): Tokens {
  const input = [...body.matchAll(/"prompt_tokens":\s*(\d+)/g)].at(-1)?.[1];
  const output = [...body.matchAll(/"completion_tokens":\s*(\d+)/g)].at(-1)?.[1];
  return { input: Number(input ?? 0), output: Number(output ?? 0) };
}

function chat(model: string, text: string, settings: object = {}): readonly [string, object] {
  return ["/chat/completions", { model, messages: [{ role: "user", content: text }], ...settings }];
}

const stream = { stream: true, stream_options: { include_usage: true } };

/** Requests, with the model that answers each; none where the request fails. */
const load: readonly (readonly [answers: string | undefined, status: number, request: readonly [string, object]])[] = [
  ["sonnet", 200, chat("sonnet", "hello simulate:long=200")],
  ["sonnet", 200, chat("sonnet", "good morning simulate:long=100", stream)],
  ["haiku", 200, chat("haiku", "hello simulate:long=300")],
  ["haiku", 200, chat("haiku", "good morning simulate:long=150", stream)],
  ["micro", 200, chat("micro", "hello simulate:long=400")],
  ["micro", 200, chat("micro", "good morning simulate:long=500", stream)],
  ["titan", 200, ["/embeddings", { model: "titan", input: ["a ".repeat(2000)], encoding_format: "float" }]],
  ["haiku", 200, chat("sonnet", "back simulate:throttling simulate:times=3")],
  ["haiku", 200, chat("sonnet", "back in a stream simulate:throttling simulate:times=3", stream)],
  [undefined, 429, chat("sonnet", "both fail simulate:throttling")],
  [undefined, 503, chat("micro", "no way simulate:server-error")],
  [undefined, 403, chat("micro", "no way simulate:access-denied")],
  [undefined, 400, chat("micro", "no way simulate:validation")],
  ["limited", 200, chat("limited", "one")],
  ["limited", 200, chat("limited", "two")],
  [undefined, 429, chat("limited", "three")],
  [undefined, 403, chat("unknown", "nobody")],
];

/** Of the load, by the model that answered. */
const answered = new Map<string, Tokens>();

/** A query as Grafana would send it. */
function filledIn(query: string): string {
  return query.replaceAll("$model", ".+").replaceAll("$range", "1h").replaceAll("$__rate_interval", "5m");
}

const rules = rulesOf(config);
const queries = [
  ...rules.map((rule) => (isAlert(rule) ? ([rule.alert, rule.value] as const) : ([rule.record, rule.expr] as const))),
  ...panelsOf(renderDashboard(config)).flatMap((panel) =>
    queriesOf(panel).map(({ expr, refId }) => [`${panel.title} (${refId})`, expr] as const),
  ),
].filter(([, query]) => exportersOf(query, rules).join() === "liteLlm");

/** Whether a query answers a number. */
function answers(query: string): boolean {
  return prometheus.query(filledIn(query)).some(({ value: [, value] }) => value !== "NaN");
}

/** What a query lacks: selectors without data, labels that no series of it has, or any answer. */
function missing(query: string): readonly string[] {
  const { selectors, groupings } = readQuery(query);
  const series = selectors.map(({ text }) => prometheus.query(`last_over_time(${filledIn(text)}[10m])`));
  const emitted = new Set(series.flat().flatMap(({ metric }) => Object.keys(metric)));
  // Nothing is absent here, so that answers nothing.
  const complete = query.startsWith("absent(") || answers(query);
  return [
    ...selectors.filter((_, index) => series[index]?.length === 0).map(({ text }) => `no series ${text}`),
    ...groupings.filter((label) => !emitted.has(label)).map((label) => `no label ${label}`),
    ...(complete ? [] : ["no answer"]),
  ];
}

beforeAll(async () => {
  stack.deploy({ simulatedBedrock: { image: images.node, program: bundleSimulator() } });
  const results = send(load.map(([, , request]) => request));
  expect(results.map(({ status }) => status)).toEqual(load.map(([, status]) => status));
  for (const [index, { tokens }] of results.entries()) {
    const model = load[index]?.[0] ?? "";
    const before = answered.get(model) ?? { input: 0, output: 0 };
    answered.set(model, { input: before.input + tokens.input, output: before.output + tokens.output });
  }

  kubectl(["create", "namespace", monitoringNamespace]);
  const monitor = JSON.parse(stack.kubectl(["get", "servicemonitor/litellm", "-o", "json"])) as IServiceMonitor;
  const often = { interval: "5s", scrapeTimeout: "5s" };
  const groups = prometheusRuleGroups(config).map((group) => ({ ...group, interval: "5s" }));
  const endpoints = monitor.spec.endpoints.map((endpoint) => ({ ...endpoint, ...often }));
  prometheus.deploy({ ...monitor, spec: { ...monitor.spec, endpoints } }, config.namespace, groups);
  await until(
    "the first scrapes",
    60,
    async () => answers("sum(increase(litellm_spend_metric_total[1m]))") || undefined,
  );
});

afterAll(() => {
  stack.remove();
  deleteNamespace(monitoringNamespace);
});

describe("LiteLLM's metrics under all kinds of requests", () => {
  it.each(
    stack.config.models.map((model) => [model.alias, model] as const),
  )("count the tokens that Bedrock told, and spend them at the catalogue's price: %s", (alias, { prices }) => {
    const counted = (metric: string) =>
      prometheus
        .query(`${metric}{requested_model="${alias}"}`)
        .reduce((sum, { value: [, value] }) => sum + Number(value), 0);
    const { input, output } = answered.get(alias) ?? { input: 0, output: 0 };
    expect(input).toBeGreaterThan(0);
    expect(counted("litellm_input_tokens_metric_total")).toBe(input);
    expect(counted("litellm_output_tokens_metric_total")).toBe(output);
    // A hundredth of a cent is 0.0001 USD; a mistake in these small sums would hide there.
    expect(counted("litellm_spend_metric_total")).toBeCloseTo(
      (input * prices.input + output * prices.output) / 1e6,
      12,
    );
  });

  it("are those that are listed, with these labels and no others", () => {
    const emitted = (metric: string) =>
      new Set(prometheus.query(`{__name__="${metric}"}`).flatMap(({ metric: labels }) => Object.keys(labels)));
    const added = ["__name__", "instance", "job", ...scrapeLabels];
    const wrong = Object.entries(metricFamilies)
      .filter(([, { exporter }]) => exporter === "liteLlm")
      .flatMap(([name, { labels }]) => {
        const found = [...emitted(name)].filter((label) => !added.includes(label)).sort();
        return found.join() === [...labels].sort().join() ? [] : [`${name}: ${found.join()} against ${labels.join()}`];
      });
    expect(wrong).toEqual([]);
  });

  it("stay small", () => {
    const key = stack.values["litellm_key_prometheus"] ?? "";
    const script = `
import urllib.request
request = urllib.request.Request("http://127.0.0.1:4000/metrics/", headers={"Authorization": "Bearer ${key}"})
print(len(urllib.request.urlopen(request).read()))`;
    const bytes = Number(stack.python("deployment/litellm", script));
    console.log(`The exposition has ${bytes} bytes.`);
    expect(bytes).toBeGreaterThan(5_000);
    // 364,000 with LiteLLM's own settings after a like load.
    expect(bytes).toBeLessThan(60_000);
  });
});

describe("the queries of the rules and the dashboard", () => {
  beforeAll(async () => {
    // What a rate needs: more of what was scraped before. Then the budget is crossed, and Redis goes.
    const [streamed, spend] = [chat("micro", "a stream", stream), chat("sonnet", "spend simulate:long=10000")];
    expect(send([streamed, spend]).map(({ status }) => status)).toEqual([200, 200]);
    await until("the budget", 30, async () => send([chat("micro", "more")])[0]?.status === 429 || undefined);
    await until(
      "a scrape of it",
      30,
      async () => answers('litellm_proxy_failed_requests_metric_total{exception_class="ValueError"}') || undefined,
    );
    stack.kubectl(["scale", "deployment/open-webui-redis", "--replicas=0"]);
    await until("the broken connection", 90, async () => {
      send([chat("micro", "without Redis")]);
      return answers('litellm_redis_circuit_breaker_state{state="open"} > 0') || undefined;
    });
    await new Promise((resolve) => setTimeout(resolve, 15_000));
  });

  it.each(queries)("find data: %s", (_, query) => {
    expect(missing(query)).toEqual([]);
  });

  it("concern LiteLLM for the most part", () => {
    expect(queries.length).toBeGreaterThan(35);
  });

  it.each([
    ["a metric", "litellm_requests_metric_total", ["no series litellm_requests_metric_total", "no answer"]],
    [
      "a label's value",
      'litellm_spend_metric_total{requested_model="opus"}',
      ['no series litellm_spend_metric_total{requested_model="opus"}', "no answer"],
    ],
    ["a label to group by", "sum by (team) (litellm_spend_metric_total)", ["no label team"]],
    ["a number", "histogram_quantile(0.5, litellm_in_flight_requests)", ["no answer"]],
  ])("would be found out without %s", (_, query, expected) => {
    expect(missing(query)).toEqual(expected);
  });

  it("tell of what happened", () => {
    const firing = prometheus.query('ALERTS{alertstate="firing"}').map(({ metric }) => metric["alertname"]);
    expect(firing).toEqual(expect.arrayContaining(["BudgetSpent", "BedrockRefuses", "DailySpendHigh"]));
  });
});
