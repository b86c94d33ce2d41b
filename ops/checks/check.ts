import type { StackConfig } from "../../lib/config";
import type { Aws } from "../aws";
import type { Cluster } from "../cluster";
import type { KubernetesObject } from "../manifests";

/** What a check found. What is right is told, too: silence would look like it. */
export type Finding =
  | { readonly level: "ok"; readonly what: string }
  | {
      /** `problem`: it won't work, or it isn't safe. `warning`: it works, for now or as far as can be told. */
      readonly level: "problem" | "warning";
      readonly what: string;
      readonly why: string;
      /** A command or a page. */
      readonly mend: string;
    };

export interface CheckContext {
  readonly config: StackConfig;
  readonly aws: Aws;
}

/** What checks of the cluster also know. */
export interface ClusterContext extends CheckContext {
  readonly cluster: Cluster;
  /** What would be applied. */
  readonly objects: readonly KubernetesObject[];
}

/** Looks at one thing, and changes nothing. */
export type Check<Context extends CheckContext> = (context: Context) => Promise<readonly Finding[]>;

export function ok(what: string): Finding {
  return { level: "ok", what };
}

export function problem(what: string, why: string, mend: string): Finding {
  return { level: "problem", what, why, mend };
}

export function warning(what: string, why: string, mend: string): Finding {
  return { level: "warning", what, why, mend };
}
