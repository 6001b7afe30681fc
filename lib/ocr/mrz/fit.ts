import { icaoCheckDigit } from "@/lib/ocr/check_digits.ts";
import { asDigit, asDigits, asLetters, looksLike } from "@/lib/ocr/confusions.ts";
import { readIssuer } from "@/lib/ocr/mrz/issuers.ts";
import { CHECKED_BY, type Layout, type Slot } from "@/lib/ocr/mrz/layouts.ts";
import type { MrzLine } from "@/lib/ocr/reading.ts";

/** A line brought to the width of its format, and how much speaks against it having been read so. */
export interface Fit {
  readonly text: string;
  readonly cost: number;
  /** The text that it was made from: the line's own or an alternative. */
  readonly original: string;
}

/** Characters that may be missing or too many in a line. */
const EDITS_MAX = 4;
/** Alternatives of one line that are looked at. */
const SOURCES_MAX = 6;
const FITS_MAX = 12;
/** A fit that costs more than the best one by this is no rival. */
const RIVAL_COST = 3;

/** What speaks against a fit. Only the order matters: a failed check outweighs a misread character, an impossible one outweighs both. */
const COST = {
  typed: 1,
  impossible: 5,
  failedCheck: 3,
  unknownIssuer: 3,
  code: 4,
  alternative: 0.5,
} as const;
/** `anywhere` is taken once in a line; the other edits only where glyphs get lost or doubled. */
const EDIT_COST = { doubled: 0.5, filler: 0.6, separator: 0.9, end: 1, anywhere: 2 } as const;
/** Fillers get lost in long runs; two or one of them separate words. */
const FILLER_RUN_MIN = 3;

/** The ways in which a line as it was read fits line `index` of a layout, the best first; none where it is far too short or long. */
export function fitLine(line: MrzLine, layout: Layout, index: number): readonly Fit[] {
  const texts = [line.text, ...line.alternatives].slice(0, SOURCES_MAX).map(clean);
  const fits = texts.flatMap((text, source) =>
    adjusted(text, layout, index).map(([fitted, edits]) => ({
      text: fitted,
      original: text,
      cost: edits + lineCost(fitted, layout, index) + (source === 0 ? 0 : COST.alternative),
    }))
  ).sort((a, b) => a.cost - b.cost);
  const best = fits[0];
  return best === undefined
    ? []
    : fits.filter(({ cost }) => cost <= best.cost + RIVAL_COST).slice(0, FITS_MAX);
}

function clean(text: string): string {
  return text.toUpperCase().replace(/[^A-Z0-9<]/g, "");
}

/** Texts of the right width, with what the edits cost. */
function adjusted(text: string, layout: Layout, index: number): readonly (readonly [string, number])[] {
  const missing = layout.width - text.length;
  if (Math.abs(missing) > EDITS_MAX) return [];
  let found = new Map([[text, 0]]);
  for (let i = 0; i < Math.abs(missing); i++) {
    found = edited(found, missing > 0 ? insertions : deletions);
  }
  // A doubled glyph and a lost filler together leave the width as it should be.
  if (missing === 0 && lineCost(text, layout, index) >= COST.failedCheck) {
    for (const [text, cost] of edited(edited(found, deletions), insertions)) {
      if (!found.has(text)) found.set(text, cost);
    }
  }
  return [...found];
}

type Edits = (text: string, costMax: number) => Iterable<readonly [string, number]>;

function edited(texts: ReadonlyMap<string, number>, edits: Edits): Map<string, number> {
  const found = new Map<string, number>();
  for (const [text, cost] of texts) {
    const costMax = cost < EDIT_COST.anywhere ? EDIT_COST.anywhere : EDIT_COST.end;
    for (const [next, extra] of edits(text, costMax)) {
      found.set(next, Math.min(found.get(next) ?? Infinity, cost + extra));
    }
  }
  return found;
}

function* deletions(text: string, costMax: number): Iterable<readonly [string, number]> {
  for (let i = 0; i < text.length; i++) {
    const cost = deletionCost(text, i);
    if (cost <= costMax) yield [text.slice(0, i) + text.slice(i + 1), cost];
  }
}

