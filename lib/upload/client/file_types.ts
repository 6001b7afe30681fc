import type { DocumentType, MediaType } from "@/lib/upload/document_types.ts";
import { MEDIA_TYPES } from "@/lib/upload/document_types.ts";

/** By the end of the name: what browsers say of tables depends on which programs are installed. */
const BY_ENDING: Readonly<Record<string, MediaType>> = {
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  png: "image/png",
  gif: "image/gif",
  webp: "image/webp",
  pdf: "application/pdf",
  csv: "text/csv",
  xls: "application/vnd.ms-excel",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
};

/** What the person may choose among, for the dialog of the browser. */
export const ACCEPT = [...MEDIA_TYPES, ...Object.keys(BY_ENDING).map((ending) => `.${ending}`)].join(",");
/** Likewise where only guest lists are wanted. */
export const ACCEPT_TABLES = [".csv", ".xls", ".xlsx", ...MEDIA_TYPES.filter(isTable)].join(",");

/** The media type of a file; null: one that is not taken. */
export function mediaTypeOfFile(
  { name, type }: { readonly name: string; readonly type: string },
): MediaType | null {
  const ending = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? "";
  const byEnding = Object.hasOwn(BY_ENDING, ending) ? BY_ENDING[ending]! : null;
  return byEnding ?? MEDIA_TYPES.find((known) => known === type) ?? null;
}

export function isTable(type: MediaType): boolean {
  return type === "text/csv" || type === "application/vnd.ms-excel" || type.includes("spreadsheet");
}

/** Words in names of files, as people and scanners give them. */
const BY_WORD: readonly (readonly [RegExp, DocumentType])[] = [
  [/aadha?ar|uidai|\badhar\b/, "aadhaar"],
  [/passport|\bpass\b/, "passport"],
  [/driv(ing|er)|licen[cs]e|\bdl\b/, "driving_license"],
  [/\bpan\b/, "pan"],
  [/elect(ion|or)|voter|\bepic\b/, "election_card"],
  [/\bvisa\b/, "visa"],
];

/** What a document is, as far as its name tells: the reader looks at its content later. */
export function guessDocumentType(name: string, type: MediaType): DocumentType {
  if (isTable(type)) return type === "text/csv" ? "csv" : "excel";
  const words = name.toLowerCase().replaceAll(/[_\-.\d]+/g, " ");
  const known = BY_WORD.find(([pattern]) => pattern.test(words));
  return known?.[1] ?? (type === "application/pdf" ? "other" : "image");
}
