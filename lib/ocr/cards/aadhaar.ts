import { aadhaarNumbers } from "@/lib/ocr/cards/aadhaar_numbers.ts";
import { consensus, type Found } from "@/lib/ocr/cards/consensus.ts";
import { BIRTH, fatherName, isRelative, labelledDay, labelledSex } from "@/lib/ocr/cards/labels.ts";
import { nameIn, type TextLine, textLines } from "@/lib/ocr/cards/text_lines.ts";
import { check, present } from "@/lib/ocr/field.ts";
import { maskDigits, masked } from "@/lib/ocr/mask.ts";
import type { CardContext, Readings } from "@/lib/ocr/cards/readings.ts";
import type { Fields, PrintedLine } from "@/lib/ocr/reading.ts";

/** The name stands at most so many lines above the date of birth. */
const NAME_LINES_MAX = 3;
const ADDRESS_LINES_MAX = 8;
const ADDRESS_CHARS_MAX = 500;
/** An address is long and nothing checks it. */
const ADDRESS_CONFIDENCE_MIN = 0.8;

/** Reads an Aadhaar card or letter. The number comes back as `XXXX XXXX 1234` only. */
export function readAadhaar(readings: Readings, { today }: CardContext): Fields {
  const texts = readings.map(textLines);
  const dateOfBirth = consensus(texts.map((lines) => labelledDay(lines, BIRTH, "birth", today)));
  return present({
    name: consensus(texts.map(holderName)),
    fatherName: consensus(texts.map(fatherName)),
    documentNumber: consensus(readings.map(number)),
    dateOfBirth,
    yearOfBirth: dateOfBirth ? undefined : consensus(texts.map((lines) => yearOfBirth(lines, today))),
    sex: consensus(texts.map(labelledSex)),
    address: consensus(texts.map(address)),
  });
}

function number(lines: readonly PrintedLine[]): Found | undefined {
  const numbers = aadhaarNumbers(lines);
  const [first] = numbers;
  if (first === undefined) return undefined;
  const different = new Set(numbers.map(({ digits }) => digits)).size > 1;
  return {
    value: masked(first.digits),
    confidence: first.confidence,
    repaired: first.repaired,
    checks: [
      check("verhoeff", true, ""),
      ...(different
        ? [check("single_number", false, "The card holds more than one number that may be it")]
        : []),
    ],
  };
}

function birthLine(lines: readonly TextLine[]): number {
  return lines.findIndex(({ upper }) => BIRTH.test(upper) || /\bY[O0]B\b/.test(upper));
}

/** The card has no label for the name: it is the line in Latin letters above the birth. */
function holderName(lines: readonly TextLine[]): Found | undefined {
  const birth = birthLine(lines);
  for (let i = birth - 1; i >= Math.max(0, birth - NAME_LINES_MAX); i--) {
    const line = lines[i]!;
    if (isRelative(line)) continue;
    const name = nameIn(line.text);
    // A single word above the birth may be half a name or a stain.
    if (name !== undefined) return { value: name, confidence: line.confidence, unsure: !name.includes(" ") };
  }
  return undefined;
}

function yearOfBirth(lines: readonly TextLine[], today: string): Found | undefined {
  const line = lines[birthLine(lines)];
  const year = /(?<!\d)((?:19|20)\d\d)(?!\d)/.exec(line?.upper ?? "")?.[1];
  if (line === undefined || year === undefined || year > today.slice(0, 4)) return undefined;
  return { value: year, confidence: line.confidence };
}

/** From its label up to the six digits of the postal index number. */
function address(lines: readonly TextLine[]): Found | undefined {
  const start = lines.findIndex(({ upper }) => /\bADDRESS\b/.test(upper));
  if (start < 0) return undefined;
  const parts: string[] = [];
  const confidences: number[] = [];
  let hasPin = false;
  for (const [i, { text, confidence }] of lines.slice(start, start + ADDRESS_LINES_MAX).entries()) {
    parts.push(i === 0 ? text.replace(/^.*?address\s*[:;.\-]*\s*/i, "") : text);
    confidences.push(confidence);
    hasPin = /(?<!\d)[1-9]\d{2}\s?\d{3}(?!\s?\d)/.test(text);
    if (hasPin) break;
  }
  const value = maskDigits(parts.filter((part) => part !== "").join(", ").replace(/,(\s*,)+/g, ","));
  if (value === "") return undefined;
  const confidence = Math.min(...confidences);
  return {
    value: value.slice(0, ADDRESS_CHARS_MAX),
    confidence,
    unsure: !hasPin || confidence < ADDRESS_CONFIDENCE_MIN,
  };
}