function deletionCost(text: string, i: number): number {
  if (i === 0 || i === text.length - 1) return EDIT_COST.end;
  const [char, next] = [text[i]!, text[i + 1]!];
  if (char === "<" && next === "<") return fillerCost(text, i);
  // An engine that cannot decide gives both: "0O" for one glyph. Two letters that look alike are two letters.
  const isDoubled = [text[i - 1]!, next].some((near) => {
    return near !== char && looksLike(near, char) && /[0-9]/.test(near + char);
  });
  return isDoubled ? EDIT_COST.doubled : EDIT_COST.anywhere;
}

function* insertions(text: string, costMax: number): Iterable<readonly [string, number]> {
  for (let i = 0; i <= text.length; i++) {
    const cost = text[i] === "<" || text[i - 1] === "<"
      ? fillerCost(text, text[i] === "<" ? i : i - 1)
      : i === 0 || i === text.length
      ? EDIT_COST.end
      : EDIT_COST.anywhere;
    if (cost <= costMax) yield [`${text.slice(0, i)}<${text.slice(i)}`, cost];
  }
}

function fillerCost(text: string, i: number): number {
  const before = /<*$/.exec(text.slice(0, i))![0].length;
  const after = /^<*/.exec(text.slice(i))![0].length;
  return before + after >= FILLER_RUN_MIN ? EDIT_COST.filler : EDIT_COST.separator;
}

function lineCost(text: string, layout: Layout, index: number): number {
  const slots = layout.slots.filter(({ line }) => line === index);
  return slots.reduce((sum, slot) => sum + slotCost(text, slot, layout) + checkCost(text, slot, slots), 0);
}

function slotCost(text: string, slot: Slot, layout: Layout): number {
  const part = text.slice(slot.from, slot.to);
  if (slot.name === "issuer" || slot.name === "nationality") {
    const { known, repaired } = readIssuer(part);
    return known ? (repaired ? COST.typed : 0) : COST.unknownIssuer;
  }
  const code = slot.name === "code" && !layout.codes.includes(part[0]!) ? COST.code : 0;
  let sum: number = code;
  for (const char of part) sum += charCost(char, slot);
  return sum;
}

type CharClass = "letters" | "check" | "digits" | "sex";

/** Cost of each character by what can stand there; of letters and digits together nothing costs. */
const CHAR_COSTS: Readonly<Record<CharClass, ReadonlyMap<string, number>>> = {
  letters: costs((char) => /[A-Z<]/.test(char) ? 0 : asLetters(char) === "" ? COST.impossible : COST.typed),
  // An unknown day of birth is filled; so is the check digit of nothing, and of a number that goes on elsewhere.
  digits: costs((char) => char === "<" ? COST.typed : digitCost(char)),
  check: costs((char) => char === "<" ? COST.impossible : digitCost(char)),
  sex: costs((char) => /[MF<]/.test(char) ? 0 : COST.typed),
};

function costs(of: (char: string) => number): ReadonlyMap<string, number> {
  return new Map([..."0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"].map((char) => [char, of(char)]));
}

function digitCost(char: string): number {
  const digit = asDigit(char);
  return digit === undefined ? COST.impossible : digit === char ? 0 : COST.typed;
}

function charCost(char: string, { kind, name }: Slot): number {
  if (kind === "both") return 0;
  const isCertain = name === "composite" || name === "expiryCheck" || name === "birthCheck";
  return CHAR_COSTS[isCertain ? "check" : kind].get(char) ?? COST.impossible;
}

function checkCost(text: string, slot: Slot, slots: readonly Slot[]): number {
  const check = slots.find(({ name }) => name === CHECKED_BY[slot.name]);
  if (check === undefined) return 0;
  const part = text.slice(slot.from, slot.to);
  const typed = slot.kind === "digits" ? digitsOrFillers(part) : part;
  const digit = text[check.from]!;
  if (digit === "<" && (slot.name === "number" || /^<*$/.test(part))) return 0;
  return typed !== undefined && icaoCheckDigit(typed) === asDigit(digit) ? 0 : COST.failedCheck;
}

/** Digits as they were meant; fillers stay. */
export function digitsOrFillers(text: string): string | undefined {
  const parts = text.split(/(<+)/).map((part) => part.startsWith("<") ? part : asDigits(part));
  return parts.includes(undefined) ? undefined : parts.join("");
}
