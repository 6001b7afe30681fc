import { check, withCheck } from "@/lib/ocr/field.ts";
import { compareNames } from "@/lib/ocr/names.ts";
import type { FieldCheck, FieldName, FieldReading, Fields, KnownGuest } from "@/lib/ocr/reading.ts";
import type { DocumentType } from "@/lib/upload/document_types.ts";

export interface CrossCheckContext {
  /** What the print of the same document was read as. */
  readonly print?: Fields;
  /** What its machine-readable zone was read as. */
  readonly mrz?: Fields;
  readonly guest?: KnownGuest;
  /** `YYYY-MM-DD` */
  readonly today: string;
}

const COMPARED: readonly FieldName[] = [
  "name",
  "surname",
  "givenNames",
  "documentNumber",
  "dateOfBirth",
  "sex",
  "nationality",
  "expiresOn",
];
const NAMES: readonly FieldName[] = ["name", "surname", "givenNames", "fatherName"];

/** Doubts of a reader about what it saw: a second, independent reading of the same settles them. */
const SETTLED_BY_AGREEMENT = ["lookalike", "independent", "name_zone", "readings_agree"];

/**
 * Adds to each field what other sources say about it: `agrees_with_print`, `agrees_with_mrz`, `agrees_with_guest`,
 * `not_expired`. Disagreement asks for a look. A reading that is itself in doubt can agree, but not object.
 */
export function crossCheck(fields: Fields, { print, mrz, guest, today }: CrossCheckContext): Fields {
  const checked = Object.entries(fields).map(([name, reading]) => {
    const field = name as FieldName;
    const printed = against(field, reading, print, "agrees_with_print", "The print says otherwise");
    const zoned = against(field, printed, mrz, "agrees_with_mrz", "The machine-readable zone says otherwise");
    return [field, againstDay(field, againstGuest(field, zoned, guest), guest, today)] as const;
  });
  return Object.fromEntries(checked);
}

function against(
  name: FieldName,
  reading: FieldReading,
  others: Fields | undefined,
  checkName: string,
  detail: string,
): FieldReading {
  const other = others?.[name];
  if (other === undefined || !COMPARED.includes(name)) return reading;
  const agreement = agree(name, reading.value, other.value);
  if (agreement === "different") {
    return other.needsReview ? reading : withCheck(reading, check(checkName, false, detail));
  }
  return agreement === "same" ? settled(reading, checkName) : withCheck(reading, check(checkName, true, ""));
}

function settled(reading: FieldReading, checkName: string): FieldReading {
  const checks = [
    ...reading.checks.map((made) => {
      return SETTLED_BY_AGREEMENT.includes(made.name) ? { name: made.name, ok: true } : made;
    }),
    { name: checkName, ok: true },
  ];
  return { ...reading, checks, needsReview: checks.some(({ ok }) => !ok) };
}

function agree(name: FieldName, a: string, b: string): "same" | "similar" | "different" {
  if (NAMES.includes(name)) return compareNames(a, b);
  return comparable(a) === comparable(b) ? "same" : "different";
}

function comparable(value: string): string {
  return value.toUpperCase().replace(/[^A-Z0-9]/g, "");
}

function againstGuest(name: FieldName, reading: FieldReading, guest: KnownGuest | undefined): FieldReading {
  const made = guest === undefined ? undefined : guestCheck(name, reading.value, guest);
  return made === undefined ? reading : withCheck(reading, made);
}

function guestCheck(name: FieldName, value: string, guest: KnownGuest): FieldCheck | undefined {
  const { dateOfBirth } = guest;
  const known = "agrees_with_guest";
  if (name === "name" && guest.name !== "") {
    const ok = compareNames(value, guest.name) !== "different";
    return check(known, ok, "The guest's name in the booking is another one");
  }
  if (dateOfBirth === null) return undefined;
  const detail = "The guest's date of birth is another one";
  if (name === "dateOfBirth") return check(known, value === dateOfBirth, detail);
  return name === "yearOfBirth" ? check(known, value === dateOfBirth.slice(0, 4), detail) : undefined;
}

function againstDay(
  name: FieldName,
  reading: FieldReading,
  guest: KnownGuest | undefined,
  today: string,
): FieldReading {
  if (name !== "expiresOn") return reading;
  const { value } = reading;
  if (value < today) return withCheck(reading, check("not_expired", false, `It ended on ${value}`));
  const departsOn = guest?.departsOn ?? today;
  const ok = value >= departsOn;
  return withCheck(
    reading,
    check("not_expired", ok, `It ends on ${value}, before the guest leaves on ${departsOn}`),
  );
}

/** Fields without which a document of a type has not been read. `dateOfBirth` may be a `yearOfBirth`. */
export const EXPECTED_FIELDS: Readonly<Record<DocumentType, readonly FieldName[]>> = {
  aadhaar: ["name", "documentNumber", "dateOfBirth"],
  passport: ["name", "documentNumber", "dateOfBirth", "sex", "nationality", "issuer", "expiresOn"],
  visa: ["name", "documentNumber", "dateOfBirth", "nationality", "issuer", "expiresOn"],
  driving_license: ["name", "documentNumber", "dateOfBirth"],
  pan: ["name", "documentNumber", "dateOfBirth"],
  election_card: ["name", "documentNumber"],
  image: [],
  csv: [],
  excel: [],
  other: [],
};

/** `done` where every expected field is there and no field needs a look. */
export function statusOf(fields: Fields, expectedNames: readonly FieldName[]): "done" | "needs_review" {
  const isThere = (name: FieldName) => {
    return fields[name] !== undefined || name === "dateOfBirth" && fields.yearOfBirth !== undefined;
  };
  const isDone = expectedNames.every(isThere) &&
    Object.values(fields).every(({ needsReview }) => !needsReview);
  return isDone && Object.keys(fields).length > 0 ? "done" : "needs_review";
}
