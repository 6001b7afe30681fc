import { isVerhoeff } from "@/lib/ocr/check_digits.ts";
import { dayInText } from "@/lib/ocr/dates.ts";
import { check, field, present } from "@/lib/ocr/field.ts";
import { maskDigits } from "@/lib/ocr/mask.ts";
import type { FieldCheck, FieldReading, Fields } from "@/lib/ocr/reading.ts";

/** What the QR code of an Aadhaar card says, as text. */
export interface QrValues {
  readonly name: string;
  /** The last four digits of the number; more are never handed on. */
  readonly lastDigits: string;
  readonly dateOfBirth?: string;
  readonly gender?: string;
  readonly careOf?: string;
  readonly house?: string;
  readonly street?: string;
  readonly landmark?: string;
  readonly location?: string;
  readonly vtc?: string;
  readonly postOffice?: string;
  readonly subDistrict?: string;
  readonly district?: string;
  readonly state?: string;
  readonly pincode?: string;
}

export interface QrProof {
  readonly isSigned: boolean;
  readonly today: string;
  /** Checks of the number. */
  readonly checks?: readonly FieldCheck[];
}

const SEXES: Readonly<Record<string, string>> = {
  M: "M",
  F: "F",
  T: "X",
  MALE: "M",
  FEMALE: "F",
  TRANSGENDER: "X",
};
const FATHER = /^[SD]\s?\/\s?O\s*[:,.]?\s*/i;
const ADDRESS_CHARS_MAX = 500;
/** A code is read right or not at all; without a signature anybody may have made it. */
const CONFIDENCE = { signed: 1, unsigned: 0.5 } as const;

/** Fields of a code. Where nobody known has signed it every one of them needs a look. */
export function qrFields(values: QrValues, { isSigned, today, checks = [] }: QrProof): Fields {
  const signature = check("signature", isSigned, "No known key has signed this code");
  const read = (value: string | undefined, more: readonly FieldCheck[] = []): FieldReading | undefined => {
    const confidence = isSigned ? CONFIDENCE.signed : CONFIDENCE.unsigned;
    if (value === undefined || value === "") return undefined;
    return field({ value, source: "qr", confidence, checks: [signature, ...more] });
  };
  const birth = values.dateOfBirth ?? "";
  const careOf = values.careOf ?? "";
  return present({
    name: read(values.name),
    documentNumber: read(`XXXX XXXX ${values.lastDigits}`, checks),
    dateOfBirth: read(dayInText(birth, "birth", today)),
    yearOfBirth: read(/^\d{4}$/.test(birth) ? birth : undefined),
    sex: read(SEXES[(values.gender ?? "").toUpperCase()]),
    fatherName: read(FATHER.test(careOf) ? careOf.replace(FATHER, "") : undefined),
    address: read(addressOf(values)),
  });
}

function addressOf(values: QrValues): string {
  const { house, street, landmark, location, vtc, postOffice, subDistrict, district, state, pincode } =
    values;
  const places = [house, street, landmark, location, vtc, postOffice, subDistrict, district, state, pincode]
    .map((part) => (part ?? "").trim()).filter((part) => part !== "");
  // Town, post office and district often have one name.
  return maskDigits([...new Set(places)].join(", ")).slice(0, ADDRESS_CHARS_MAX);
}

const LETTER = /<PrintLetterBarcodeData\b([^<>]{1,4000})/;

/**
 * Reads the unsigned QR code of old Aadhaar letters, an XML element whose `uid` is the whole number: only its last four
 * digits come back. undefined: the text is no such code.
 */
export function readLetterQr(text: string, { today }: { today: string }): Fields | undefined {
  const [, inside] = LETTER.exec(text) ?? [];
  if (inside === undefined) return undefined;
  const of = attributes(inside);
  const digits = (of.get("uid") ?? "").replace(/\D/g, "");
  const name = of.get("name");
  if (digits.length !== 12 || !name) return undefined;
  const checks = [check("verhoeff", isVerhoeff(digits), "The check digit of the number does not agree")];
  const values = {
    name,
    lastDigits: digits.slice(-4),
    dateOfBirth: of.get("dob") || of.get("yob") || "",
    gender: of.get("gender") ?? "",
    careOf: of.get("co") ?? of.get("gname") ?? "",
    house: of.get("house") ?? "",
    street: of.get("street") ?? "",
    landmark: of.get("lm") ?? "",
    location: of.get("loc") ?? "",
    vtc: of.get("vtc") ?? "",
    postOffice: of.get("po") ?? "",
    subDistrict: of.get("subdist") ?? "",
    district: of.get("dist") ?? "",
    state: of.get("state") ?? "",
    pincode: of.get("pc") ?? "",
  };
  return qrFields(values, { isSigned: false, today, checks });
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function attributes(inside: string): ReadonlyMap<string, string> {
  const found = [...inside.matchAll(/([a-z]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/gi)];
  return new Map(found.map(([, name = "", double, single]) => {
    const text = (double ?? single ?? "").replace(
      /&(amp|lt|gt|quot|apos);/g,
      (_all, word: string) => ENTITIES[word]!,
    );
    return [name.toLowerCase(), text.trim()];
  }));
}
