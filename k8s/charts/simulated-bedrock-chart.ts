import type { Construct } from "constructs";
import type { StackConfig } from "../../lib/config";
import { SimulatedBedrock, type SimulatedBedrockProps } from "../constructs/simulated-bedrock";
import { StackChart } from "./stack-chart";

/** The stand-in for Bedrock, in tests and previews. */
export class SimulatedBedrockChart extends StackChart {
  /** For LiteLLM. */
  readonly url: string;

  constructor(scope: Construct, id: string, config: StackConfig, props: SimulatedBedrockProps) {
    super(scope, id, config.namespace);
    this.url = new SimulatedBedrock(this, "simulated-bedrock", props).url;
  }
}
