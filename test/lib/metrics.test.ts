import { excludedLabels, excludedMetrics, latencyBuckets, metricFamilies } from "../../lib/metrics";

const liteLlm = Object.entries(metricFamilies).filter(([, { exporter }]) => exporter === "liteLlm");

describe("the metrics", () => {
  it("that are read are not left out by LiteLLM, nor are their labels", () => {
    const left = liteLlm.filter(
      ([name, { labels }]) =>
        excludedMetrics.some((excluded) => name.startsWith(excluded)) ||
        labels.some((label) => (excludedLabels as readonly string[]).includes(label)),
    );
    expect(liteLlm.length).toBeGreaterThan(10);
    expect(left).toEqual([]);
  });

  it("leave the budget's gauge a label, without which it would begin at 0", () => {
    expect(metricFamilies["litellm_provider_remaining_budget_metric"]?.labels).toEqual(["api_provider"]);
  });

  it("carry no consumer's key and no person", () => {
    expect(excludedLabels).toEqual(
      expect.arrayContaining(["hashed_api_key", "end_user", "user", "user_email", "client_ip"]),
    );
  });

  it("count times in rising steps, up to the default of liteLlm.requestTimeoutSeconds", () => {
    expect([...latencyBuckets].sort((a, b) => a - b)).toEqual(latencyBuckets);
    expect(latencyBuckets.at(-1)).toBe(300);
  });
});
