import type { CardContext, Readings } from "@/lib/ocr/cards/readings.ts";
import { consensus, type Found } from "@/lib/ocr/cards/consensus.ts";
import { BIRTH, fatherName, labelledDay, labelledName } from "@/lib/ocr/cards/labels.ts";
import { type TextLine, textLines } from "@/lib/ocr/cards/text_lines.ts";
import { asDigits, asLetters } from "@/lib/ocr/confusions.ts";
import { check, present } from "@/lib/ocr/field.ts";
import type { Fields } from "@/lib/ocr/reading.ts";

/** States and territories as registration authorities write them, former names included. */
const STATES = new Set(
  ("AN AP AR AS BH BR CG CH DD DL DN GA GJ HP HR JH JK KA KL LA LD MH ML MN MP MZ NL OD OR PB PY RJ SK TG TN TR TS " +
    "UA UK UP WB").split(" "),
);
/** State, office, year, seven digits; blanks, dashes and strokes between them as each state likes. */
const NUMBER =
  /(?<![A-Z0-9])([A-Z0-9]{2})[\s\-/]{0,2}([0-9OQDILZSBG]{2})[\s\-/]{0,2}([12][0-9OQDILZSBG]{3})[\s\-/]{0,2}([0-9OQDILZSBG]{7})(?![A-Z0-9])/g;
const LABELLED = /\b(?:DL|D\.L\.|LICEN[CS]E)\s*(?:NO|NUMBER|N0)?\b[\s.:\-]*/;
/** Numbers of old licences have forms of their own. */
const LEGACY = /^([A-Z]{2}[A-Z0-9/\- ]{4,18}\d)/;

const EXPIRY = /\bVALID(?:ITY)?\b(?!\s*(?:FROM|THROUGHOUT))|\bEXPIR|\bVALID\s*T[I1L][L1]+\b/;
const ISSUE = /\bISSUED?\b(?!\s*BY)|\bD\.?O\.?I\b|\bDATE OF ISSUE\b/;

/** Reads a driving licence of India. Its number has no check digit: a person always looks. */
export function readDrivingLicence(readings: Readings, { today }: CardContext): Fields {
  const texts = readings.map(textLines);
  return present({
    name: consensus(texts.map(labelledName)),
    fatherName: consensus(texts.map(fatherName)),
    documentNumber: consensus(texts.map(number)),
    dateOfBirth: consensus(texts.map((lines) => labelledDay(lines, BIRTH, "birth", today))),
    issuedOn: consensus(texts.map((lines) => labelledDay(lines, ISSUE, "expiry", today))),
    expiresOn: consensus(texts.map((lines) => labelledDay(lines, EXPIRY, "expiry", today))),
  });
}

function number(lines: readonly TextLine[]): Found | undefined {
  for (const { upper, confidence } of lines) {
    for (const match of upper.matchAll(NUMBER)) {
      const state = [...match[1]!].map((char) => asLetters(char)[0] ?? "").join("");
      const digits = asDigits(match.slice(2).join(""));
      if (state.length !== 2 || digits === undefined || !/^\d{2}(19|20)/.test(digits)) continue;
      const value = state + digits;
      const written = match.slice(1).join("");
      const known = check("state", STATES.has(state), `${state} is no state or territory of India`);
      return { value, confidence, repaired: value !== written, unsure: true, checks: [known] };
    }
  }
  return legacyNumber(lines);
}

function legacyNumber(lines: readonly TextLine[]): Found | undefined {
  for (const { upper, confidence } of lines) {
    const label = LABELLED.exec(upper);
    const [, value] = label ? LEGACY.exec(upper.slice(label.index + label[0].length)) ?? [] : [];
    if (value !== undefined && STATES.has(value.slice(0, 2))) return { value, confidence, unsure: true };
  }
  return undefined;
}
