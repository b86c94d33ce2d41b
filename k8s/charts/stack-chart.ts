import { Chart } from "cdk8s";
import type { Construct } from "constructs";
import { ownerLabel, partOf } from "../../lib/naming";

/** A chart of the stack: its objects carry the label that says whose they are. */
export abstract class StackChart extends Chart {
  /** @param namespace - the stack's Namespace; none for objects that belong to no Namespace */
  constructor(scope: Construct, id: string, namespace?: string) {
    super(scope, id, {
      ...(namespace === undefined ? {} : { namespace }),
      disableResourceNameHashes: true,
      labels: { [ownerLabel]: partOf },
    });
  }
}
