import type { PrintedLine } from "@/lib/ocr/reading.ts";

/** A line of print as text. */
export interface TextLine {
  /** Words with one blank between them. */
  readonly text: string;
  /** In capital letters, straight apostrophes. */
  readonly upper: string;
  /** Mean of its words, 0 to 1. */
  readonly confidence: number;
}

export function textLines(lines: readonly PrintedLine[]): readonly TextLine[] {
  return lines.map((words) => {
    const text = words.map(({ text }) => text.trim()).join(" ").replace(/\s+/g, " ").trim();
    const sum = words.reduce((sum, { confidence }) => sum + confidence, 0);
    const upper = text.toUpperCase().replace(/[’‘`]/g, "'");
    return { text, upper, confidence: words.length === 0 ? 0 : sum / words.length };
  }).filter(({ text }) => text !== "");
}

/** Words that stand on cards and in no name. */
const PRINTED_WORDS = new RegExp(
  "\\b(GOVERNMENT|GOVT|INDIA|INCOME|TAX|DEPARTMENT|PERMANENT|ACCOUNT|NUMBER|CARD|SIGNATURE|ELECTION|COMMISSION|" +
    "ELECTOR'?S?|IDENTITY|PHOTO|AUTHORITY|UNIQUE|IDENTIFICATION|ADDRESS|AADHAAR|DATE|BIRTH|DOB|YEAR|MALE|FEMALE|SEX|" +
    "GENDER|LICEN[CS]E|DRIVING|UNION|STATE|TRANSPORT|MOTOR|VEHICLES?|VALID|VALIDITY|ISSUED?|BLOOD|GROUP|NAME|FATHER'?S?|" +
    "MOTHER'?S?|HUSBAND'?S?|WIFE|ENROL?MENT|DOWNLOAD|VID|AGE|PIN|TO|REPUBLIC|FORM|RULE|AUTHORISATION|DRIVE)\\b",
);
/** Shortest name that is taken for one without a label. */
const NAME_LETTERS_MIN = 3;
const NAME_WORDS_MAX = 6;

/** The name a text is, without what an engine makes of lines and stains at its ends; undefined: it is none. */
export function nameIn(text: string): string | undefined {
  const name = text.replace(/[’‘`]/g, "'").replace(/^[^\p{L}]+|[^\p{L}.]+$/gu, "").replace(/\s+/g, " ");
  const words = name.split(" ");
  const letters = name.replace(/[^A-Za-z]/g, "").length;
  if (letters < NAME_LETTERS_MIN || words.length > NAME_WORDS_MAX) return undefined;
  if (!/^[A-Za-z][A-Za-z.' \-]*$/.test(name) || PRINTED_WORDS.test(name.toUpperCase())) return undefined;
  // Hindi read as Latin letters: no vowels, or capitals in the middle of words.
  if (
    !/[AEIOUY]/i.test(name) ||
    words.some((word) => /^[a-z]|[a-z][A-Z]/.test(word) && !/^(de|van|bin)$/.test(word))
  ) {
    return undefined;
  }
  return name;
}
