import type { CardContext, Readings } from "@/lib/ocr/cards/readings.ts";
import { consensus, type Found } from "@/lib/ocr/cards/consensus.ts";
import { BIRTH, fatherName, isRelative, labelledDay, labelledName } from "@/lib/ocr/cards/labels.ts";
import { nameIn, type TextLine, textLines } from "@/lib/ocr/cards/text_lines.ts";
import { typedTokens } from "@/lib/ocr/cards/typed_tokens.ts";
import { dayInText } from "@/lib/ocr/dates.ts";
import { check, present, withCheck } from "@/lib/ocr/field.ts";
import { wordsOf } from "@/lib/ocr/names.ts";
import type { FieldReading, Fields } from "@/lib/ocr/reading.ts";

const FORM = "AAAAA9999A";
/** The fourth letter says what the holder is: P a person, C a company, H a family, and so on. */
const HOLDERS = "ABCFGHJLPT";
const PERSON = "P";

/** Reads a card with a permanent account number (Income Tax Department). */
export function readPan(readings: Readings, { today }: CardContext): Fields {
  const texts = readings.map(textLines);
  const name = consensus(texts.map(holderName));
  const number = consensus(texts.map(panNumber));
  return present({
    name,
    fatherName: consensus(texts.map(father)),
    documentNumber: number && name ? withSurname(number, name) : number,
    dateOfBirth: consensus(texts.map((lines) => birth(lines, today))),
  });
}

function panNumber(lines: readonly TextLine[]): Found | undefined {
  const [token] = typedTokens(lines, FORM).filter(({ value }) => HOLDERS.includes(value[3]!));
  const [other] = token ? [token] : typedTokens(lines, FORM);
  if (other === undefined) return undefined;
  const { value, confidence, repaired, ambiguous } = other;
  return {
    value,
    confidence,
    repaired,
    unsure: ambiguous,
    checks: [
      check("holder", value[3] === PERSON, `The fourth letter of a person's number is P, not ${value[3]}`),
      check("serial", value.slice(5, 9) !== "0000", "A serial number is not 0000"),
    ],
  };
}

/** The fifth letter is the first one of the surname; which word that is, states and families decide differently. */
function withSurname(number: FieldReading, name: FieldReading): FieldReading {
  const letter = number.value[4]!;
  const ok = wordsOf(name.value).some((word) => word.startsWith(letter));
  return withCheck(
    number,
    check("surname_letter", ok, `The fifth letter, ${letter}, begins no word of the name`),
  );
}

function birth(lines: readonly TextLine[], today: string): Found | undefined {
  const labelled = labelledDay(lines, BIRTH, "birth", today);
  if (labelled !== undefined) return labelled;
  // Cards of the old kind show the date bare, and no other one.
  const bare = lines.flatMap(({ text, confidence }) => {
    const value = dayInText(text, "birth", today);
    return value === undefined ? [] : [{ value, confidence }];
  });
  return bare.length === 1 ? bare[0] : undefined;
}

function holderName(lines: readonly TextLine[]): Found | undefined {
  return labelledName(lines) ?? unlabelled(lines)[0];
}

function father(lines: readonly TextLine[]): Found | undefined {
  return fatherName(lines) ?? unlabelled(lines)[1];
}

/** Cards of the old kind show holder, father and date one below the other, without labels: never certain. */
function unlabelled(lines: readonly TextLine[]): readonly Found[] {
  const isLabelled = lines.some((line) => isRelative(line) || /\bN[A4]M[E3]\b/.test(line.upper));
  const head = lines.findIndex(({ upper }) => /INCOME|TAX DEP|GOVT|OF INDIA/.test(upper));
  const date = lines.findIndex(({ text }) => /\d{1,2}[/.\-]\d{1,2}[/.\-]\d{4}/.test(text));
  if (isLabelled || head < 0 || date < head) return [];
  const names = lines.slice(head + 1, date).flatMap(({ text, confidence }) => {
    const value = nameIn(text);
    return value === undefined ? [] : [{ value, confidence, unsure: true }];
  });
  // With one name only nobody knows whose it is.
  return names.length === 2 ? names : [];
}
