import homelab from "../examples/homelab";
import { parseConfig } from "../lib/config";
import stackConfig from "../stack.config";

it("the configuration that a checkout begins with is the homelab example's twin, and may be deployed", () => {
  expect(stackConfig).toEqual(homelab);
  expect(parseConfig(stackConfig, "stack.config.ts").models).toHaveLength(4);
});
