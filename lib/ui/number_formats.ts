import { kept } from "@/lib/live/kept.ts";

type Format = (value: number) => string;

const formats = new Map<string, Format>();

/** `₹1,000.00`: with as many decimals as the currency has. */
export function currencyFormat(locale: string, currency: string): Format {
  return keptFormat(`money ${locale} ${currency}`, () => moneyFormat(locale, currency, {}));
}

/** `₹1.2L`, `₹4.5K`: for a place that is too small for the whole sum. Whole units below a thousand. */
export function shortCurrencyFormat(locale: string, currency: string): Format {
  const short = { notation: "compact", maximumFractionDigits: 1 } as const;
  return keptFormat(`short ${locale} ${currency}`, () => moneyFormat(locale, currency, short));
}

/** Characters of a sum that a tile has room for. */
const TILE_CHARS_MAX = 14;

/** The whole sum where a tile has room for it, else the short one: a number that is cut off is another number. */
export function tileCurrencyFormat(locale: string, currency: string): Format {
  const [whole, short] = [currencyFormat(locale, currency), shortCurrencyFormat(locale, currency)];
  return (value) => {
    const text = whole(value);
    return text.length <= TILE_CHARS_MAX ? text : short(value);
  };
}

function moneyFormat(locale: string, currency: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  try {
    return new Intl.NumberFormat(locale, {
      style: "currency",
      currency,
      currencyDisplay: "narrowSymbol",
      ...options,
    });
  } catch {
    // Another service may have published a code that is none.
    return new Intl.NumberFormat(locale, options);
  }
}

/** `1,234` */
export function wholeFormat(locale: string): Format {
  return keptFormat(`whole ${locale}`, () => new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }));
}

function keptFormat(key: string, make: () => Intl.NumberFormat): Format {
  return kept(formats, key, () => {
    const format = make();
    return (value) => format.format(value);
  });
}
