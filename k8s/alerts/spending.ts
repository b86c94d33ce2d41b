import type { ConfiguredModel } from "../../lib/models";
import type { Budget } from "../constructs/litellm/proxy-config";
import { type Alert, growth, type RecordingRule, type Rule, type RuleGroup } from "./rule";

export interface SpendingOptions {
  readonly namespace: string;
  readonly models: readonly ConfiguredModel[];
  readonly budget: Budget;
  /** Percent of the budget below which what is left is told. */
  readonly budgetLeftPercent: number;
  /** USD that a day may cost. @default three times a day's share of the budget; nothing without a budget */
  readonly dailySpendUsd?: number | undefined;
}

/** Names of the recorded series, which the dashboard reads, too. */
export const spendingSeries = {
  hour: "model:litellm_spend_usd:increase1h",
  day: "model:litellm_spend_usd:increase1d",
  budget: "namespace:litellm_budget_usd:limit",
} as const;

/** LiteLLM counts with the catalogue's prices, so these are USD as the budget counts them, not AWS's bill. */
export function spendingRules(options: SpendingOptions): RuleGroup {
  const { namespace, budget } = options;
  const spent = `litellm_spend_metric_total{namespace="${namespace}"}`;
  const spentBy = (window: string) => `sum by (namespace, requested_model) (${growth(spent, window)})`;
  const rules: Rule[] = [
    { exporter: "liteLlm", record: spendingSeries.hour, expr: spentBy("1h") },
    { exporter: "liteLlm", record: spendingSeries.day, expr: spentBy("1d") },
  ];
  if (budget.kind === "limited") rules.push(budgetLimit(namespace, budget), ...budgetAlerts(options, budget));
  return { name: "spending", rules: [...rules, ...dailySpend(options)] };
}

type LimitedBudget = Extract<Budget, { readonly kind: "limited" }>;

function budgetLimit(namespace: string, { limitUsd }: LimitedBudget): RecordingRule {
  return { exporter: "liteLlm", record: spendingSeries.budget, expr: `vector(${limitUsd})`, labels: { namespace } };
}

function budgetAlerts({ namespace, models, budgetLeftPercent }: SpendingOptions, budget: LimitedBudget): Alert[] {
  const { limitUsd, period } = budget;
  const days = Number.parseInt(period, 10);
  const left = `min by (namespace) (litellm_provider_remaining_budget_metric{namespace="${namespace}"})`;
  const usdLeft = `{{ $value | printf "%.2f" }} USD of ${limitUsd} USD`;
  // Of a short period a day's pace would come too late to tell.
  const daily =
    days >= 7
      ? `sum by (namespace) (${spendingSeries.day}{namespace="${namespace}"})`
      : `24 * sum by (namespace) (${spendingSeries.hour}{namespace="${namespace}"})`;
  const embeds = models.some(({ definition }) => definition.kind === "embedding");
  const alerts: Alert[] = [
    {
      exporter: "liteLlm",
      alert: "BudgetLow",
      severity: "warning",
      value: left,
      when: `< ${(limitUsd * budgetLeftPercent) / 100} > 0`,
      summary: `Less than ${budgetLeftPercent} % of the budget is left.`,
      description: `${usdLeft} per ${period} are left. At 0 every model answers 429.`,
    },
    {
      exporter: "liteLlm",
      alert: "BudgetSpent",
      severity: "critical",
      value: left,
      when: "<= 0",
      summary: "The budget is spent: no model answers.",
      description: `${usdLeft} per ${period} are left: LiteLLM answers 429 until the period is over.`,
    },
    {
      exporter: "liteLlm",
      alert: "BudgetRunsOutEarly",
      severity: "warning",
      value: `${left} / (${daily})`,
      when: `< ${days / 10} > 0`,
      for: "15m",
      summary: "At the present pace the budget is soon spent.",
      description: `At the pace of the last ${days >= 7 ? "day" : "hour"} what is left of ${limitUsd} USD per ${period} lasts {{ $value | printf "%.1f" }} days.`,
    },
  ];
  // LiteLLM 1.103.2 counts no embedding against the budget, and this counter grows with each.
  if (!embeds) alerts.push(spendNotCounted(namespace));
  return alerts;
}

function spendNotCounted(namespace: string): Alert {
  const failures = `litellm_callback_logging_failures_metric_total{namespace="${namespace}",callback_name="RouterBudgetLimiting"}`;
  return {
    exporter: "liteLlm",
    alert: "SpendNotCounted",
    severity: "warning",
    value: `sum by (namespace) (${growth(failures, "15m")})`,
    when: "> 0",
    summary: "Requests were answered whose cost the budget doesn't count.",
    description: `The cost of {{ $value | printf "%.0f" }} requests of the last 15 minutes isn't in the budget: more can be spent than its limit.`,
  };
}

function dailySpend({ namespace, budget, dailySpendUsd }: SpendingOptions): Alert[] {
  const limit = dailySpendUsd ?? threeShares(budget);
  if (limit === undefined) return [];
  return [
    {
      exporter: "liteLlm",
      alert: "DailySpendHigh",
      severity: "warning",
      value: `sum by (namespace) (${spendingSeries.day}{namespace="${namespace}"})`,
      when: `> ${limit}`,
      summary: `More than ${limit} USD were spent within a day.`,
      description: `{{ $value | printf "%.2f" }} USD were spent in the last 24 hours; the threshold is ${limit} USD.`,
    },
  ];
}

function threeShares(budget: Budget): number | undefined {
  if (budget.kind === "unlimited") return undefined;
  const share = budget.limitUsd / Number.parseInt(budget.period, 10);
  return Math.round(Math.min(3 * share, budget.limitUsd) * 100) / 100;
}
