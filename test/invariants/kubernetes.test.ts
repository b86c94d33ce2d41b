import { type Rendered, renderManifests } from "../support/manifests";
import { allConfigs, configOf } from "../support/variants";
import { rulesAboutNetwork } from "./kubernetes/network";
import { rulesAboutObjects } from "./kubernetes/objects";
import { rulesAboutPods } from "./kubernetes/pods";
import { rulesAboutSecrets } from "./kubernetes/secrets";

const rules = [...rulesAboutPods, ...rulesAboutSecrets, ...rulesAboutObjects, ...rulesAboutNetwork].map(
  (rule) => [rule.says, rule] as const,
);

describe.each(allConfigs)("the Kubernetes side of %s", (_, config) => {
  const rendered = renderManifests(config);

  it.each(rules)("has %s", (_, rule) => {
    const { count, violations } = rule.check(rendered);
    expect(violations).toEqual([]);
    expect(count).toBeGreaterThanOrEqual(rule.atLeast(config));
  });
});

describe("every rule", () => {
  const nothing: Rendered = { config: configOf("examples/minimal"), files: {}, objects: [], constructPaths: [] };

  it.each(rules)("can fail: %s", (_, rule) => {
    expect(rule.finds).not.toEqual([]);
    expect(rule.check({ ...nothing, ...rule.bad }).violations).toEqual(rule.finds);
  });

  it.each(rules)("looks at something in one configuration at least: %s", (_, rule) => {
    expect(Math.max(...allConfigs.map(([, config]) => rule.atLeast(config)))).toBeGreaterThan(0);
  });
});
