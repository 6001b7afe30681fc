import type { MetricName } from "@/lib/metrics/catalogue.ts";

/** Units as Grafana names them. */
export type Unit =
  | "short"
  | "s"
  | "ms"
  | "bytes"
  | "Bps"
  | "percentunit"
  | "percent"
  | "ops"
  | "reqps"
  | "bool_yes_no";

export interface Query {
  readonly expr: string;
  /** Name of a line; `{{label}}` stands for its value. */
  readonly legend: string;
}

export interface Panel {
  readonly title: string;
  /** What it shows, and what is good. */
  readonly description: string;
  readonly kind: "timeseries" | "stat" | "gauge";
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** Lines on top of each other. */
  readonly stacked?: boolean;
  /** From here on it is red. */
  readonly limit?: number;
  /** Upper end of a gauge. */
  readonly max?: number;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** Only the instances that are chosen on top of the dashboard. */
export function at(name: string, labels = ""): string {
  return `${name}{instance=~"$instance"${labels === "" ? "" : `,${labels}`}}`;
}

export function rate(name: MetricName, labels = ""): string {
  return `rate(${at(name, labels)}[$__rate_interval])`;
}

/** A line for each value of a label, or one for all. */
export function sumOf(expr: string, by?: string): string {
  return by === undefined ? `sum(${expr})` : `sum by (${by}) (${expr})`;
}

/** Quantiles of a histogram over the chosen instances, one line each. */
export function quantiles(name: MetricName, which: readonly number[], by?: string): Query[] {
  const buckets = `rate(${at(`${name}_bucket`)}[$__rate_interval])`;
  const labels = by === undefined ? "le" : `le, ${by}`;
  return which.map((q) => ({
    expr: `histogram_quantile(${q}, ${sumOf(buckets, labels)})`,
    legend: by === undefined ? `p${q * 100}` : `p${q * 100} {{${by}}}`,
  }));
}
