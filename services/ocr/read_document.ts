import type { ReadRequest } from "@/lib/ocr/read_request.ts";
import { letterPasswords } from "@/lib/ocr/letter_passwords.ts";
import type { Reading } from "@/lib/ocr/reading.ts";
import { type DocumentProblem, isTable, type KEPT, type Stage } from "@/lib/upload/document_types.ts";
import { open } from "@/services/ocr/open/open.ts";
import { readPages } from "@/services/ocr/read_pages.ts";
import { readRows } from "@/services/ocr/read_rows.ts";

/** Where a reading tells what it has so far. */
export interface Told {
  readonly stage: (stage: Stage) => void;
  /** A picture of a page, from 1, in which nothing must be masked any more; WebP. */
  readonly preview: (page: number, bytes: Uint8Array) => void;
}

/** What was read, and what of the file may be kept. */
export interface ReadResult {
  readonly reading: Reading;
  readonly kept: (typeof KEPT)[number];
}

/** Reads one document: opens it within its limits, and reads it by what it is said to be. */
export async function readDocument(
  request: ReadRequest,
  content: Uint8Array,
  told: Told,
): Promise<ReadResult> {
  const { documentType, mimetype, password, guest } = request;
  told.stage("opening");
  const isLetter = mimetype === "application/pdf";
  const passwords = [
    "",
    ...(password === null ? [] : [password]),
    ...(isLetter ? letterPasswords(guest) : []),
  ];
  const opened = await open(content, mimetype, passwords);
  if (opened.kind === "refused") return refusal(request, opened.problem);
  // A guest list may be called other; a card cannot be a table, nor a table a card.
  if (opened.kind === "rows" && !isTable(documentType) && documentType !== "other") {
    return refusal(request, "wrong_type");
  }
  if (opened.kind === "pages" && isTable(documentType)) return refusal(request, "wrong_type");
  told.stage("reading");
  return opened.kind === "rows"
    ? readRows(opened.rows, request)
    : await readPages(opened.pages, request, told);
}

/** Of an Aadhaar card nothing is kept that could not be masked; only a locked one waits for its password. */
function refusal({ documentType }: ReadRequest, problem: DocumentProblem): ReadResult {
  const mayWait = documentType !== "aadhaar" || problem === "password_required";
  return {
    reading: { documentType, status: "failed", problem, fields: {} },
    kept: mayWait ? "original" : "nothing",
  };
}
