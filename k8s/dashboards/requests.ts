import { growth } from "../alerts/rule";
import { lines, numbers, ofModels, type Row, shares, variables } from "./panel";

/** How much is asked, and of which model. */
export function requestsRow(namespace: string): Row {
  const requests = ofModels("litellm_proxy_total_requests_metric_total", namespace);
  return {
    title: "Requests",
    panels: [
      lines({
        title: "Requests per second",
        description:
          "Requests by model, failed ones included. A peak without people behind it: look at the share of each model, then for a script that uses the chat's API. No line at all: see LiteLlmNotScraped in docs/operations.md.",
        unit: "reqps",
        queries: [
          { expr: `sum by (requested_model) (rate(${requests}[$__rate_interval]))`, legend: "{{requested_model}}" },
        ],
      }),
      shares({
        title: "Requests by model",
        description:
          'Over the picked range. "other" are requests for models that aren\'t configured. A dear model that is used for everything: make a cheaper one the first in `models`, which the chat preselects.',
        unit: "short",
        queries: [
          { expr: `sum by (requested_model) (${growth(requests, variables.range)})`, legend: "{{requested_model}}" },
        ],
      }),
      numbers({
        title: "Requests at this moment",
        description:
          "Requests that LiteLLM works on, Prometheus' own among them. One pod manages about 50 short ones a second; a number that stays high while answers get slow: raise `liteLlm.replicas`.",
        unit: "short",
        queries: [{ expr: `sum(litellm_in_flight_requests{namespace="${namespace}"})`, legend: "requests" }],
      }),
    ],
  };
}
