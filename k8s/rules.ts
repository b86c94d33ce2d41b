import { stringify } from "yaml";
import { ConfigError, explainConfigErrors, loadConfig } from "../lib/config";
import { isMonitored, prometheusRuleGroups } from "./alerts/rules";

/** Prints the rules as a file of Prometheus' own, for a cluster without the operator. */
explainConfigErrors(() => {
  const config = loadConfig();
  if (!isMonitored(config)) {
    const message = 'monitoring.kind is "none": there are no metrics that rules could read.';
    throw new ConfigError("rules", [{ path: "", message }]);
  }
  process.stdout.write(stringify({ groups: prometheusRuleGroups(config) }, { lineWidth: 0 }));
});
