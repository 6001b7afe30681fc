import { currencyDecimals } from "@/lib/resources/money.ts";

/** Other currencies shown; those that come first in the alphabet. */
const OTHER_CURRENCIES_MAX = 50;

/** Sums of minor units by currency, as decimal text: they may grow beyond the safe integers. */
export type Sums = Readonly<Record<string, string>>;

/**
 * A sum in major units, as the nearest JSON number. Beyond the safe integers it stays at the largest of them: a sum that
 * no hotel has must not keep the others from being shown.
 */
export function majorOfSum(minor: bigint, currency: string): number {
  const decimals = currencyDecimals(currency);
  const digits = String(minor < 0n ? -minor : minor).padStart(decimals + 1, "0");
  const point = digits.length - decimals;
  const size = Math.min(Number(`${digits.slice(0, point)}.${digits.slice(point)}`), Number.MAX_SAFE_INTEGER);
  return minor < 0n ? -size : size;
}

export interface Money {
  readonly revenue: number;
  readonly expense: number;
}

/** Revenue and expense in the home currency, and those in others where there are any; all in major units. */
export function moneyOf(
  revenue: Sums,
  expense: Sums,
  home: string,
): Money & { readonly otherCurrencies?: Readonly<Record<string, Money>> } {
  const of = (currency: string): Money => ({
    revenue: majorOfSum(BigInt(revenue[currency] ?? 0), currency),
    expense: majorOfSum(BigInt(expense[currency] ?? 0), currency),
  });
  const others = [...new Set([...Object.keys(revenue), ...Object.keys(expense)])]
    .filter((currency) => currency !== home).sort().slice(0, OTHER_CURRENCIES_MAX);
  return {
    ...of(home),
    ...(others.length > 0 && {
      otherCurrencies: Object.fromEntries(others.map((currency) => [currency, of(currency)])),
    }),
  };
}
