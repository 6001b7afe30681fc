import type { DocumentProblem, DocumentType, Stage } from "@/lib/upload/document_types.ts";
import type { FieldCheck, FieldName, FieldReading, FieldSource } from "@/lib/ocr/reading.ts";
import type { ClientRecord } from "@/lib/client/collection.ts";
import { spaced } from "@/lib/live/words.ts";
import type { Tone } from "@/lib/ui/tag.tsx";

export const TYPE_WORDS: Readonly<Record<DocumentType, string>> = {
  aadhaar: "Aadhaar card",
  passport: "Passport",
  driving_license: "Driving licence",
  pan: "PAN card",
  election_card: "Voter ID",
  visa: "Visa",
  image: "Picture",
  csv: "Guest list (CSV)",
  excel: "Guest list (Excel)",
  other: "Other document",
};

/** Documents of a guest, as they may be chosen; a guest list is uploaded elsewhere. */
export const GUEST_TYPES: readonly DocumentType[] = [
  "passport",
  "visa",
  "aadhaar",
  "driving_license",
  "pan",
  "election_card",
  "other",
];

export const FIELD_WORDS: Readonly<Record<FieldName, string>> = {
  name: "Name",
  surname: "Surname",
  givenNames: "Given names",
  documentNumber: "Number",
  dateOfBirth: "Date of birth",
  yearOfBirth: "Year of birth",
  sex: "Sex",
  nationality: "Nationality",
  issuer: "Issued by",
  issuedOn: "Issued on",
  expiresOn: "Expires on",
  personalNumber: "Personal number",
  fatherName: "Father's name",
  address: "Address",
};

const SOURCE_WORDS: Readonly<Record<FieldSource, string>> = {
  qr: "from the signed code",
  mrz: "from the machine-readable zone",
  print: "from the print",
  pdf_text: "from the text of the PDF",
  cell: "from the table",
  person: "put right by hand",
};

export function sourceWords(source: FieldSource): string {
  return SOURCE_WORDS[source] ?? spaced(source);
}

/** A check that holds, in a few words. */
const HOLDS: Readonly<Record<string, string>> = {
  check_digit: "check digit agrees",
  verhoeff: "check digit agrees",
  luhn: "check digit agrees",
  composite: "all check digits agree",
  signature: "signature is genuine",
  format: "has the right form",
  known_code: "known country",
  agrees_with_print: "agrees with the print",
  agrees_with_mrz: "agrees with the machine-readable zone",
  agrees_with_qr: "agrees with the code",
  agrees_with_guest: "agrees with the booking",
};

const FAILS: Readonly<Record<string, string>> = {
  check_digit: "check digit does not agree",
  verhoeff: "check digit does not agree",
  luhn: "check digit does not agree",
  composite: "check digits do not agree together",
  signature: "signature is not genuine",
  format: "does not have the right form",
  agrees_with_print: "differs from the print",
  agrees_with_mrz: "differs from the machine-readable zone",
  agrees_with_guest: "differs from the booking",
};

/** One check as a phrase. */
export function checkWords({ name, ok, detail }: FieldCheck): string {
  if (ok) return HOLDS[name] ?? `${spaced(name)} is right`;
  return detail ?? FAILS[name] ?? `${spaced(name)} is not right`;
}

/** Why a person must look at a field; null where nobody must. */
export function reviewWords({ needsReview, checks, repaired }: FieldReading): string | null {
  if (!needsReview) return null;
  if (checks.some(({ ok }) => !ok)) return "Needs a look";
  return repaired ? "Needs a look: characters were changed to agree" : "Needs a look: not read surely";
}

const STAGE_WORDS: Readonly<Record<Stage, string>> = {
  queued: "Waiting to be read",
  scanning: "Checking for viruses",
  opening: "Opening the file",
  reading: "Reading the document",
  checking: "Checking what was read",
};

interface ProblemWords {
  readonly title: string;
  readonly text: string;
}

/** What is wrong with a document, and what the person can do. */
export const DOCUMENT_PROBLEM_WORDS: Readonly<Record<DocumentProblem, ProblemWords>> = {
  password_required: {
    title: "It needs its password",
    text:
      "The PDF is locked. That of an e-Aadhaar is the first four letters of the name, in capitals, and the year of birth.",
  },
  wrong_type: {
    title: "It is another kind of file",
    text:
      "The content is not what the name says. Save it again as PDF, JPEG, PNG, CSV or Excel, and upload that.",
  },
  infected: {
    title: "It carries a virus",
    text: "The file was not opened and cannot be taken along. Tell whoever looks after your computers.",
  },
  scanner_down: {
    title: "It could not be checked for viruses",
    text: "The scanner does not answer. The document can be read again later.",
  },
  bomb: {
    title: "It would grow too large",
    text: "The file unpacks to more than is allowed. Make it again with fewer or smaller pages.",
  },
  unreadable: {
    title: "It is damaged",
    text: "The file cannot be opened. Scan or save it again, and upload that.",
  },
  nothing_found: {
    title: "Nothing was found in it",
    text: "The picture may be blurred, dark or cut off. Take another one, or type what it says.",
  },
  number_not_found: {
    title: "Its number was not found",
    text: "An Aadhaar number must be hidden in what is kept. Since it was not found, no picture is kept.",
  },
  took_too_long: {
    title: "Reading it took too long",
    text: "It can be read again, or what it says can be typed.",
  },
  took_too_much_memory: {
    title: "It is too large to be read",
    text: "Make it smaller and upload it again, or type what it says.",
  },
  crashed: {
    title: "Reading it failed",
    text: "It can be read again, or what it says can be typed.",
  },
};

/** Problems with which a person can still type what the document says. */
const TYPED: ReadonlySet<unknown> = new Set<DocumentProblem>([
  "nothing_found",
  "number_not_found",
  "took_too_long",
  "took_too_much_memory",
  "crashed",
]);

/** Is there something to be put right, or to be typed? */
export function hasFields({ status, problem }: ClientRecord): boolean {
  return status !== "failed" && problem !== "password_required" || TYPED.has(problem);
}

/** Where a document is, in a word or two and a colour. */
export function documentState(record: ClientRecord): { readonly label: string; readonly tone: Tone } {
  const { status, stage, problem, appliedAt } = record;
  switch (status) {
    case "done":
      return appliedAt ? { label: "Applied", tone: "good" } : { label: "Read", tone: "good" };
    case "needs_review":
      return { label: problem === "password_required" ? "Needs its password" : "Needs a look", tone: "warn" };
    case "failed":
      return { label: problemTitle(problem), tone: "bad" };
    default:
      return { label: STAGE_WORDS[stage as Stage] ?? STAGE_WORDS.queued, tone: "info" };
  }
}

function problemTitle(problem: unknown): string {
  return DOCUMENT_PROBLEM_WORDS[problem as DocumentProblem]?.title ?? "Could not be read";
}

/** Is it still being read? */
export function isBeingRead({ status }: ClientRecord): boolean {
  return status === "uploaded" || status === "processing";
}

export function typeWords(type: unknown): string {
  return TYPE_WORDS[type as DocumentType] ?? String(type);
}
