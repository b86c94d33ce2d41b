/**
 * Needs what pods.test.ts needs, and the image of test/real/support/prometheus.ts. Works in Namespaces whose names
 * begin with `net-metrics`, which are deleted.
 */
import type { IServiceMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor";
import { parseConfig } from "../../../lib/config";
import { images } from "../../../lib/versions";
import { bundleSimulator } from "../../../simulator/bundle";
import { ask } from "../support/ask";
import { deleteNamespace, kubectl } from "../support/kubectl";
import { type ScrapedTarget, TestPrometheus } from "../support/prometheus";
import { TestStack } from "../support/test-stack";

const monitoringNamespace = "net-metrics-monitoring-test";
const podLabels = { "app.kubernetes.io/name": "prometheus" };
const stack = new TestStack(
  parseConfig(
    {
      namespace: "net-metrics",
      host: "net-metrics.example.com",
      models: { micro: { model: "amazon.nova-micro-v1:0" } },
      openWebUi: { auth: { kind: "accounts", owner: "you@example.com" }, storage: { storageClass: "longhorn" } },
      redis: { storage: { storageClass: "longhorn" } },
      monitoring: { kind: "prometheus-operator", prometheus: { namespace: monitoringNamespace, podLabels } },
    },
    "this test",
  ),
);

const [model] = stack.config.models;
const configured = prometheus("configured", podLabels);
const other = prometheus("other", { "app.kubernetes.io/name": "grafana" });

function prometheus(name: string, labels: Readonly<Record<string, string>>): TestPrometheus {
  return new TestPrometheus({ name, namespace: monitoringNamespace, labels });
}

/** Waits for the first scrape, which comes at a moment of Prometheus' own within the interval. */
async function firstScrape(prometheus: TestPrometheus): Promise<readonly ScrapedTarget[]> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const targets = prometheus.targets();
    const scraped = targets.length > 0 && targets.every(({ health }) => health !== "unknown");
    if (scraped || Date.now() > deadline) return targets;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** The value of the only series with these labels. */
function onlyValue(metric: string, labels: string): number {
  const samples = configured.query(`${metric}{${labels}}`);
  expect(samples).toHaveLength(1);
  return Number(samples[0]?.value[1]);
}

beforeAll(() => {
  stack.deploy({ simulatedBedrock: { image: images.node, program: bundleSimulator() } });
  // Before the first scrape: a model has metrics from its first chat on.
  expect(ask(stack, "micro", "hello").status).toBe(200);
  kubectl(["create", "namespace", monitoringNamespace]);
  const monitor = JSON.parse(stack.kubectl(["get", "servicemonitor/litellm", "-o", "json"])) as IServiceMonitor;
  for (const each of [configured, other]) each.deploy(monitor, stack.config.namespace);
});

afterAll(() => {
  stack.remove();
  deleteNamespace(monitoringNamespace);
});

describe("a Prometheus that does what the ServiceMonitor says", () => {
  it("scrapes LiteLLM", async () => {
    const address = stack.kubectl(["get", "pods", "-l", "app=litellm", "-o", "jsonpath={.items[*].status.podIP}"]);
    expect(await firstScrape(configured)).toEqual([
      expect.objectContaining({ health: "up", lastError: "", scrapeUrl: `http://${address}:4000/metrics/` }),
    ]);
  });

  it("can't when its labels are not the configured ones", async () => {
    expect(await firstScrape(other)).toEqual([
      expect.objectContaining({ health: "down", lastError: expect.stringMatching(/refused|deadline exceeded/) }),
    ]);
  });

  it("sees requests by alias", () => {
    const labels = `requested_model="micro", status_code="200"`;
    expect(onlyValue("litellm_proxy_total_requests_metric_total", labels)).toBe(1);
    expect(onlyValue("litellm_request_total_latency_metric_count", 'requested_model="micro"')).toBe(1);
  });

  it("sees what was spent, at the catalogue's prices", () => {
    const spent = onlyValue("litellm_spend_metric_total", 'requested_model="micro"');
    const input = onlyValue("litellm_input_tokens_metric_total", 'requested_model="micro"');
    const output = onlyValue("litellm_output_tokens_metric_total", 'requested_model="micro"');
    expect(spent).toBeGreaterThan(0);
    expect(spent).toBeCloseTo((input * (model?.prices.input ?? 0) + output * (model?.prices.output ?? 0)) / 1e6, 12);
  });
});
