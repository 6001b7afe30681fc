import type { KnownGuest } from "@/lib/ocr/reading.ts";

const NAME_CHARS = 4;

/**
 * The passwords that the PDF of an Aadhaar letter may have, by UIDAI's rule: the first four characters of the name in
 * capitals, as it stands on the card, and the year of birth. A hotel may know the name with or without its spaces and
 * dots, so each way counts.
 */
export function letterPasswords(guest: KnownGuest | null): string[] {
  const year = guest?.dateOfBirth?.slice(0, 4);
  if (guest === null || year === undefined) return [];
  const name = guest.name.toUpperCase().trim();
  const forms = [name, name.replaceAll(" ", ""), name.replaceAll(/[^\p{L}]/gu, "")];
  return [...new Set(forms.map((form) => form.slice(0, NAME_CHARS) + year))];
}
