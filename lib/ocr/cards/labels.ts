import { dayInText } from "@/lib/ocr/dates.ts";
import { nameIn, type TextLine } from "@/lib/ocr/cards/text_lines.ts";
import type { Found } from "@/lib/ocr/cards/consensus.ts";

/** Who is named besides the holder. `S/O`, `D/O`, `W/O`, `C/O`, `S/D/W of` and engines' versions of them. */
const RELATIVE =
  /\b(?:F[A4]TH[E3]R|MOTHER|HUSBAND|WIFE|GUARDIAN|PARENT|SPOUSE)\b|(?:ATHER|OTHER|USBAND)'?S\b|\b[SDWC]\s?[/|]\s?[O0]\b|\b[SDW]\s?[/|]\s?[SDW](?:\s?[/|]\s?[SDW])?\b|\b(?:SON|DAUGHTER|WIFE)[\s/]+(?:OF|DAUGHTER)/;
/** A father's label, in which the holder's has no part. */
const FATHER =
  /F[A4]TH[E3]R|\bATHER'?S|\b[SD]\s?[/|]\s?[O0]\b|\b[SDW]\s?[/|]\s?[SDW]|\b(?:SON|DAUGHTER)[\s/]+OF/;
const NAME = /\bN[A4]M[E3]\b/;
/** What may stand before "Name" where the holder is meant. */
const HOLDER = /^(?:\W|\d|ELECTOR'?S?|HOLDER'?S?|CANDIDATE'?S?|FULL|OF|THE|[A-Z]?\/)*$/;

export function isRelative({ upper }: TextLine): boolean {
  return RELATIVE.test(upper);
}

/**
 * The holder's name where it is labelled: behind "Name" or in the line below. Never what stands at a relative's
 * label; a label that is not clearly the holder's is taken for a relative's.
 */
export function labelledName(lines: readonly TextLine[]): Found | undefined {
  for (const [i, line] of lines.entries()) {
    const at = NAME.exec(line.upper);
    if (!at || isRelative(line) || !HOLDER.test(line.upper.slice(0, at.index))) continue;
    const found = valueAt(lines, i, at.index + at[0].length);
    // Without a relative's label on the card, the one that was found may be what is left of it.
    if (found) return { ...found, unsure: !lines.some(isRelative) };
  }
  return undefined;
}

export function fatherName(lines: readonly TextLine[]): Found | undefined {
  for (const [i, line] of lines.entries()) {
    const at = FATHER.exec(line.upper);
    if (!at) continue;
    const rest = line.upper.slice(at.index);
    const label =
      /^.*?(?:N[A4]M[E3]|\bOF\b|[/|]\s?[O0]\b|[/|]\s?[SDW]\b(?!\s?[/|])(?:\s+OF\b)?)/.exec(rest)?.[0] ??
        at[0];
    const found = valueAt(lines, i, at.index + label.length);
    if (found) return found;
  }
  return undefined;
}

/** What a label names: the rest of its line, else the next line. */
function valueAt(lines: readonly TextLine[], index: number, from: number): Found | undefined {
  const line = lines[index]!;
  const same = nameIn(line.text.slice(from).replace(/^[\s:;.,\-=|/]+/, "").replace(/,.*$/, ""));
  if (same !== undefined) return { value: same, confidence: line.confidence };
  const next = lines[index + 1];
  if (next === undefined || isRelative(next) || /[A-Za-z]{3}/.test(line.text.slice(from))) return undefined;
  const below = nameIn(next.text);
  return below === undefined ? undefined : { value: below, confidence: next.confidence };
}

/** A date behind a label, in its line or the next one. */
export function labelledDay(
  lines: readonly TextLine[],
  label: RegExp,
  meaning: "birth" | "expiry",
  today: string,
): Found | undefined {
  for (const [i, line] of lines.entries()) {
    const at = label.exec(line.upper);
    if (!at) continue;
    for (const { text, confidence } of [{ ...line, text: line.text.slice(at.index) }, lines[i + 1]!]) {
      const value = text === undefined ? undefined : dayInText(digitsForLetters(text), meaning, today);
      if (value !== undefined) return { value, confidence };
      if (lines[i + 1] === undefined) break;
    }
  }
  return undefined;
}

export const BIRTH = /\bD\.?\s?[O0]\.?\s?B\b|\bB[I1L]RTH\b|\bBORN\b/;

/** O and I between digits and strokes of a date are 0 and 1. */
function digitsForLetters(text: string): string {
  return text.replace(/[0-9OoIl]{1,4}[/.\-][0-9OoIl]{1,2}[/.\-][0-9OoIl]{2,4}/g, (date) => {
    return date.replace(/[Oo]/g, "0").replace(/[Il]/g, "1");
  });
}

export function labelledSex(lines: readonly TextLine[]): Found | undefined {
  for (const { upper, confidence } of lines) {
    if (/\bFEMALE\b|\bFEMA[L1I]E\b/.test(upper)) return { value: "F", confidence };
    if (/\bMA[L1I]E\b/.test(upper)) return { value: "M", confidence };
    if (/\bTRANSGENDER\b/.test(upper)) return { value: "X", confidence };
    const letter = /\b(?:SEX|GENDER)\b[\s:./|\-]*([MF])\b/.exec(upper)?.[1];
    if (letter !== undefined) return { value: letter, confidence };
  }
  return undefined;
}
