import { k8s } from "cdk8s-plus-28";
import type { Construct } from "constructs";
import type { StackConfig } from "../../lib/config";
import { StackChart } from "./stack-chart";

/** The Namespace, which refuses pods that ask for more than they need. */
export class NamespaceChart extends StackChart {
  constructor(scope: Construct, id: string, config: StackConfig) {
    super(scope, id);
    const podSecurity = "restricted";
    new k8s.KubeNamespace(this, "namespace", {
      metadata: {
        name: config.namespace,
        labels: {
          "pod-security.kubernetes.io/enforce": podSecurity,
          "pod-security.kubernetes.io/warn": podSecurity,
          "pod-security.kubernetes.io/audit": podSecurity,
        },
      },
    });
  }
}
