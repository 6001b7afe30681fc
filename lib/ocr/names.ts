/** `similar`: one says less than the other (initials, a part left out or cut off) and nothing contradicts. */
export type NameAgreement = "same" | "similar" | "different";

const TITLES = new Set(
  [
    "MR",
    "MRS",
    "MS",
    "MISS",
    "DR",
    "PROF",
    "SHRI",
    "SRI",
    "SMT",
    "KUM",
    "KM",
    "MD",
    "LATE",
    "SH",
    "CAPT",
    "COL",
  ],
);
/** From these lengths on one, or two, letters may be read or spelt otherwise. */
const ONE_OFF_LENGTH = 5;
const TWO_OFF_LENGTH = 8;
/** A word that was cut off at the end of a line keeps at least so many letters. */
const CUT_LENGTH_MIN = 3;

/**
 * Are these names of one person? The order of the words, case, marks, titles and usual ways of writing Indian and
 * German sounds in Latin letters do not count; initials stand for words, and a word may be cut off.
 */
export function compareNames(a: string, b: string): NameAgreement {
  const [left, right] = [wordsOf(a), wordsOf(b)];
  if (left.length === 0 || right.length === 0) return "different";
  if (isSameWord(left.join(""), right.join(""))) return "same";
  const [few, many] = left.length <= right.length ? [left, right] : [right, left];
  return matched(few, many);
}

/** Words of a name in capital letters without marks and titles. */
export function wordsOf(name: string): string[] {
  const plain = name.normalize("NFD").replace(/\p{M}/gu, "").toUpperCase().replace(/['’`]/g, "");
  const words = plain.split(/[^\p{L}]+/u).filter((word) => word !== "");
  const named = words.filter((word) => !TITLES.has(word));
  return named.length > 0 ? named : words;
}

function matched(few: readonly string[], many: readonly string[]): NameAgreement {
  const left = [...many];
  let whole = 0;
  let isExact = few.length === many.length;
  // Whole words first, so that an initial does not take the word of another.
  for (const word of [...few].sort((a, b) => b.length - a.length)) {
    const same = left.findIndex((other) => isSameWord(word, other));
    const index = same >= 0 ? same : left.findIndex((other) => isShortOf(word, other));
    if (index < 0) return "different";
    if (same < 0) isExact = false;
    else if (word.length > 1) whole++;
    left.splice(index, 1);
  }
  if (whole === 0) return "different";
  return isExact ? "same" : "similar";
}

/** An initial, or a word cut off, either way. */
function isShortOf(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  return long.startsWith(short) && (short.length === 1 || short.length >= CUT_LENGTH_MIN);
}

function isSameWord(a: string, b: string): boolean {
  if (a === b) return true;
  const [left, right] = [sound(a), sound(b)];
  if (left === right) return true;
  const length = Math.min(left.length, right.length);
  const most = length >= TWO_OFF_LENGTH ? 2 : length >= ONE_OFF_LENGTH ? 1 : 0;
  return most > 0 && left[0] === right[0] && distance(left, right) <= most;
}

/** Spellings that people use for one sound. */
const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/PH/g, "F"],
  [/CK|Q/g, "K"],
  [/X/g, "KS"],
  [/Z/g, "J"],
  [/EE|IE|Y/g, "I"],
  [/OO|O[UW]/g, "U"],
  [/W/g, "V"],
  [/UE/g, "U"],
  [/OE/g, "O"],
  [/AE/g, "A"],
  [/(?<=[BCDGJKPT])H/g, ""],
  [/(.)\1+/g, "$1"],
];

function sound(word: string): string {
  return SPELLINGS.reduce((text, [spelling, letter]) => text.replace(spelling, letter), word);
}

/** Levenshtein: letters to put in, to leave out or to change. */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
