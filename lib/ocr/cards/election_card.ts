import type { CardContext, Readings } from "@/lib/ocr/cards/readings.ts";
import { consensus, type Found } from "@/lib/ocr/cards/consensus.ts";
import { BIRTH, fatherName, labelledDay, labelledName, labelledSex } from "@/lib/ocr/cards/labels.ts";
import { type TextLine, textLines } from "@/lib/ocr/cards/text_lines.ts";
import { typedTokens } from "@/lib/ocr/cards/typed_tokens.ts";
import { isLuhn } from "@/lib/ocr/check_digits.ts";
import { check, present } from "@/lib/ocr/field.ts";
import type { Fields } from "@/lib/ocr/reading.ts";

const FORM = "AAA9999999";
/** Numbers that states gave before 2000: state, assembly, part, serial. */
const OLD_SERIES = /\b([A-Z]{2})\s?\/\s?(\d{2})\s?\/\s?(\d{3})\s?\/\s?(\d{6,7})\b/;

/** Reads a voter's card (Election Commission of India). */
export function readElectionCard(readings: Readings, { today }: CardContext): Fields {
  const texts = readings.map(textLines);
  return present({
    name: consensus(texts.map(labelledName)),
    fatherName: consensus(texts.map(fatherName)),
    documentNumber: consensus(texts.map(number)),
    dateOfBirth: consensus(texts.map((lines) => labelledDay(lines, BIRTH, "birth", today))),
    sex: consensus(texts.map(labelledSex)),
  });
}

function number(lines: readonly TextLine[]): Found | undefined {
  const tokens = typedTokens(lines, FORM);
  const token = tokens.find(({ value }) => isLuhn(value.slice(3))) ?? tokens[0];
  if (token === undefined) return oldNumber(lines);
  const { value, confidence, repaired } = token;
  // The check digit does not see the letters: some that look alike stay open.
  const ok = isLuhn(value.slice(3));
  const unsure = token.ambiguous ||
    tokens.some((other) => other.value !== value && isLuhn(other.value.slice(3)));
  const luhn = check(
    "luhn",
    ok,
    "The last digit does not agree; numbers of old cards need not have one that does",
  );
  return { value, confidence, repaired, unsure, checks: [luhn] };
}

function oldNumber(lines: readonly TextLine[]): Found | undefined {
  for (const { upper, confidence } of lines) {
    const [, ...parts] = OLD_SERIES.exec(upper) ?? [];
    if (parts.length > 0) return { value: parts.join("/"), confidence, unsure: true };
  }
  return undefined;
}
