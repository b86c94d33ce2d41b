import type { Construct } from "constructs";
import type { StackConfig } from "../../lib/config";
import { databaseStorage } from "../../lib/database";
import { DataPod, type DataPodProps } from "../constructs/open-webui/data-pod";
import { StackChart } from "./stack-chart";

/** A guest of the stack: no part of what is deployed. */
export class DataPodChart extends StackChart {
  constructor(scope: Construct, id: string, config: StackConfig, props: Omit<DataPodProps, "databaseSize">) {
    super(scope, id, config.namespace);
    new DataPod(this, "data-pod", { ...props, databaseSize: databaseStorage(config).size });
  }
}
