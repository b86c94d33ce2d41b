import type { Construct } from "constructs";
import type { StackConfig } from "../../lib/config";
import { type NetworkEdgesOptions, networkEdges } from "../../lib/network";
import { NetworkPolicies } from "../constructs/network-policies";
import { StackChart } from "./stack-chart";

/** Who may talk to whom. Applied before any pod runs. */
export class NetworkChart extends StackChart {
  constructor(scope: Construct, id: string, config: StackConfig, options: NetworkEdgesOptions = {}) {
    super(scope, id, config.namespace);
    new NetworkPolicies(this, "policies", { namespace: config.namespace, edges: networkEdges(config, options) });
  }
}
