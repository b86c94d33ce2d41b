import type { Exporter } from "../../lib/metrics";

/** A query whose result Prometheus keeps under a name of its own. */
export interface RecordingRule {
  readonly exporter: Exporter;
  /** `level:metric:operation`. */
  readonly record: string;
  readonly expr: string;
  /** Added to the result. @default none */
  readonly labels?: Readonly<Record<string, string>>;
}

/** What somebody should know of, with what to do about it in docs/operations.md under its name. */
export interface Alert {
  readonly exporter: Exporter;
  readonly alert: string;
  /** `critical`: people notice already, or money flows unguarded; `warning`: they will. */
  readonly severity: "critical" | "warning";
  /** PromQL of the number that is watched. */
  readonly value: string;
  /** When it fires: what follows the value, such as `> 5`. */
  readonly when: string;
  /** How long it has to be so. @default it fires at once */
  readonly for?: string;
  readonly summary: string;
  /** Says the numbers, by Prometheus' templates. */
  readonly description: string;
}

export type Rule = RecordingRule | Alert;

export function isAlert(rule: Rule): rule is Alert {
  return "alert" in rule;
}

/** Rules that are evaluated together, in order. */
export interface RuleGroup {
  readonly name: string;
  readonly rules: readonly Rule[];
}

/**
 * How much a counter grew. `increase()` alone would miss what a series begins with, and LiteLLM's begin with the first
 * request of their kind in a pod, not at 0: with few requests most errors and much of the money would be missing.
 *
 * A series counts as new when it had no sample in the hour before the window: a shorter gap between scrapes is none.
 * @param series - one selector, without a window
 */
export function growth(series: string, window: string): string {
  const known = `increase(${series}[${window}])`;
  const first = `min_over_time(${series}[${window}]) unless last_over_time(${series}[1h] offset ${window})`;
  return `(${known} + (${first}) or ${known})`;
}
