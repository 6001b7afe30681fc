import type { FieldName, Fields } from "@/lib/ocr/reading.ts";
import type { DocumentType } from "@/lib/upload/document_types.ts";

/** Fields of a guest that a document can fill. */
export const GUEST_FIELDS = [
  "name",
  "dateOfBirth",
  "nationality",
  "sex",
  "address",
  "idType",
  "idNumber",
  "idExpiresOn",
] as const;
export type GuestField = (typeof GUEST_FIELDS)[number];

/** The field of the guest by that of the document, where it has another name. */
const OTHER_NAMES: Partial<Readonly<Record<FieldName, GuestField>>> = {
  documentNumber: "idNumber",
  expiresOn: "idExpiresOn",
};

/** The guest's field that is meant by its own name or by the document's; undefined where there is none. */
export function guestFieldOf(name: string): GuestField | undefined {
  return GUEST_FIELDS.find((field) => field === name) ?? OTHER_NAMES[name as FieldName];
}

/** What a document says of a guest, field by field; what it does not say is not there. */
export function guestValues(
  documentType: DocumentType,
  fields: Fields,
): Partial<Record<GuestField, string>> {
  const value = (name: FieldName) => fields[name]?.value;
  const names = [value("givenNames"), value("surname")].filter((part) => part !== undefined);
  const values = {
    name: value("name") ?? (names.length > 0 ? names.join(" ") : undefined),
    dateOfBirth: value("dateOfBirth"),
    nationality: value("nationality"),
    sex: value("sex"),
    address: value("address"),
    idType: documentType,
    idNumber: value("documentNumber"),
    idExpiresOn: value("expiresOn"),
  };
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
