import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { parseSamples, readUse } from "../../../ops/status/model-use";
import { clusterContext } from "../../support/checks";

const metrics = `# HELP litellm_spend_metric_total Total spend
# TYPE litellm_spend_metric_total counter
process_start_time_seconds 1.79567504e+09
litellm_proxy_total_requests_metric_total{api_provider="bedrock",requested_model="nova-lite",status_code="200"} 4.0
litellm_proxy_total_requests_metric_total{api_provider="bedrock",requested_model="nova-lite",status_code="429"} 1.0
litellm_proxy_total_requests_metric_total{api_provider="None",requested_model="other",status_code="403"} 7.0
litellm_proxy_failed_requests_metric_total{exception_status="429",requested_model="nova-lite"} 1.0
litellm_input_tokens_metric_total{requested_model="nova-lite"} 100.0
litellm_output_tokens_metric_total{requested_model="nova-lite"} 200.0
litellm_spend_metric_total{requested_model="nova-lite"} 6.09e-06
litellm_provider_remaining_budget_metric{api_provider="bedrock"} 19.5
`;

async function use(body: string, { status = 200, pods = ["litellm-1"] } = {}) {
  const asked: (string | undefined)[] = [];
  const server = createServer(({ url, headers }, response) => {
    asked.push(`${url} ${headers.authorization}`);
    response.writeHead(status).end(body);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const { cluster, config } = await clusterContext({
    "get pods": {
      items: pods.map((name) => ({ metadata: { name }, status: { containerStatuses: [{ ready: true, state: {} }] } })),
    },
    "get secret litellm": Buffer.from("sk-verify").toString("base64"),
    "port-forward": `Forwarding from 127.0.0.1:${port} -> 4000\n`,
  });
  try {
    return { use: await readUse(cluster, config), asked };
  } finally {
    server.close();
  }
}

describe("what models were used for", () => {
  it("is told by LiteLLM's metrics, with the operations' key", async () => {
    expect(await use(metrics)).toEqual({
      use: {
        since: "2026-11-26T06:37:20.000Z",
        models: [
          { alias: "nova-lite", requests: 5, failures: 1, inputTokens: 100, outputTokens: 200, spentUsd: 6.09e-6 },
        ],
        budgetLeftUsd: 19.5,
      },
      asked: ["/metrics/ Bearer sk-verify"],
    });
  });

  it("is the sum of all pods", async () => {
    const { use: sum, asked } = await use(metrics, { pods: ["litellm-1", "litellm-2"] });
    expect(sum.models).toMatchObject([{ requests: 10, inputTokens: 200 }]);
    expect(sum.budgetLeftUsd).toBe(19.5);
    expect(asked).toHaveLength(2);
  });

  it("is nothing of a model that nobody asked", async () => {
    const { use: none } = await use("process_start_time_seconds 1.79567504e+09\n");
    expect(none).toEqual({
      since: "2026-11-26T06:37:20.000Z",
      models: [{ alias: "nova-lite", requests: 0, failures: 0, inputTokens: 0, outputTokens: 0, spentUsd: 0 }],
    });
  });

  it("isn't known while no pod is ready, or LiteLLM refuses", async () => {
    await expect(use(metrics, { pods: [] })).rejects.toThrow("No pod of LiteLLM is ready.");
    await expect(use("This key is not known.", { status: 401 })).rejects.toThrow(
      "LiteLLM's metrics: 401 This key is not known.",
    );
  });
});

describe("parseSamples", () => {
  it("reads labels with quotes, braces and commas in them", () => {
    expect(parseSamples('a_total{one="x,y",two="a \\"b\\" }"} 1e-3\n# a comment\nb 2\n')).toEqual([
      { name: "a_total", labels: { one: "x,y", two: 'a \\"b\\" }' }, value: 0.001 },
      { name: "b", labels: {}, value: 2 },
    ]);
  });
});
