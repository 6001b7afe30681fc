import { show, type Table } from "@/bench/common/table.ts";

/** Values of one metric, as k6 sums them up. */
export interface Metric {
  readonly type: "trend" | "counter" | "rate" | "gauge";
  readonly contains: "default" | "time" | "data";
  readonly values: Readonly<Record<string, number>>;
  readonly thresholds?: Readonly<Record<string, { readonly ok: boolean }>>;
}

/** What `handleSummary` of a script writes. */
export interface Summary {
  readonly metrics: Readonly<Record<string, Metric>>;
  readonly state: { readonly testRunDurationMs: number };
}

/** Thresholds, then what else was measured. */
export function reportTables(title: string, { metrics }: Summary): Table[] {
  const names = Object.keys(metrics).sort();
  const ofType = (type: Metric["type"]) => {
    return names.filter((name) => metrics[name]!.type === type && !ALWAYS_THERE.test(name));
  };
  return [{
    title,
    about: "what the script demands, and what was measured",
    columns: ["metric", "must be", "was", "held"],
    rows: names.flatMap((name) => {
      const { thresholds = {}, values, contains } = metrics[name]!;
      return Object.entries(thresholds).map(([text, { ok }]) => {
        const [, stat = "", rest = ""] = /^([a-z]+(?:\([\d.]+\))?)\s*(.*)$/.exec(text) ?? [];
        return [`${name} ${stat}`, rest, value(values[stat], stat, contains), ok ? "yes" : "NO"];
      });
    }),
  }, {
    title: "Measured",
    about: "times in ms; CPU in percent of one core or of the machine, once a second; memory in MB",
    columns: ["metric", "n", "mean", "median", "p95", "p99", "most"],
    rows: ofType("trend").map((name) => {
      const { values } = metrics[name]!;
      return [name, ...["count", "avg", "med", "p(95)", "p(99)", "max"].map((stat) => show(values[stat]))];
    }),
  }, {
    title: "Counted",
    about: "over the whole run",
    columns: ["metric", "n"],
    rows: ofType("counter").map((name) => [name, show(metrics[name]!.values.count)]),
  }];
}

/** Metrics of k6 itself that say nothing here, and those parts of requests that nobody asks for. */
const ALWAYS_THERE =
  /^(iteration|vus|http_req_(blocked|connecting|tls|sending|receiving|waiting)|ws_(connecting|ping|session)|checks|data_)/;

function value(number: number | undefined, stat: string, contains: Metric["contains"]): string {
  if (number === undefined) return "not sampled";
  if (stat === "rate") return show(number * 100, " %");
  return show(number, contains === "time" ? " ms" : "");
}
