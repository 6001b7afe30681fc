import * as v from "valibot";
import { KEPT, STAGES } from "@/lib/upload/document_types.ts";
import { DOCUMENT_PROBLEMS, DOCUMENT_TYPES, type Stage } from "@/lib/upload/document_types.ts";
import { FIELD_NAMES, type Reading, TABLE_COLUMNS_MAX, TABLE_ROWS_MAX } from "@/lib/ocr/reading.ts";
import { PAGES_MAX } from "@/lib/ocr/read_request.ts";

/** Longest value of a field, in characters: what a guest's address may have. */
export const VALUE_CHARS_MAX = 500;
/** Longest cell of a table, in characters. */
export const CELL_CHARS_MAX = 2000;
const CHECKS_MAX = 20;
const WORDS_CHARS_MAX = 300;

const words = v.pipe(v.string(), v.maxLength(WORDS_CHARS_MAX));

const field = v.object({
  value: v.pipe(v.string(), v.maxLength(VALUE_CHARS_MAX)),
  source: v.picklist(["qr", "mrz", "print", "pdf_text", "cell", "person"]),
  checks: v.pipe(
    v.array(v.object({ name: words, ok: v.boolean(), detail: v.optional(words) })),
    v.maxLength(CHECKS_MAX),
  ),
  confidence: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
  repaired: v.boolean(),
  needsReview: v.boolean(),
});

const cell = v.nullable(v.pipe(v.string(), v.maxLength(CELL_CHARS_MAX)));
const index = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const table = v.object({
  columns: v.pipe(
    v.array(v.object({
      heading: words,
      field: v.nullable(v.picklist(["name", "email", "phone", "arrivesOn", "departsOn", "notes"])),
    })),
    v.maxLength(TABLE_COLUMNS_MAX),
  ),
  rows: v.pipe(
    v.array(v.pipe(v.array(cell), v.maxLength(TABLE_COLUMNS_MAX))),
    v.maxLength(TABLE_ROWS_MAX),
  ),
  rowsTotal: index,
  problems: v.array(v.object({ row: index, column: index, message: words })),
});

const reading = v.object({
  documentType: v.picklist(DOCUMENT_TYPES),
  status: v.picklist(["done", "needs_review", "failed"]),
  problem: v.nullable(v.picklist(DOCUMENT_PROBLEMS)),
  fields: v.object(Object.fromEntries(FIELD_NAMES.map((name) => [name, v.optional(field)]))),
  table: v.optional(table),
});

const answer = v.variant("type", [
  v.object({ type: v.literal("stage"), stage: v.picklist(STAGES) }),
  v.object({ type: v.literal("preview"), page: v.pipe(index, v.minValue(1), v.maxValue(PAGES_MAX)) }),
  v.object({ type: v.literal("result"), reading, kept: v.picklist(KEPT) }),
]);

/** What a reader says. A `preview` has the bytes of its picture as body. */
export type ReaderAnswer =
  | { readonly type: "stage"; readonly stage: Stage }
  | { readonly type: "preview"; readonly page: number }
  | { readonly type: "result"; readonly reading: Reading; readonly kept: (typeof KEPT)[number] };

/**
 * Checks what a reader said: it has handled bytes from outside, and is trusted as little as they are. undefined where it
 * is none of its answers.
 */
export function readerAnswer(head: unknown): ReaderAnswer | undefined {
  const parsed = v.safeParse(answer, head);
  return parsed.success ? parsed.output as ReaderAnswer : undefined;
}
