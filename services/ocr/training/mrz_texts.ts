import type { Dice } from "@/lib/random/dice.ts";

/** Invented machine-readable zones of every format of ICAO Doc 9303, and lines of chance. */

const FORMATS = ["td3", "mrv_a", "mrv_b", "td1", "td2"] as const;
export type MrzFormat = typeof FORMATS[number];

const CONSONANTS = "BCDFGHJKLMNPQRSTVWXYZ";
const VOWELS = "AEIOU";
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS = "0123456789";
const MIXED = LETTERS + DIGITS;
// deno-fmt-ignore
const COUNTRIES = [
  "IND", "D<<", "USA", "GBR", "FRA", "ESP", "ITA", "NLD", "CHE", "AUT", "POL", "UKR", "RUS", "CHN", "JPN",
  "KOR", "AUS", "NZL", "CAN", "BRA", "ARG", "MEX", "ZAF", "NGA", "KEN", "EGY", "MAR", "TUR", "IRN", "IRQ",
  "PAK", "BGD", "LKA", "NPL", "THA", "VNM", "IDN", "MYS", "SGP", "PHL", "ARE", "SAU", "QAT", "OMN", "KWT",
  "SWE", "NOR", "DNK", "FIN", "ISL", "IRL", "PRT", "GRC", "HUN", "CZE", "SVK", "ROU", "BGR", "UTO", "XXA",
];
const WEIGHTS = [7, 3, 1] as const;

/** The lines of one invented document, all check digits right. */
export function inventMrz(dice: Dice, format: MrzFormat = dice.pick(FORMATS)): string[] {
  const country = dice.pick(COUNTRIES);
  const number = documentNumber(dice);
  const born = date(dice), ends = date(dice);
  const sex = dice.pick(["M", "F", "<"]);
  const dated = born + checkDigit(born) + sex + ends + checkDigit(ends);
  if (format === "td1") {
    const first =
      fill(`${dice.pick(["I", "A", "C"])}${dice.pick(["<", dice.pick([...LETTERS])])}${country}`, 5) +
      number + checkDigit(number) + filler(dice, 15);
    const second = dated.slice(0, 15) + country + filler(dice, 11);
    const composite = checkDigit(
      first.slice(5) + second.slice(0, 7) + second.slice(8, 15) + second.slice(18),
    );
    return [first, second + composite, fill(names(dice), 30)];
  }
  const width = format === "td3" || format === "mrv_a" ? 44 : 36;
  const kind = format === "td3" ? "P" : format === "td2" ? dice.pick(["I", "A", "C"]) : "V";
  const first = fill(
    `${kind}${dice.pick(["<", "<", dice.pick([...LETTERS])])}${country}${names(dice)}`,
    width,
  );
  const head = number + checkDigit(number) + country + dated;
  if (kind === "V") return [first, head + filler(dice, width - 28)];
  if (format === "td2") {
    const optional = filler(dice, 7);
    return [first, head + optional + composite(head, optional)];
  }
  const personal = filler(dice, 14);
  const optional = personal + (/^<+$/.test(personal) && dice.chance(0.5) ? "<" : checkDigit(personal));
  return [first, head + optional + composite(head, optional)];
}

/** `length` characters of the alphabet without sense, with long runs of `<`. */
export function chanceLine(dice: Dice, length: number): string {
  let line = "";
  while (line.length < length) {
    const from = dice.pick([LETTERS, DIGITS, MIXED, "<", "0O1IL5S8B2Z6G", "<KCX"]);
    const run = from === "<" ? dice.whole(1, 24) : dice.whole(1, 9);
    for (let i = 0; i < run; i++) line += from[dice.whole(0, from.length - 1)];
  }
  return line.slice(0, length);
}

/** Doc 9303-3, 4.9: weights 7, 3, 1 over digits, letters from A = 10, and `<` = 0; modulo 10. */
function checkDigit(text: string): string {
  const values = [...text].map((c) => c === "<" ? 0 : parseInt(c, 36));
  return String(values.reduce((sum, value, i) => sum + value * WEIGHTS[i % 3]!, 0) % 10);
}

/** Over number, birth and expiry with their digits, and what the issuer added. */
function composite(head: string, optional: string): string {
  return checkDigit(head.slice(0, 10) + head.slice(13, 20) + head.slice(21, 28) + optional);
}

function documentNumber(dice: Dice): string {
  const length = dice.whole(7, 9);
  const letters = dice.whole(0, 2);
  const shape = dice.chance(0.25) ? MIXED.repeat(1) : "";
  let number = "";
  for (let i = 0; i < length; i++) number += dice.pick([...(shape || (i < letters ? LETTERS : DIGITS))]);
  return fill(number, 9);
}

function date(dice: Dice): string {
  return [dice.whole(0, 99), dice.whole(1, 12), dice.whole(1, 28)].map((n) => String(n).padStart(2, "0"))
    .join("");
}

function filler(dice: Dice, length: number): string {
  if (dice.chance(0.5)) return "<".repeat(length);
  let text = "";
  const used = dice.whole(1, length);
  for (let i = 0; i < used; i++) text += dice.pick([...(dice.chance(0.2) ? MIXED : DIGITS)]);
  return fill(text, length);
}

function names(dice: Dice): string {
  const given = Array.from({ length: dice.whole(0, 3) }, () => name(dice));
  const family = Array.from({ length: dice.chance(0.2) ? 2 : 1 }, () => name(dice));
  return `${family.join("<")}<<${given.join("<")}`;
}

function name(dice: Dice): string {
  let text = dice.chance(0.4) ? dice.pick([...VOWELS]) : "";
  const syllables = dice.whole(1, 4);
  for (let i = 0; i < syllables; i++) {
    text += dice.pick([...CONSONANTS]) + dice.pick([...VOWELS]);
    if (dice.chance(0.4)) text += dice.pick([...CONSONANTS]);
  }
  return text;
}

function fill(text: string, length: number): string {
  return text.padEnd(length, "<").slice(0, length);
}
