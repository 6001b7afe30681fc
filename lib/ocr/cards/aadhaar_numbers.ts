import { isVerhoeff } from "@/lib/ocr/check_digits.ts";
import { asDigit } from "@/lib/ocr/confusions.ts";
import { AADHAAR_DIGITS, isAadhaarLike, VIRTUAL_ID_DIGITS } from "@/lib/ocr/mask.ts";
import type { Box, PrintedLine, PrintedWord } from "@/lib/ocr/reading.ts";

/** Part of a word that stands for digits. */
interface Group {
  readonly digits: string;
  readonly isRepaired: boolean;
  readonly word: PrintedWord;
  /** Characters of the word's text. */
  readonly from: number;
  readonly to: number;
}

/** An Aadhaar number as it was found. Its digits must go nowhere but into the last four and a keyed hash. */
export interface AadhaarNumber {
  readonly digits: string;
  readonly confidence: number;
  readonly repaired: boolean;
}

/** Digits and what is read for them. One group has at least this many, and mostly digits. */
const GROUP = /[0-9OQDILZSBG]{2,}/gi;
/** A number that lost or gained a digit in reading is still to be covered. */
const COVERED_DIGITS = [11, 12, 13, 15, 16, 17];
/** A group of four that was misread has from three to five characters. */
const GROUP_CHARS = { min: 3, max: 5 } as const;
const GROUPS_MAX = 4;
const SHOWN_DIGITS = 4;

/** Aadhaar numbers of these lines: twelve digits of whole groups with an agreeing check digit, in no virtual id. */
export function aadhaarNumbers(lines: readonly PrintedLine[]): readonly AadhaarNumber[] {
  return lines.flatMap((line) => {
    const runs = windows(groupsOf(line));
    const isLabelledVirtual = line.some(({ text }) => /\bV[I1L]D\b/i.test(text));
    const virtual = runs.filter((window) => {
      const digits = digitsOf(window);
      return digits.length === VIRTUAL_ID_DIGITS && (isLabelledVirtual || isVerhoeff(digits));
    });
    return runs.filter((window) => {
      const digits = digitsOf(window);
      const isNumber = digits.length === AADHAAR_DIGITS && isAadhaarLike(digits) && isVerhoeff(digits) &&
        !isPalindrome(digits);
      return isNumber && !virtual.some((other) => window.every((group) => other.includes(group)));
    }).map((window) => ({
      digits: digitsOf(window),
      confidence: Math.min(...window.map(({ word }) => word.confidence)),
      repaired: window.some(({ isRepaired }) => isRepaired),
    }));
  });
}

/**
 * Where the first digits of everything stand that may be an Aadhaar number or a virtual id, also where a digit was
 * misread, lost or doubled: all but the last four, to be covered in the picture.
 */
export function findAadhaarNumbers(
  lines: readonly PrintedLine[],
): readonly { readonly mask: readonly Box[] }[] {
  return lines.flatMap((line) => {
    const likely = windows(groupsOf(line)).filter(mayBeNumber);
    const longest = likely.filter((window) => {
      return !likely.some((other) =>
        other.length > window.length && window.every((group) => other.includes(group))
      );
    });
    return longest.map((window) => ({ mask: maskOf(window) }));
  });
}

function mayBeNumber(window: readonly Group[]): boolean {
  const digits = digitsOf(window);
  if (!COVERED_DIGITS.includes(digits.length)) return false;
  if (digits.length === AADHAAR_DIGITS && isVerhoeff(digits)) return true;
  if (window.length === 1) return digits.length >= AADHAAR_DIGITS - 1 && /^[2-9]/.test(digits);
  const isInFours = window.every(({ digits: { length } }) => {
    return length % 4 === 0 || length >= GROUP_CHARS.min && length <= GROUP_CHARS.max;
  });
  return isInFours && window.length >= 2;
}

/** Boxes of all but the last four digits; of a word that holds more, the part of it that they take. */
function maskOf(window: readonly Group[]): readonly Box[] {
  let left = digitsOf(window).length - SHOWN_DIGITS;
  const boxes: Box[] = [];
  for (const group of window) {
    if (left <= 0) break;
    const chars = Math.min(left, group.digits.length);
    left -= chars;
    const { box, text } = group.word;
    const start = group.from === 0 ? 0 : box.width * group.from / text.length;
    const isWhole = chars === group.digits.length && group.to === text.length;
    const end = isWhole ? box.width : box.width * (group.from + chars) / text.length;
    boxes.push({ ...box, left: box.left + Math.floor(start), width: Math.ceil(end) - Math.floor(start) });
  }
  return boxes;
}

function digitsOf(window: readonly Group[]): string {
  return window.map(({ digits }) => digits).join("");
}

function groupsOf(line: PrintedLine): readonly (Group | undefined)[] {
  return line.flatMap((word) => {
    const groups: (Group | undefined)[] = [];
    let end = 0;
    for (const match of word.text.matchAll(GROUP)) {
      // A letter or a stroke between groups parts them; blanks and dashes do not.
      if (/[^\s.\-\u2010-\u2015]/.test(word.text.slice(end, match.index))) groups.push(undefined);
      end = match.index + match[0].length;
      const real = match[0].replace(/\D/g, "").length;
      const digits = [...match[0].toUpperCase()].map(asDigit).join("");
      const isMostlyDigits = real * 2 >= match[0].length && digits.length === match[0].length;
      const isRepaired = digits !== match[0];
      groups.push(isMostlyDigits ? { digits, isRepaired, word, from: match.index, to: end } : undefined);
    }
    if (/[^\s.\-\u2010-\u2015]/.test(word.text.slice(end))) groups.push(undefined);
    return groups;
  });
}

/** All runs of neighbouring groups. */
function windows(groups: readonly (Group | undefined)[]): readonly (readonly Group[])[] {
  const found: Group[][] = [];
  for (let from = 0; from < groups.length; from++) {
    for (let to = from + 1; to <= Math.min(groups.length, from + GROUPS_MAX); to++) {
      const window = groups.slice(from, to).filter((group) => group !== undefined);
      if (window.length < to - from) break;
      found.push(window);
    }
  }
  return found;
}

function isPalindrome(digits: string): boolean {
  return digits === [...digits].reverse().join("");
}
