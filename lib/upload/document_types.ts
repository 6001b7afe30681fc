/** What a document is said to be when it is uploaded (product text: supported document types). */
export const DOCUMENT_TYPES = [
  "aadhaar",
  "passport",
  "driving_license",
  "pan",
  "election_card",
  "visa",
  "image",
  "csv",
  "excel",
  "other",
] as const;
export type DocumentType = (typeof DOCUMENT_TYPES)[number];

/** Is it a list of guests, of which rows are read instead of fields? */
export function isTable(documentType: unknown): boolean {
  return documentType === "csv" || documentType === "excel";
}

/** Media types that are taken. Everything else is refused before a byte is sent. */
export const MEDIA_TYPES = [
  "image/jpeg",
  "image/png",
  "image/gif",
  "image/webp",
  "application/pdf",
  "text/csv",
  "application/vnd.ms-excel",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];

/** Where the reading of a document is. */
export const STAGES = ["queued", "scanning", "opening", "reading", "checking"] as const;
export type Stage = (typeof STAGES)[number];

/**
 * Why a document needs a look or could not be read, besides its fields.
 * `password_required`: an encrypted PDF; `wrong_type`: the content is not what was declared; `infected`; `scanner_down`;
 * `bomb`: it would unpack to more than is allowed; `unreadable`: damaged; `nothing_found`: readable, but no field in it;
 * `number_not_found`: an Aadhaar card without a number that could be masked, so no picture of it is kept;
 * `took_too_long`, `took_too_much_memory`, `crashed`: reading it was ended.
 */
export const DOCUMENT_PROBLEMS = [
  "password_required",
  "wrong_type",
  "infected",
  "scanner_down",
  "bomb",
  "unreadable",
  "nothing_found",
  "number_not_found",
  "took_too_long",
  "took_too_much_memory",
  "crashed",
] as const;
export type DocumentProblem = (typeof DOCUMENT_PROBLEMS)[number];

/** What is kept of the file: as it came, only pictures in which numbers are masked, or nothing. */
export const KEPT = ["original", "masked", "nothing"] as const;
