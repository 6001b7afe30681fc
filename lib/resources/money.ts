/** Largest amount kept, in minor units: every amount below has an exact decimal form as a JSON number. */
export const AMOUNT_MINOR_MAX = 999_999_999_999_999;

const DECIMAL = /^([0-9]{1,15})(?:\.([0-9]{1,15}))?$/;
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf("currency"));
const decimalsOf = new Map<string, number>();

/** Is this an ISO 4217 code such as INR? */
export function isCurrency(code: unknown): code is string {
  return typeof code === "string" && CURRENCIES.has(code);
}

/** How many decimals the currency's major unit has: INR 2, JPY 0, KWD 3. */
export function currencyDecimals(currency: string): number {
  let decimals = decimalsOf.get(currency);
  if (decimals === undefined) {
    const format = new Intl.NumberFormat("en", { style: "currency", currency });
    decimals = format.resolvedOptions().maximumFractionDigits ?? 0;
    decimalsOf.set(currency, decimals);
  }
  return decimals;
}

/**
 * Minor units of a decimal text in major units (`1000`, `12.50`). Digits are moved, never multiplied: no float takes
 * part. Answers a sentence where the text is no positive amount of this currency.
 */
export function toMinor(amount: string, currency: string): number | string {
  const decimals = currencyDecimals(currency);
  const [, whole, fraction = ""] = DECIMAL.exec(amount) ?? [];
  if (whole === undefined) return "must be a decimal number, such as 1000 or 12.50";
  if (fraction.length > decimals) {
    return `has ${fraction.length} decimals, ${currency} has ${
      decimals === 0 ? "none" : `at most ${decimals}`
    }`;
  }
  const minor = Number(whole + fraction.padEnd(decimals, "0"));
  if (minor === 0) return "must be more than 0";
  if (minor > AMOUNT_MINOR_MAX) return `must be at most ${toMajor(AMOUNT_MINOR_MAX, currency)} ${currency}`;
  return minor;
}

/** The amount in major units, as the JSON number with the same decimal form. */
export function toMajor(minor: number, currency: string): number {
  const decimals = currencyDecimals(currency);
  const digits = String(minor).padStart(decimals + 1, "0");
  const point = digits.length - decimals;
  return Number(`${digits.slice(0, point)}.${digits.slice(point)}`);
}
