import type { ReadRequest } from "@/lib/ocr/read_request.ts";
import type { OpenedCell } from "@/services/ocr/open/opened.ts";
import type { ReadResult } from "@/services/ocr/read_document.ts";

/** Reads the rows of a guest list. */
export function readRows(
  rows: readonly (readonly OpenedCell[])[],
  { documentType }: ReadRequest,
): ReadResult {
  void rows;
  return {
    reading: { documentType, status: "failed", problem: "nothing_found", fields: {} },
    kept: "original",
  };
}
