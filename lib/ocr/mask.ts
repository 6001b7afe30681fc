import { isVerhoeff } from "@/lib/ocr/check_digits.ts";
import { asDigit } from "@/lib/ocr/confusions.ts";

/** Digits of an Aadhaar number, and of a virtual id, which stands for one. */
export const AADHAAR_DIGITS = 12;
export const VIRTUAL_ID_DIGITS = 16;
/** Digits at the end that may be shown. */
const SHOWN_DIGITS = 4;
/** Of the characters of a number at least so many are digits as they stand; the rest look like some. */
const REAL_DIGITS_MIN = 8;

const DIGIT = "[0-9\\u0966-\\u096fOQDILZSBG]";
const GAP = "[\\s.,_\\-\\u2010-\\u2015]{0,3}";
const FOUR = `${DIGIT}{4}`;
/** Three or four groups of four, in one word or apart; a year of a date is not one of them. */
const GROUPED = new RegExp(
  `(?<![0-9\\u0966-\\u096f])(?<!\\d[/.])${FOUR}(?:${GAP}${FOUR}){2,3}(?!\\d)`,
  "giu",
);
/** Digits of a telephone in India, with the country's code. */
const TELEPHONE = /^91[6-9]\d{9}$/;

/**
 * Text in which of every number that looks like an Aadhaar number or a virtual id only the last four digits are left:
 * `XXXX XXXX 3908`. One with a misread digit looks like one, too. For whatever is kept, shown or logged.
 */
export function maskDigits(text: string): string {
  return text.replace(GROUPED, (found, offset: number) => {
    const digits = digitsIn(found);
    if (digits === undefined) return found;
    const isTelephone = TELEPHONE.test(digits) && !/\d\s+\d/.test(found) &&
      (text[offset - 1] === "+" || !isVerhoeff(digits));
    return isAadhaarLike(digits) && !isTelephone ? masked(digits) : maskTail(found);
  });
}

/** Is there a whole Aadhaar number in this text: one whose check digit agrees, and that is no telephone number? */
export function holdsAadhaarNumber(text: string): boolean {
  return [...text.matchAll(GROUPED)].some(([found]) => {
    const digits = digitsIn(found) ?? "";
    return digits.length === AADHAAR_DIGITS && isAadhaarLike(digits) && isVerhoeff(digits) &&
      !TELEPHONE.test(digits);
  });
}

/** Sixteen digits of which the first four belong to something else: a year, a house. */
function maskTail(found: string): string {
  const head = new RegExp(`^${FOUR}${GAP}`, "iu").exec(found)?.[0] ?? "";
  const tail = found.slice(head.length);
  const digits = digitsIn(tail);
  return digits !== undefined && isAadhaarLike(digits) ? head + masked(digits) : found;
}

/** Twelve digits of which the first is 2 to 9, or sixteen. */
export function isAadhaarLike(digits: string): boolean {
  return digits.length === VIRTUAL_ID_DIGITS ? /^[2-9]/.test(digits) : /^[2-9]\d{11}$/.test(digits);
}

/** `XXXX XXXX 3908`; of a virtual id `XXXX XXXX XXXX 3908`. */
export function masked(digits: string): string {
  return "XXXX ".repeat((digits.length - SHOWN_DIGITS) / 4) + digits.slice(-SHOWN_DIGITS);
}

/** The digits that a text stands for; undefined where too few of them are digits as they stand. */
export function digitsIn(text: string): string | undefined {
  const chars = [...text.toUpperCase()].map(plainDigit).filter((char) => /[0-9A-Z]/.test(char));
  const digits = chars.map(asDigit);
  const real = chars.filter((char) => /[0-9]/.test(char)).length;
  return digits.includes(undefined) || real < Math.min(REAL_DIGITS_MIN, chars.length)
    ? undefined
    : digits.join("");
}

/** Devanagari digits are digits. */
function plainDigit(char: string): string {
  const code = char.codePointAt(0)! - 0x0966;
  return code >= 0 && code <= 9 ? String(code) : char;
}
