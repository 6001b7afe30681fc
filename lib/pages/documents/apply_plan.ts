import type { ClientRecord } from "@/lib/client/collection.ts";
import type { FieldName, Fields } from "@/lib/ocr/reading.ts";

/** What of a document goes where in the record of its guest. */
const GUEST_FIELDS = [
  ["name", "name", "Name"],
  ["dateOfBirth", "dateOfBirth", "Date of birth"],
  ["sex", "sex", "Sex"],
  ["nationality", "nationality", "Nationality"],
  ["documentNumber", "idNumber", "Document number"],
  ["expiresOn", "idExpiresOn", "Document expires on"],
  ["address", "address", "Address"],
] as const satisfies readonly (readonly [FieldName, string, string])[];

/** One value that can be written to the guest. */
export interface Applicable {
  readonly field: FieldName;
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
export function applicables(fields: Fields, guest: ClientRecord): readonly Applicable[] {
  return GUEST_FIELDS.flatMap(([field, place, label]) => {
    const reading = fields[field];
    if (reading === undefined || reading.value === "") return [];
    const present = typeof guest[place] === "string" ? guest[place] : "";
    const isSame = folded(present) === folded(reading.value);
    return [{
      field,
      label,
      value: reading.value,
      present,
      isSame,
      isConflict: present !== "" && !isSame,
      needsReview: reading.needsReview,
    }];
  });
}

/** What is chosen at first: what the guest's record lacks and nobody has to look at. */
export function chosenAtFirst(list: readonly Applicable[]): readonly FieldName[] {
  return list.filter(({ present, needsReview }) => present === "" && !needsReview).map(({ field }) => field);
}

/** Documents are in capitals, people are not. */
function folded(text: string): string {
  return text.trim().replaceAll(/\s+/g, " ").toLowerCase();
}
