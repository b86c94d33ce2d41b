import { growth } from "../alerts/rule";
import { spendingSeries } from "../alerts/spending";
import type { Budget } from "../constructs/litellm/proxy-config";
import { lines, numbers, ofModels, type Row, shares, variables } from "./panel";

/** What it costs, by the catalogue's prices. */
export function spendingRow(namespace: string, budget: Budget): Row {
  const spent = ofModels("litellm_spend_metric_total", namespace);
  const left = `min(litellm_provider_remaining_budget_metric{namespace="${namespace}"})`;
  const limit = `max(${spendingSeries.budget}{namespace="${namespace}"})`;
  const againstBudget = [
    numbers({
      title: "Left of the budget",
      description:
        "As LiteLLM counts it in Redis, at the last request. At 0 every model answers 429: see BudgetLow and BudgetSpent in docs/operations.md. Embeddings aren't counted.",
      unit: "currencyUSD",
      queries: [
        { expr: left, legend: "left" },
        { expr: limit, legend: "budget" },
      ],
    }),
    lines({
      title: "Spent of the budget",
      description:
        "It begins anew with each period. A line that gets steep: look at the spending by model. It falls to 0 within a period: Redis lost what was counted.",
      unit: "percentunit",
      queries: [{ expr: `1 - ${left} / ${limit}`, legend: "spent" }],
    }),
  ];
  return {
    title: "Spending (USD by the catalogue's prices, not AWS's bill)",
    panels: [
      ...(budget.kind === "limited" ? againstBudget : []),
      shares({
        title: "Spent by model",
        description:
          "Over the picked range. One model takes nearly all: offer a cheaper one first, or give it a `rateLimit`.",
        unit: "currencyUSD",
        queries: [
          { expr: `sum by (requested_model) (${growth(spent, variables.range)})`, legend: "{{requested_model}}" },
        ],
      }),
      lines({
        title: "Spent per day",
        description:
          "Within the 24 hours before each moment. Above the usual: see DailySpendHigh in docs/operations.md.",
        unit: "currencyUSD",
        queries: [{ expr: ofModels(spendingSeries.day, namespace), legend: "{{requested_model}}" }],
      }),
      lines({
        title: "Spent per hour",
        description:
          "Within the hour before each moment: which model, and since when. The requests of that time tell the rest.",
        unit: "currencyUSD",
        queries: [{ expr: ofModels(spendingSeries.hour, namespace), legend: "{{requested_model}}" }],
      }),
    ],
  };
}
