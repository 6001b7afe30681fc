import type { ReadRequest } from "@/lib/ocr/read_request.ts";
import { readTable } from "@/lib/ocr/table/read_table.ts";
import type { OpenedCell } from "@/services/ocr/open/opened.ts";
import type { ReadResult } from "@/services/ocr/read_document.ts";

/** Reads the rows of a guest list. A person confirms them before they become guests, so it always needs a look. */
export function readRows(
  rows: readonly (readonly OpenedCell[])[],
  { documentType, today }: ReadRequest,
): ReadResult {
  const table = readTable(rows, { today });
  const hasAny = table.rows.length > 0;
  return {
    reading: {
      documentType,
      status: hasAny ? "needs_review" : "failed",
      problem: hasAny ? null : "nothing_found",
      fields: {},
      ...(hasAny && { table }),
    },
    kept: "original",
  };
}
