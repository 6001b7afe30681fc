import { type GuestField, guestValues } from "@/lib/ocr/guest_values.ts";
import type { FieldName, Fields } from "@/lib/ocr/reading.ts";
import type { DocumentType } from "@/lib/upload/document_types.ts";

/** What can be chosen, and the fields of the document that it is made of. The kind goes with the number. */
const CHOICES: readonly (readonly [GuestField, string, readonly FieldName[]])[] = [
  ["name", "Name", ["name", "surname", "givenNames"]],
  ["dateOfBirth", "Date of birth", ["dateOfBirth"]],
  ["sex", "Sex", ["sex"]],
  ["nationality", "Nationality", ["nationality"]],
  ["idNumber", "Document number", ["documentNumber"]],
  ["idExpiresOn", "Document expires on", ["expiresOn"]],
  ["address", "Address", ["address"]],
];

/** The record of a guest of whom nothing is known yet. */
export const NOBODY: Readonly<Record<string, unknown>> = {};

/** One value that can be written to the guest. */
export interface Applicable {
  readonly field: GuestField;
  readonly label: string;
  /** As the document says. */
  readonly value: string;
  /** As the guest's record says; "" where it says nothing. */
  readonly present: string;
  readonly isSame: boolean;
  /** The guest's record says something else. */
  readonly isConflict: boolean;
  readonly needsReview: boolean;
}

/** What a document says that its guest's record has room for. */
export function applicables(
  { documentType, fields }: { readonly documentType: DocumentType; readonly fields: Fields },
  guest: Readonly<Record<string, unknown>>,
): readonly Applicable[] {
  const values = guestValues(documentType, fields);
  return CHOICES.flatMap(([field, label, sources]) => {
    const value = values[field] ?? "";
    if (value === "") return [];
    const present = typeof guest[field] === "string" ? guest[field] : "";
    const isSame = folded(present) === folded(value);
    return [{
      ...{ field, label, value, present, isSame },
      isConflict: present !== "" && !isSame,
      needsReview: sources.some((name) => fields[name]?.needsReview),
    }];
  });
}

/** What is chosen at first: what the guest's record lacks and nobody has to look at. */
export function chosenAtFirst(list: readonly Applicable[]): readonly GuestField[] {
  return list.filter(({ present, needsReview }) => present === "" && !needsReview).map(({ field }) => field);
}

/** Documents are in capitals, people are not. */
function folded(text: string): string {
  return text.trim().replaceAll(/\s+/g, " ").toLowerCase();
}
