import type { IServiceMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor";
import { ApiObject } from "cdk8s";
import { Construct } from "constructs";
import { components, secretKeys } from "../../../lib/naming";
import type { LiteLlmEndpoint } from "./litellm";

export interface LiteLlmServiceMonitorProps {
  readonly endpoint: LiteLlmEndpoint;
  /** Value of the label `release` by which the operator picks monitors up. */
  readonly release: string;
  /** Secret with the key that opens the metrics and nothing else; the operator reads it. */
  readonly secretName: string;
}

/** Tells the Prometheus operator to scrape every LiteLLM pod. */
export class LiteLlmServiceMonitor extends Construct {
  constructor(scope: Construct, id: string, props: LiteLlmServiceMonitorProps) {
    super(scope, id);
    const { endpoint } = props;
    const monitor = {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "ServiceMonitor",
      metadata: { name: components.liteLlm, labels: { release: props.release } },
      spec: {
        selector: { matchLabels: { ...endpoint.labels } },
        endpoints: [
          {
            port: endpoint.portName,
            path: endpoint.metricsPath,
            interval: "30s",
            scrapeTimeout: "10s",
            authorization: { credentials: { name: props.secretName, key: secretKeys.prometheus.liteLlmKey } },
          },
        ],
      },
    } satisfies IServiceMonitor;
    new ApiObject(this, "monitor", monitor);
  }
}
