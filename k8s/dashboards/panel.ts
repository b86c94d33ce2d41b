import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  VizLegendOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import {
  PieChartLegendOptionsBuilder,
  PieChartLegendValues,
  PanelBuilder as SharesBuilder,
} from "@grafana/grafana-foundation-sdk/piechart";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as NumberBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as LinesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";

export interface Query {
  readonly expr: string;
  /** Name of each series; `{{label}}` stands for a label's value. */
  readonly legend: string;
}

export interface PanelOptions {
  readonly title: string;
  /** What it shows, and what to do when it looks wrong. */
  readonly description: string;
  /** One of Grafana's units. */
  readonly unit: string;
  readonly queries: readonly Query[];
}

/** Panels that belong together, with their headline. */
export interface Row {
  readonly title: string;
  readonly panels: readonly PanelSource[];
}

/** A panel that still lacks its number, which is unique in the dashboard. */
export type PanelSource = (id: number) => Builder<Panel>;

/** The variables of the dashboard, as a query names them. */
export const variables = { datasource: "$datasource", model: "$model", range: "$range" } as const;

/** The data source that is picked above the dashboard. */
export const datasource = { type: "prometheus", uid: variables.datasource } as const;

/** Courses over time. */
export function lines(options: PanelOptions): PanelSource {
  const legend = new VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(LegendDisplayMode.Table)
    .placement(LegendPlacement.Bottom)
    .calcs(["lastNotNull", "max"]);
  return (id) =>
    new LinesBuilder()
      .id(id)
      .title(options.title)
      .description(options.description)
      .datasource(datasource)
      .unit(options.unit)
      .min(0)
      .legend(legend)
      .span(8)
      .height(9)
      .targets(options.queries.map((query, index) => target(query, index).range()));
}

/** One present value per series. */
export function numbers(options: PanelOptions): PanelSource {
  return (id) =>
    new NumberBuilder()
      .id(id)
      .title(options.title)
      .description(options.description)
      .datasource(datasource)
      .unit(options.unit)
      .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]))
      .span(8)
      .height(9)
      .targets(options.queries.map((query, index) => target(query, index).instant()));
}

/** Parts of a whole. */
export function shares(options: PanelOptions): PanelSource {
  const legend = new PieChartLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(LegendDisplayMode.Table)
    .placement(LegendPlacement.Right)
    .values([PieChartLegendValues.Value, PieChartLegendValues.Percent]);
  return (id) =>
    new SharesBuilder()
      .id(id)
      .title(options.title)
      .description(options.description)
      .datasource(datasource)
      .unit(options.unit)
      .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]))
      .legend(legend)
      .span(8)
      .height(9)
      .targets(options.queries.map((query, index) => target(query, index).instant()));
}

function target({ expr, legend }: Query, index: number): DataqueryBuilder {
  return new DataqueryBuilder()
    .datasource(datasource)
    .expr(expr)
    .legendFormat(legend)
    .refId(String.fromCharCode("A".charCodeAt(0) + index));
}

/** Selects LiteLLM's series of a Namespace for the models that are picked above the dashboard. */
export function ofModels(metric: string, namespace: string, matchers: readonly string[] = []): string {
  return `${metric}{${[`namespace="${namespace}"`, `requested_model=~"${variables.model}"`, ...matchers].join(",")}}`;
}
