import { holdsAadhaarNumber } from "@/lib/ocr/mask.ts";
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
  // Cells come out masked; the file itself cannot be.
  const hasNumber = rows.some((row) =>
    row.some((cell) =>
      (typeof cell === "string" || typeof cell === "number") && holdsAadhaarNumber(String(cell))
    )
  );
  return {
    reading: {
      documentType,
      status: hasAny ? "needs_review" : "failed",
      problem: hasAny ? null : "nothing_found",
      fields: {},
      ...(hasAny && { table }),
    },
    kept: hasNumber ? "nothing" : "original",
  };
}
