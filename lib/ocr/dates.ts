const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
/** A document that ends more than this many years ahead does not exist: its year was of the last century. */
const EXPIRY_YEARS_MAX = 50;

/** `YYYY-MM-DD` of a day that the calendar has; undefined where it has none. */
export function isoDay(year: number, month: number, day: number): string | undefined {
  if (year < 1000 || year > 9999) return undefined;
  const date = new Date(Date.UTC(year, month - 1, day));
  const same = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day;
  return same ? date.toISOString().slice(0, "2026-11-24".length) : undefined;
}

/** The day that six digits YYMMDD of a zone mean; births are past, expiries at most 50 years ahead (`today`: `YYYY-MM-DD`). */
export function dayOfSix(six: string, meaning: "birth" | "expiry", today: string): string | undefined {
  if (!/^\d{6}$/.test(six)) return undefined;
  const [month, day] = [Number(six.slice(2, 4)), Number(six.slice(4, 6))];
  const near = isoDay(centuryYear(six, meaning, today), month, day);
  // A birthday that is still to come this year was a hundred years ago.
  if (meaning === "birth" && near !== undefined && near > today) {
    return isoDay(Number(near.slice(0, 4)) - 100, month, day);
  }
  return near;
}

/** The year that two digits mean. */
export function centuryYear(two: string, meaning: "birth" | "expiry", today: string): number {
  const short = Number(two.slice(0, 2));
  const now = Number(today.slice(0, 4));
  const year = now - now % 100 + short;
  if (meaning === "birth") return year > now ? year - 100 : year;
  return year > now + EXPIRY_YEARS_MAX ? year - 100 : year;
}

const SEPARATED = /(?<!\d)(\d{1,2})\s?([/.\-])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?!\d)/;
const YEAR_FIRST = /(?<!\d)(\d{4})([/.\-])(\d{1,2})\2(\d{1,2})(?!\d)/;
const NAMED = /(?<!\d)(\d{1,2})(?:ST|ND|RD|TH)?[\s/.,\-]*([A-Z]{3,9})[\s/.,\-]*(\d{4}|\d{2})(?!\d)/;
const NAMED_FIRST = /\b([A-Z]{3,9})[\s.]*(\d{1,2})(?:ST|ND|RD|TH)?[\s,]+(\d{4})(?!\d)/;

/**
 * The first date in a text, as Indian documents and guest lists write them: `12/08/1974`, `12-08-74`, `12 Aug 1974`,
 * `1974-08-12`, `Aug 12, 1974`. Day before month. Two digits of a year follow the century of their meaning.
 */
export function dayInText(text: string, meaning: "birth" | "expiry", today: string): string | undefined {
  const upper = text.toUpperCase();
  const yearFirst = YEAR_FIRST.exec(upper);
  if (yearFirst) return isoDay(Number(yearFirst[1]), Number(yearFirst[3]), Number(yearFirst[4]));
  const separated = SEPARATED.exec(upper);
  if (separated) {
    return isoDay(yearOf(separated[4]!, meaning, today), Number(separated[3]), Number(separated[1]));
  }
  const named = NAMED.exec(upper);
  const month = monthOf(named?.[2]);
  if (named && month) return isoDay(yearOf(named[3]!, meaning, today), month, Number(named[1]));
  const namedFirst = NAMED_FIRST.exec(upper);
  const firstMonth = monthOf(namedFirst?.[1]);
  if (namedFirst && firstMonth) return isoDay(Number(namedFirst[3]), firstMonth, Number(namedFirst[2]));
  return undefined;
}

function yearOf(digits: string, meaning: "birth" | "expiry", today: string): number {
  return digits.length === 4 ? Number(digits) : centuryYear(digits, meaning, today);
}

/** 1 to 12 of a month's English name, short or long. */
function monthOf(name: string | undefined): number | undefined {
  const index = name === undefined ? -1 : MONTHS.indexOf(name.slice(0, 3));
  return index < 0 ? undefined : index + 1;
}
