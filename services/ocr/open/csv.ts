import { parse } from "csv-parse/sync";
import { CSV_RECORD_CHARS_MAX, SHEET_ROWS_MAX } from "@/services/ocr/open/limits.ts";
import { type Opened, refused } from "@/services/ocr/open/opened.ts";

const DELIMITERS = [",", ";", "\t", "|"];
/** Encodings that say so at the beginning of the file. */
const MARKS: readonly (readonly [encoding: string, ...bytes: number[]])[] = [
  ["utf-8", 0xef, 0xbb, 0xbf],
  ["utf-16le", 0xff, 0xfe],
  ["utf-16be", 0xfe, 0xff],
];

/** Opens a CSV file, whichever of the usual encodings and delimiters it has. */
export function openCsv(content: Uint8Array): Opened {
  const text = textOf(content);
  if (text.includes("\0") || text.trimStart().startsWith("<")) return refused("wrong_type");
  try {
    const rows = parse(text, {
      delimiter: delimiterOf(text),
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      max_record_size: CSV_RECORD_CHARS_MAX,
      to: SHEET_ROWS_MAX,
    }) as string[][];
    return { kind: "rows", rows };
  } catch {
    return refused("unreadable");
  }
}

function textOf(content: Uint8Array): string {
  const marked = MARKS.find(([, ...bytes]) => bytes.every((byte, index) => content[index] === byte));
  if (marked !== undefined) return new TextDecoder(marked[0]).decode(content);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    return new TextDecoder("windows-1252").decode(content);
  }
}

/** The one that the first line has most of. */
function delimiterOf(text: string): string {
  const line = text.slice(0, CSV_RECORD_CHARS_MAX).split(/\r?\n/, 1)[0] ?? "";
  const counts = DELIMITERS.map((delimiter) => line.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ",";
}
