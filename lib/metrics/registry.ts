import { type MetricDefinition, type MetricName, METRICS } from "@/lib/metrics/catalogue.ts";

type NameOf<T extends MetricDefinition["type"]> = {
  [N in MetricName]: (typeof METRICS)[N]["type"] extends T ? N : never;
}[MetricName];

/** A value for each label of the metric; `{}` where it has none. */
export type Labels<N extends MetricName> = (typeof METRICS)[N] extends
  { readonly labels: readonly (infer L extends string)[] } ? Readonly<Record<L, string>>
  : Readonly<Record<never, never>>;

/** Different label values kept of one metric; what comes beyond counts as `other`. */
export const SERIES_MAX = 200;

interface Series {
  readonly labels: readonly string[];
  /** Of a counter or gauge. */
  value: number;
  /** Of a histogram: how many fell into each bucket, by themselves, and how many above the last. */
  readonly counts: number[];
}

/** The counts of one process, by the names of the catalogue. Adding is cheap; `text` is for a scrape. */
export class Registry {
  readonly #metrics = new Map<MetricName, Map<string, Series>>();

  constructor(names: readonly MetricName[]) {
    for (const name of names) this.#metrics.set(name, new Map());
    // What was never counted is told as zero: a missing series and a quiet one are not the same.
    for (const name of names) {
      if (definition(name).labels === undefined) this.#series(name, {});
    }
  }

  count<N extends NameOf<"counter">>(name: N, labels: Labels<N>, by = 1): void {
    this.#series(name, labels).value += by;
  }

  /** The value of a counter that is counted elsewhere, or of a gauge. */
  set<N extends NameOf<"gauge" | "counter">>(name: N, labels: Labels<N>, value: number): void {
    this.#series(name, labels).value = value;
  }

  /** Takes `seconds` into a histogram, `times` times. */
  observe<N extends NameOf<"histogram">>(name: N, labels: Labels<N>, seconds: number, times = 1): void {
    const series = this.#series(name, labels);
    const buckets = definition(name).buckets!;
    let at = 0;
    while (at < buckets.length && seconds > buckets[at]!) at++;
    series.counts[at]! += times;
    series.value += seconds * times;
  }

  /** The sum and the count of a histogram, over all its series. */
  sum(name: NameOf<"histogram">): { seconds: number; count: number } {
    let seconds = 0;
    let count = 0;
    for (const { value, counts } of this.#metrics.get(name)?.values() ?? []) {
      seconds += value;
      count += counts.reduce((sum, one) => sum + one, 0);
    }
    return { seconds, count };
  }

  /** Prometheus text format 0.0.4, in the order of the catalogue. */
  text(): string {
    const lines: string[] = [];
    for (const [name, series] of this.#metrics) {
      const { help, type, labels = [], buckets } = definition(name);
      lines.push(
        `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`,
        `# TYPE ${name} ${type}`,
      );
      for (const one of series.values()) {
        const pairs = labels.map((label, at) => `${label}="${escape(one.labels[at]!)}"`);
        if (buckets === undefined) lines.push(`${name}${braces(pairs)} ${one.value}`);
        else lines.push(...histogramLines(name, pairs, buckets, one));
      }
    }
    return lines.join("\n") + "\n";
  }

  #series(name: MetricName, labels: Readonly<Record<string, string>>): Series {
    const all = this.#metrics.get(name);
    if (all === undefined) throw new Error(`Cannot count ${name}: this process does not tell it`);
    const { labels: names = NO_LABELS, buckets } = definition(name);
    // Most have one label at most, and this runs for every frame.
    const key = names.length > 1 ? valuesOf(names, labels).join("\u0000") : labels[names[0] ?? ""] ?? "";
    const known = all.get(key);
    if (known !== undefined) return known;
    const values = valuesOf(names, labels);
    const isOver = all.size >= SERIES_MAX && values.some((value) => value !== OTHER);
    if (isOver) return this.#series(name, Object.fromEntries(names.map((label) => [label, OTHER])));
    const counts = buckets === undefined ? [] : new Array<number>(buckets.length + 1).fill(0);
    const made = { labels: values, value: 0, counts };
    all.set(key, made);
    return made;
  }
}

const OTHER = "other";
const NO_LABELS: readonly string[] = [];

function valuesOf(names: readonly string[], labels: Readonly<Record<string, string>>): string[] {
  return names.map((label) => labels[label] ?? "");
}

function definition(name: MetricName): MetricDefinition {
  return METRICS[name];
}

function histogramLines(
  name: string,
  pairs: string[],
  buckets: readonly number[],
  { counts, value }: Series,
): string[] {
  let below = 0;
  const lines = buckets.map((bound, at) => {
    below += counts[at]!;
    return `${name}_bucket${braces([...pairs, `le="${bound}"`])} ${below}`;
  });
  const all = below + counts.at(-1)!;
  return [
    ...lines,
    `${name}_bucket${braces([...pairs, 'le="+Inf"'])} ${all}`,
    `${name}_sum${braces(pairs)} ${value}`,
    `${name}_count${braces(pairs)} ${all}`,
  ];
}

function braces(pairs: readonly string[]): string {
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escape(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
