import { readPods } from "../../../ops/status/pods";
import { clusterContext } from "../../support/checks";
import { type Answers, fails } from "../../support/fake-programs";

const ours = { "app.kubernetes.io/part-of": "open-webui-bedrock" };

function workload(name: string, { labels = ours, replicas = 1 }: { labels?: object; replicas?: number } = {}) {
  const spec = { replicas, template: { metadata: { labels: { app: name } }, spec: { containers: [] } } };
  return { kind: "Deployment", metadata: { name, labels }, spec, status: {} };
}

function pod(app: string, limits?: Readonly<Record<string, string>>, container: object = {}) {
  return {
    kind: "Pod",
    metadata: { name: `${app}-1`, labels: { app } },
    spec: { nodeName: "one", containers: [{ name: app, image: "x", resources: { limits } }] },
    status: { containerStatuses: [{ ready: true, restartCount: 0, state: {}, ...container }] },
  };
}

const summary = {
  pods: [
    {
      podRef: { name: "litellm-1", namespace: "open-webui" },
      containers: [
        { cpu: { usageNanoCores: 20_000_000 }, memory: { workingSetBytes: 300 * 2 ** 20 } },
        { cpu: { usageNanoCores: 5_000_000 }, memory: { workingSetBytes: 2 ** 20 } },
      ],
    },
    { podRef: { name: "litellm-1", namespace: "other" }, containers: [{ memory: { workingSetBytes: 1 } }] },
  ],
};
const noMetricsApi = { "/apis/metrics.k8s.io": fails("the server could not find the requested resource") };
const kubelet = { ...noMetricsApi, "/nodes/one/proxy/stats/summary": summary };

async function read(objects: readonly object[], answers: Answers = kubelet) {
  const { cluster, config } = await clusterContext({ "deployments,statefulsets,pods": { items: objects }, ...answers });
  return readPods(cluster, config);
}

describe("the pods of a stack", () => {
  it("are told with what they use, by the kubelet", async () => {
    const limits = { memory: "512Mi", cpu: "500m" };
    expect(await read([workload("litellm"), pod("litellm", limits)])).toEqual({
      pods: [
        {
          name: "litellm-1",
          workload: "litellm",
          state: "ready",
          restarts: 0,
          memory: 301 * 2 ** 20,
          memoryLimit: 512 * 2 ** 20,
          cpu: 0.025,
          cpuLimit: 0.5,
        },
      ],
      missing: [],
      usage: { value: "kubelet" },
    });
  });

  it("by the metrics API where there is one", async () => {
    const containers = [{ usage: { cpu: "12345678n", memory: "1024Ki" } }, { usage: { cpu: "100u", memory: "1Mi" } }];
    const items = [{ metadata: { name: "litellm-1" }, containers }];
    const { pods, usage } = await read([workload("litellm"), pod("litellm")], { "/apis/metrics.k8s.io": { items } });
    expect(usage).toEqual({ value: "metrics API" });
    expect(pods).toMatchObject([{ memory: 2 * 2 ** 20, cpu: expect.closeTo(0.012446, 6) }]);
  });

  it("have no limit where a container has none", async () => {
    const [first] = (await read([workload("litellm"), pod("litellm", { memory: "1Gi" })])).pods;
    expect(first).toMatchObject({ memoryLimit: 2 ** 30 });
    expect(first).not.toHaveProperty("cpuLimit");
  });

  it("are told all the same where nobody tells what they use, and why", async () => {
    const answers = { ...noMetricsApi, "/nodes/one/proxy": fails("nodes is forbidden") };
    const { pods, usage } = await read([workload("litellm"), pod("litellm", { memory: "1Gi" })], answers);
    expect(usage).toEqual({
      unreadable: "metrics API: the server could not find the requested resource; kubelet of one: nodes is forbidden",
    });
    expect(pods).toEqual([
      { name: "litellm-1", workload: "litellm", state: "ready", restarts: 0, memoryLimit: 2 ** 30 },
    ]);
  });

  it("were started again: how often, and how they ended before", async () => {
    const container = { restartCount: 3, lastState: { terminated: { reason: "OOMKilled" } } };
    const { pods } = await read([workload("litellm"), pod("litellm", {}, container)]);
    expect(pods).toMatchObject([{ restarts: 3, lastEnd: "OOMKilled" }]);
  });

  it("are missing where a workload wants one", async () => {
    const { pods, missing } = await read([workload("litellm"), workload("redis", { replicas: 0 })]);
    expect({ pods, missing }).toEqual({ pods: [], missing: ["litellm"] });
  });

  it("are no others' of the Namespace", async () => {
    const { pods } = await read([workload("litellm"), workload("other", { labels: {} }), pod("other"), pod("litellm")]);
    expect(pods.map(({ name }) => name)).toEqual(["litellm-1"]);
  });

  it("aren't there where no stack is", async () => {
    await expect(read([workload("other", { labels: {} })])).rejects.toThrow(
      "No stack is in Namespace open-webui on k3s (https://192.0.2.7:6443).",
    );
  });
});
