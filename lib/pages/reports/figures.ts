import type { Money } from "@/lib/derived/sums.ts";
import type { PeriodFigures, ReportFigures, SideFigures } from "@/lib/derived/report_figures.ts";
import { isPlainObject } from "@/lib/resources/plain_json.ts";

export interface NamedPeriod extends PeriodFigures {
  /** `2026-11`, or a year. */
  readonly name: string;
}

/** The figures of a report as they are shown. */
export interface ShownFigures extends Pick<ReportFigures, "currency" | "revenue" | "expense" | "result"> {
  /** Months, or years of a long report. */
  readonly periods: readonly NamedPeriod[];
  /** By code; they are in none of the sums. */
  readonly others: readonly (readonly [currency: string, money: Money])[];
}

/** Reads the figures of a report; whatever some program has put there, what is no number is 0. */
export function shownFigures(value: unknown, home: string): ShownFigures {
  const figures = isPlainObject(value) ? value : {};
  const periods = [...list(figures.byMonth), ...list(figures.byYear)];
  const others = isPlainObject(figures.otherCurrencies) ? Object.entries(figures.otherCurrencies) : [];
  return {
    currency: text(figures.currency) ?? home,
    revenue: side(figures.revenue),
    expense: side(figures.expense),
    result: number(figures.result),
    periods: periods.map((one) => ({
      name: text(one.month) ?? text(one.year) ?? "",
      ...money(one),
      result: number(one.result),
    })),
    others: others.map(([code, one]) => [code, money(one)] as const),
  };
}

/** 0 to 100; null where nothing is told. */
export function progressOf(figures: unknown): number | null {
  const progress = isPlainObject(figures) ? figures.progress : undefined;
  return typeof progress === "number" ? Math.min(100, Math.max(0, progress)) : null;
}

/** Why a report has failed, where that is told. */
export function failureOf(figures: unknown): string | null {
  return (isPlainObject(figures) ? text(figures.error) : null) ?? null;
}

function side(value: unknown): SideFigures {
  const figures = isPlainObject(value) ? value : {};
  return {
    total: number(figures.total),
    count: number(figures.count),
    byCategory: list(figures.byCategory).map((one) => ({
      category: text(one.category) ?? "",
      total: number(one.total),
      count: number(one.count),
    })),
  };
}

function money(value: unknown): Money {
  const figures = isPlainObject(value) ? value : {};
  return { revenue: number(figures.revenue), expense: number(figures.expense) };
}

function list(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isPlainObject) : [];
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function number(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}
