import {
  type Dashboard,
  DashboardBuilder,
  DatasourceVariableBuilder,
  IntervalVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { partOf } from "../../lib/naming";
import { sha256 } from "../../lib/sha256";
import { declaredExporters, type Monitored } from "../alerts/rules";
import { errorsRow } from "./errors";
import { failoversRow } from "./failovers";
import { latencyRow } from "./latency";
import { datasource, type Row } from "./panel";
import { podsRow } from "./pods";
import { requestsRow } from "./requests";
import { spendingRow } from "./spending";
import { tokensRow } from "./tokens";

/** The dashboard of one stack. Several in one Grafana differ by their Namespace. */
export function renderDashboard(config: Monitored): Dashboard {
  const { namespace } = config;
  const dashboard = new DashboardBuilder(`Open WebUI on Bedrock: ${namespace}`)
    // At most 40 characters; a Namespace may have 63.
    .uid(`open-webui-${sha256(namespace).slice(0, 12)}`)
    .description("Use, speed, errors and money of the private chat.")
    .tags([partOf])
    .time({ from: "now-24h", to: "now" })
    .refresh("1m")
    .timezone("browser")
    .readonly()
    .variables([dataSourceVariable(), modelVariable(namespace), rangeVariable()]);
  let id = 0;
  for (const { title, panels } of rows(config)) {
    id += 1;
    dashboard.withRow(new RowBuilder(title).id(id));
    for (const panel of panels) {
      id += 1;
      dashboard.withPanel(panel(id));
    }
  }
  return dashboard.build();
}

function rows(config: Monitored): readonly Row[] {
  const { namespace } = config;
  return [
    requestsRow(namespace),
    latencyRow(namespace),
    tokensRow(namespace),
    spendingRow(namespace, config.liteLlm.budget),
    errorsRow(namespace),
    failoversRow(namespace),
    podsRow(namespace, declaredExporters(config)),
  ];
}

function dataSourceVariable(): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder("datasource").label("Data source").type("prometheus");
}

function modelVariable(namespace: string): QueryVariableBuilder {
  const query = `label_values(litellm_proxy_total_requests_metric_total{namespace="${namespace}"}, requested_model)`;
  return new QueryVariableBuilder("model")
    .label("Model")
    .datasource(datasource)
    .query({ query, refId: "model" })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue(".+")
    .current({ selected: true, text: "All", value: "$__all" });
}

/** The window of the panels that add up. Seven days are what LiteLLM's counters can be added up over at little cost. */
function rangeVariable(): IntervalVariableBuilder {
  const values = ["1h", "6h", "1d", "7d"];
  return new IntervalVariableBuilder("range")
    .label("Range")
    .values(values.join(","))
    .options(values.map((value) => ({ selected: value === "1d", text: value, value })))
    .current({ selected: true, text: "1d", value: "1d" });
}
