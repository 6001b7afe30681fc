import { majorOfSum, type Money, moneyOf } from "@/lib/derived/sums.ts";
import { JSON_BYTES_MAX } from "@/lib/resources/plain_json.ts";

/** Categories listed by themselves; smaller ones are put together. */
export const REPORT_CATEGORIES_MAX = 50;
/** Months listed; a longer report lists years. */
export const REPORT_MONTHS_MAX = 60;
/** The category of what has none, and of what is put together. */
const OTHER = "other";

export type Side = "revenue" | "expense";
const SIDES: readonly Side[] = ["revenue", "expense"];

/** What one category of one side came to in a month, in one currency. */
export interface CategorySum {
  readonly side: Side;
  readonly currency: string;
  readonly category: string;
  /** Minor units, as decimal text. */
  readonly total: string;
  readonly count: number;
}

export interface SideFigures {
  readonly total: number;
  readonly count: number;
  /** The largest first. */
  readonly byCategory: readonly {
    readonly category: string;
    readonly total: number;
    readonly count: number;
  }[];
}

export interface PeriodFigures extends Money {
  readonly result: number;
}

/** A financial report that is ready. Money is in major units of `currency`, the organisation's. */
export interface ReportFigures {
  readonly currency: string;
  readonly revenue: SideFigures;
  readonly expense: SideFigures;
  /** Revenue less expense. */
  readonly result: number;
  /** Of reports of at most 60 months; every month of the period, also where it has nothing. */
  readonly byMonth?: readonly ({ readonly month: string } & PeriodFigures)[];
  /** Of longer ones. */
  readonly byYear?: readonly ({ readonly year: string } & PeriodFigures)[];
  /** Only where there are any; they are in none of the sums above. */
  readonly otherCurrencies?: Readonly<Record<string, Money>>;
}

interface Sum {
  minor: bigint;
  count: number;
}

/** Adds up a report month by month. */
export class ReportSums {
  readonly #currency: string;
  readonly #categories: Readonly<Record<Side, Map<string, Sum>>> = { revenue: new Map(), expense: new Map() };
  readonly #months = new Map<string, Record<Side, bigint>>();
  readonly #others: Readonly<Record<Side, Map<string, bigint>>> = { revenue: new Map(), expense: new Map() };

  constructor(currency: string) {
    this.#currency = currency;
  }

  add(month: string, sums: readonly CategorySum[]): void {
    const own = { revenue: 0n, expense: 0n };
    for (const { side, currency, category, total, count } of sums) {
      const minor = BigInt(total);
      if (currency !== this.#currency) {
        this.#others[side].set(currency, (this.#others[side].get(currency) ?? 0n) + minor);
        continue;
      }
      own[side] += minor;
      put(this.#categories[side], category, { minor, count });
    }
    this.#months.set(month, own);
  }

  /** Fits into a record: categories are put together until it does. */
  figures(): ReportFigures {
    for (let categories = REPORT_CATEGORIES_MAX;; categories = Math.floor(categories / 2)) {
      const figures = this.#figures(categories);
      const { byteLength } = new TextEncoder().encode(JSON.stringify(figures));
      if (byteLength <= JSON_BYTES_MAX || categories === 0) return figures;
    }
  }

  #figures(categories: number): ReportFigures {
    const [revenue, expense] = SIDES.map((side) => totalOf(this.#categories[side])) as [Sum, Sum];
    const { otherCurrencies } = moneyOf(
      textsOf(this.#others.revenue),
      textsOf(this.#others.expense),
      this.#currency,
    );
    return {
      currency: this.#currency,
      revenue: { ...this.#sum(revenue), byCategory: this.#listed("revenue", categories) },
      expense: { ...this.#sum(expense), byCategory: this.#listed("expense", categories) },
      result: majorOfSum(revenue.minor - expense.minor, this.#currency),
      ...(this.#months.size <= REPORT_MONTHS_MAX
        ? { byMonth: this.#periods(7).map(([month, period]) => ({ month, ...period })) }
        : { byYear: this.#periods(4).map(([year, period]) => ({ year, ...period })) }),
      ...(otherCurrencies && { otherCurrencies }),
    };
  }

  #listed(side: Side, categories: number): SideFigures["byCategory"] {
    const sorted = [...this.#categories[side]].sort(([, a], [, b]) =>
      a.minor < b.minor ? 1 : a.minor > b.minor ? -1 : 0
    );
    const listed = new Map(sorted.slice(0, categories).map(([category, sum]) => [category, { ...sum }]));
    for (const [, sum] of sorted.slice(categories)) put(listed, OTHER, sum);
    return [...listed].map(([category, sum]) => ({ category, ...this.#sum(sum) }));
  }

  /** Months by the first characters of their names: 7 for themselves, 4 for their years. */
  #periods(length: number): [string, PeriodFigures][] {
    const periods = new Map<string, Record<Side, bigint>>();
    for (const [month, { revenue, expense }] of this.#months) {
      const name = month.slice(0, length);
      const before = periods.get(name) ?? { revenue: 0n, expense: 0n };
      periods.set(name, { revenue: before.revenue + revenue, expense: before.expense + expense });
    }
    return [...periods].map(([name, { revenue, expense }]) => [name, {
      revenue: majorOfSum(revenue, this.#currency),
      expense: majorOfSum(expense, this.#currency),
      result: majorOfSum(revenue - expense, this.#currency),
    }]);
  }

  #sum({ minor, count }: Sum): { total: number; count: number } {
    return { total: majorOfSum(minor, this.#currency), count };
  }
}

function put(into: Map<string, Sum>, category: string, { minor, count }: Sum): void {
  const before = into.get(category) ?? { minor: 0n, count: 0 };
  into.set(category, { minor: before.minor + minor, count: before.count + count });
}

function totalOf(categories: ReadonlyMap<string, Sum>): Sum {
  const total = { minor: 0n, count: 0 };
  for (const { minor, count } of categories.values()) {
    total.minor += minor;
    total.count += count;
  }
  return total;
}

function textsOf(sums: ReadonlyMap<string, bigint>): Record<string, string> {
  return Object.fromEntries([...sums].map(([currency, minor]) => [currency, String(minor)]));
}
