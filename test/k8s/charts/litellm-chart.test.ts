import { Testing } from "cdk8s";
import { LiteLlmChart } from "../../../k8s/charts/litellm-chart";
import { podAnnotations } from "../../../lib/naming";
import { accept, minimal, minimalWith } from "../../support/config-input";
import { testImages } from "../../support/images";
import { findContainer, findObject, plainVariables } from "../../support/kubernetes";

const redis = { host: "open-webui-redis", port: 6379 };

function chartOf(changes: Readonly<Record<string, unknown>> = {}): LiteLlmChart {
  return new LiteLlmChart(Testing.app(), "litellm", accept(minimalWith(changes)), testImages, { redis });
}

const annotations = { kind: "annotations", openMetrics: { reason: "A test of the annotations." } };

describe("LiteLlmChart", () => {
  it.each(["a", "b"] as const)("carries the slot of the key in use, %s, so that another key rolls the pods", (slot) => {
    const config = { ...accept(minimal), accessKeys: { inUse: slot, [slot]: { status: "Active" } } as const };
    const chart = new LiteLlmChart(Testing.app(), "litellm", config, testImages, { redis });
    const { template } = findObject(chart.toJson(), "Deployment", "litellm").spec;
    expect(template.metadata.annotations[podAnnotations.accessKeySlot]).toBe(slot);
  });

  it("assumes the role of the configured account, which has the configured name", () => {
    const credentials = { kind: "web-identity", accountId: "210987654321", issuerUrl: "https://oidc.example.com" };
    const chart = chartOf({ "aws.userName": "chat", "aws.credentials": credentials });
    const { template } = findObject(chart.toJson(), "Deployment", "litellm").spec;
    const { AWS_ROLE_ARN } = plainVariables(findContainer(template, "litellm"));
    expect(AWS_ROLE_ARN).toBe("arn:aws:iam::210987654321:role/chat");
  });

  it("calls the configured Region", () => {
    const { data } = findObject(chartOf({ aws: { region: "us-west-2" } }).toJson(), "ConfigMap", "litellm");
    expect(data["config.yaml"]).toContain("aws_region_name: us-west-2");
  });

  it("hands out the proxy's address", () => {
    expect(chartOf({ namespace: "chat", cluster: { domain: "k8s.test" } }).endpoint.baseUrl).toBe(
      "http://litellm.chat.svc.k8s.test:4000/v1",
    );
  });

  it("is scraped by the configured operator's release, at the address that it hands out", () => {
    const chart = chartOf({ monitoring: { kind: "prometheus-operator", release: "metrics" } });
    const monitor = findObject(chart.toJson(), "ServiceMonitor", "litellm");
    expect(monitor.metadata.labels).toMatchObject({ release: "metrics" });
    expect(monitor.spec).toMatchObject({
      selector: { matchLabels: chart.endpoint.labels },
      endpoints: [{ port: chart.endpoint.portName, path: chart.endpoint.metricsPath }],
    });
  });

  it.each([
    ["annotations", annotations, "true"],
    ["prometheus-operator", { kind: "prometheus-operator" }, undefined],
    ["none", { kind: "none" }, undefined],
  ])("has scrape annotations only when monitoring.kind is annotations: %s", (_, monitoring, scrape) => {
    const { template } = findObject(chartOf({ monitoring }).toJson(), "Deployment", "litellm").spec;
    expect(template.metadata.annotations["prometheus.io/scrape"]).toBe(scrape);
  });

  it.each([
    ["ours", { kind: "terraform" }, "litellm-prometheus"],
    ["the configured one", { kind: "existing", prometheus: "metrics-key" }, "metrics-key"],
  ])("is scraped with the key of a Secret of its own: %s", (_, secrets, name) => {
    const chart = chartOf({ monitoring: { kind: "prometheus-operator" }, secrets });
    expect(findObject(chart.toJson(), "ServiceMonitor", "litellm").spec).toMatchObject({
      endpoints: [{ authorization: { credentials: { name, key: "LITELLM_KEY" } } }],
    });
  });

  it.each([
    ["prometheus-operator", { kind: "prometheus-operator" }, ["open-webui", "verify", "prometheus"]],
    ["annotations", annotations, ["open-webui", "verify"]],
    ["none", { kind: "none" }, ["open-webui", "verify"]],
  ])("knows these consumers when monitoring.kind is %s", (_, monitoring, expected) => {
    const { data } = findObject(chartOf({ monitoring }).toJson(), "ConfigMap", "litellm");
    const consumers = JSON.parse(data["consumers.json"] ?? "") as readonly { readonly name: string }[];
    expect(consumers.map(({ name }) => name)).toEqual(expected);
  });
});
