import type { IPrometheusRule } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule";
import { ApiObject } from "cdk8s";
import { Construct } from "constructs";
import { partOf } from "../../../lib/naming";
import type { PrometheusRuleGroup } from "../../alerts/rules";

export interface PrometheusRulesProps {
  readonly groups: readonly PrometheusRuleGroup[];
  /** Value of the label `release` by which the operator picks rules up. */
  readonly release: string;
}

/** Hands recording rules and alerts to the Prometheus operator. */
export class PrometheusRules extends Construct {
  constructor(scope: Construct, id: string, { groups, release }: PrometheusRulesProps) {
    super(scope, id);
    const rules = {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PrometheusRule",
      metadata: { name: partOf, labels: { release } },
      spec: { groups: groups.map((group) => ({ ...group, rules: [...group.rules] })) },
    } satisfies IPrometheusRule;
    new ApiObject(this, "rules", rules);
  }
}
