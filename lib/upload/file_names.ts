import { maskDigits } from "@/lib/ocr/mask.ts";
import type { MediaType } from "@/lib/upload/document_types.ts";
import { FILENAME_BYTES_MAX } from "@/lib/upload/limits.ts";

const ENDINGS: Readonly<Record<MediaType, string>> = {
  "image/jpeg": ".jpg",
  "image/png": ".png",
  "image/gif": ".gif",
  "image/webp": ".webp",
  "application/pdf": ".pdf",
  "text/csv": ".csv",
  "application/vnd.ms-excel": ".xls",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
};

/** Longest ending that is kept where a name is cut, with its dot. */
const ENDING_CHARS_MAX = 17;
/** Control characters, line separators, marks that turn the direction of text, and marks of no width; Indic scripts need the joiners. */
const INVISIBLE =
  // deno-lint-ignore no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]/g;
/** Characters that have a meaning in paths, shells or headers. */
const MEANINGFUL = /[<>:"|?*]/g;
/** Names of devices, with any ending. */
const DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

/**
 * The name of a file as it is kept and shown: its last part, without what is invisible or means something to a file
 * system, at most FILENAME_BYTES_MAX bytes of UTF-8 with its ending. Never empty. Cleaning twice changes nothing more.
 */
export function cleanFilename(name: string, mimetype: MediaType): string {
  const last = name.toWellFormed().normalize("NFC").split(/[/\\]/).findLast((part) => part.trim() !== "") ??
    "";
  // People name scans after the number on them, which is kept nowhere else either.
  const clean = maskDigits(trimmed(last.replace(INVISIBLE, "").normalize("NFC").replace(MEANINGFUL, "_")));
  const named = clean === "" ? `document${ENDINGS[mimetype]}` : DEVICE.test(clean) ? `_${clean}` : clean;
  return cut(named);
}

function trimmed(name: string): string {
  return name.replace(/^[\s.]+|[\s.]+$/gu, "");
}

function cut(name: string): string {
  if (bytesOf(name) <= FILENAME_BYTES_MAX) return name;
  const dot = name.lastIndexOf(".");
  const ending = dot > 0 && name.length - dot <= ENDING_CHARS_MAX ? name.slice(dot) : "";
  let room = FILENAME_BYTES_MAX - bytesOf(ending);
  let stem = "";
  for (const character of name.slice(0, name.length - ending.length)) {
    room -= bytesOf(character);
    if (room < 0) break;
    stem += character;
  }
  return trimmed(stem) + ending;
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
