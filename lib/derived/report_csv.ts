import type { Cell } from "@/lib/csv/csv.ts";
import { isPlainObject } from "@/lib/resources/plain_json.ts";

const HEAD = ["part", "name", "currency", "revenue", "expense", "result"];

/**
 * The rows of a report's figures: the total, then months or years, categories, other currencies. The figures may be
 * any program's: what is not as we write it is left empty.
 */
export function reportRows(
  figures: Readonly<Record<string, unknown>>,
  { startsOn, endsOn }: { startsOn: string; endsOn: string },
): Cell[][] {
  const { currency } = figures;
  const home = text(currency);
  const total = [
    number(of(figures.revenue, "total")),
    number(of(figures.expense, "total")),
    number(figures.result),
  ];
  return [
    HEAD,
    ["total", `${startsOn} to ${endsOn}`, home, ...total],
    ...list(figures.byMonth).map((one) => ["month", text(one.month), home, ...amounts(one)]),
    ...list(figures.byYear).map((one) => ["year", text(one.year), home, ...amounts(one)]),
    ...categories(figures).map((
      [name, revenue, expense],
    ) => ["category", name, home, revenue, expense, null]),
    ...Object.entries(isPlainObject(figures.otherCurrencies) ? figures.otherCurrencies : {})
      .map((
        [code, one],
      ) => ["other currency", null, code, number(of(one, "revenue")), number(of(one, "expense")), null]),
  ];
}

/** Each category once, with what it came to on either side. */
function categories(figures: Readonly<Record<string, unknown>>): [string | null, Cell, Cell][] {
  const revenue = list(of(figures.revenue, "byCategory"));
  const expense = list(of(figures.expense, "byCategory"));
  const names = new Set([...revenue, ...expense].map(({ category }) => text(category)));
  const sum = (side: readonly Record<string, unknown>[], name: string | null) =>
    number(side.find(({ category }) => text(category) === name)?.total);
  return [...names].map((name) => [name, sum(revenue, name), sum(expense, name)]);
}

function amounts(one: Readonly<Record<string, unknown>>): Cell[] {
  return [number(one.revenue), number(one.expense), number(one.result)];
}

function of(value: unknown, name: string): unknown {
  return isPlainObject(value) ? value[name] : undefined;
}

function list(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isPlainObject) : [];
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function number(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
