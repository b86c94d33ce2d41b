import { readQuery, secondsOf } from "./promql";

describe("readQuery", () => {
  it("finds metrics with their labels, groupings and windows", () => {
    expect(
      readQuery(
        'histogram_quantile(0.95, sum by (namespace, le) (rate(a_bucket{x="no",y=~"a|b}"}[5m]))) / on (pod) group_left (z) b:c > 2 and d offset 1d >= 5',
      ),
    ).toEqual({
      selectors: [
        { metric: "a_bucket", labels: ["x", "y"], text: 'a_bucket{x="no",y=~"a|b}"}' },
        { metric: "b:c", labels: [], text: "b:c" },
        { metric: "d", labels: [], text: "d" },
      ],
      groupings: ["namespace", "le", "pod", "z"],
      durations: ["5m", "1d"],
    });
  });
});

describe("secondsOf", () => {
  it.each([
    ["30s", 30],
    ["15m", 900],
    ["1h", 3600],
    ["7d", 604_800],
    ["2w", 1_209_600],
    ["$range", Number.NaN],
  ])("reads %s", (duration, seconds) => {
    expect(secondsOf(duration)).toBe(seconds);
  });
});
