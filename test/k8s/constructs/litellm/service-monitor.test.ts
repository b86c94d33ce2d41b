import {
  LiteLlmServiceMonitor,
  type LiteLlmServiceMonitorProps,
} from "../../../../k8s/constructs/litellm/service-monitor";
import { findObject, listObjects, renderConstruct } from "../../../support/kubernetes";

const all: Required<LiteLlmServiceMonitorProps> = {
  endpoint: {
    baseUrl: "http://litellm.chat.svc.cluster.local:4000/v1",
    labels: { app: "litellm", tier: "proxy" },
    portName: "http",
    metricsPath: "/metrics/",
  },
  release: "kube-prometheus",
  secretName: "metrics-key",
};

const { objects } = renderConstruct((scope) => new LiteLlmServiceMonitor(scope, "service-monitor", all));

describe("LiteLlmServiceMonitor", () => {
  it("renders one object", () => {
    expect(listObjects(objects)).toEqual(["ServiceMonitor litellm"]);
  });

  it("carries the label by which the operator picks it up", () => {
    expect(findObject(objects, "ServiceMonitor", "litellm")).toMatchObject({
      apiVersion: "monitoring.coreos.com/v1",
      metadata: { labels: { release: "kube-prometheus" } },
    });
  });

  it("scrapes the pods behind the endpoint's Service, on its port and path, with the key of the given Secret", () => {
    expect(findObject(objects, "ServiceMonitor", "litellm").spec).toEqual({
      selector: { matchLabels: { app: "litellm", tier: "proxy" } },
      endpoints: [
        {
          port: "http",
          path: "/metrics/",
          interval: "30s",
          scrapeTimeout: "10s",
          authorization: { credentials: { name: "metrics-key", key: "LITELLM_KEY" } },
        },
      ],
    });
  });
});
