import { kept } from "@/lib/live/kept.ts";

/** How an organisation writes numbers and a property tells the time. */
export interface Place {
  /** BCP 47. */
  readonly locale: string;
  /** A name of the tz database. */
  readonly timeZone: string;
}

const numbers = new Map<string, Intl.NumberFormat>();
const times = new Map<string, Intl.DateTimeFormat>();

/** `1,000.00 INR`: as many decimals as the currency has. An unknown currency stands there as it was sent. */
export function formatMoney(amount: number, currency: string, { locale }: Place): string {
  const format = kept(numbers, `${locale} ${currency}`, () => {
    const decimals = decimalsOf(currency);
    return new Intl.NumberFormat(locale, {
      minimumFractionDigits: decimals ?? 0,
      maximumFractionDigits: decimals ?? 20,
    });
  });
  return `${format.format(amount)} ${currency}`.trim();
}

export function formatNumber(value: number, { locale }: Place): string {
  return kept(numbers, locale, () => new Intl.NumberFormat(locale, { maximumFractionDigits: 2 })).format(
    value,
  );
}

const STYLES = {
  /** `23 Nov 2026` */
  day: { day: "numeric", month: "short", year: "numeric" },
  /** `23 Nov, 18:30` */
  moment: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  /** `23 Nov 2026, 18:30:05 IST` */
  exact: {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
  },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

/** A time in the place's zone; a day without a time (`2026-11-23`) is that day everywhere. Text that is no time is kept. */
export function formatTime(at: string, style: keyof typeof STYLES, { locale, timeZone }: Place): string {
  const time = Date.parse(at);
  if (Number.isNaN(time)) return at;
  const zone = at.length === "2026-11-23".length ? "UTC" : timeZone;
  const format = kept(times, `${locale} ${zone} ${style}`, () => {
    return new Intl.DateTimeFormat(locale, { ...STYLES[style], timeZone: zone });
  });
  return format.format(time);
}

function decimalsOf(currency: string): number | undefined {
  try {
    return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions()
      .maximumFractionDigits;
  } catch {
    return undefined;
  }
}
