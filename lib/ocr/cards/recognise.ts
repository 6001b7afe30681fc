import { aadhaarNumbers, findAadhaarNumbers } from "@/lib/ocr/cards/aadhaar_numbers.ts";
import { readAadhaar } from "@/lib/ocr/cards/aadhaar.ts";
import { readDrivingLicence } from "@/lib/ocr/cards/driving_licence.ts";
import { readElectionCard } from "@/lib/ocr/cards/election_card.ts";
import { readPan } from "@/lib/ocr/cards/pan.ts";
import type { CardContext, Readings } from "@/lib/ocr/cards/readings.ts";
import { textLines } from "@/lib/ocr/cards/text_lines.ts";
import type { Fields } from "@/lib/ocr/reading.ts";
import type { DocumentType } from "@/lib/upload/document_types.ts";

export type CardType = Extract<DocumentType, "aadhaar" | "pan" | "driving_license" | "election_card">;

const READERS: Readonly<Record<CardType, (readings: Readings, context: CardContext) => Fields>> = {
  aadhaar: readAadhaar,
  pan: readPan,
  driving_license: readDrivingLicence,
  election_card: readElectionCard,
};

/** Words that only one kind of card shows. */
const WORDS: readonly (readonly [CardType, RegExp])[] = [
  ["pan", /INCOME\s*TAX|PERMANENT\s+ACCOUNT/],
  ["election_card", /ELECTION\s+COMMISSION|ELECTOR'?S|\bEPIC\b/],
  ["driving_license", /DRIVING\s*LICEN[CS]E|\bLICENCE\s+TO\s+DRIVE|MOTOR\s+VEHICLES?|FORM\s+OF\s+DRIVING/],
  ["aadhaar", /\bA[A4]DHA+R\b|UNIQUE\s+IDENTIFICATION|\bUIDAI\b|ENROL?MENT\s+NO/],
];

/** What kind of card shows these words; undefined: none of those that can be read, or more than one. */
export function recogniseCard(readings: Readings): CardType | undefined {
  const text = readings.flatMap(textLines).map(({ upper }) => upper).join("\n");
  const [found, another] = WORDS.filter(([, words]) => words.test(text)).map(([type]) => type);
  if (found !== undefined) return another === undefined ? found : undefined;
  return readings.some((lines) => aadhaarNumbers(lines).length > 0) ? "aadhaar" : undefined;
}

/** Does a number stand here that is surely Aadhaar's, whatever else the page is? Groups of four, and its check digit agrees. */
export function holdsAadhaar(readings: Readings): boolean {
  return readings.flat().some((line) =>
    aadhaarNumbers([line]).length > 0 && findAadhaarNumbers([line]).length > 0
  );
}

/** Reads a card of a known kind. */
export function readCard(type: CardType, readings: Readings, context: CardContext): Fields {
  return READERS[type](readings, context);
}
