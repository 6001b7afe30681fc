import type { MediaType } from "@/lib/upload/document_types.ts";

/** What the first bytes of a file must be; `head` is the file or its first SNIFF_BYTES bytes. */
type Test = (head: Uint8Array) => boolean;

const TESTS: Readonly<Record<MediaType, readonly [test: Test, says: string]>> = {
  "image/jpeg": [(head) => begins(head, [0xff, 0xd8, 0xff]), "a JPEG picture"],
  "image/png": [(head) => begins(head, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), "a PNG picture"],
  "image/gif": [(head) => /^GIF8[79]a/.test(ascii(head, 0, 6)), "a GIF picture"],
  "image/webp": [
    (head) => ascii(head, 0, 4) === "RIFF" && /^WEBPVP8[ LX]/.test(ascii(head, 8, 8)),
    "a WebP picture",
  ],
  "application/pdf": [isPdf, "a PDF"],
  "text/csv": [isCsv, "text"],
  "application/vnd.ms-excel": [
    (head) => begins(head, [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]),
    "an Excel 97 workbook",
  ],
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": [isXlsx, "an Excel workbook"],
};

/** Readers look for the mark of a PDF in this much of the file. */
const PDF_MARK_WITHIN = 1024;
const ZIP_ENTRY = [0x50, 0x4b, 0x03, 0x04];
const ZIP_HEAD_BYTES = 30;
/** Bit of a zip entry that says: how long it is, stands behind it. */
const LENGTH_FOLLOWS = 8;
const WORKBOOK_PART = /^(\[Content_Types\]\.xml$|_rels\/|xl\/|docProps\/|customXml\/)/;
const OTHER_OFFICE_PART = /^(word|ppt|visio)\//;

/** Why a file that begins like this is not of its declared type; undefined where it may well be. */
export function contentRefusal(head: Uint8Array, declared: MediaType): string | undefined {
  const [test, says] = TESTS[declared];
  return test(head) ? undefined : `the file does not begin like ${says}`;
}

function isPdf(head: Uint8Array): boolean {
  return /%PDF-\d/.test(ascii(head, 0, PDF_MARK_WITHIN));
}

/** Text in UTF-8, UTF-16 with its mark, or an 8-bit code; not a page. */
function isCsv(head: Uint8Array): boolean {
  const wide = begins(head, [0xff, 0xfe]) || begins(head, [0xfe, 0xff]);
  if (!wide && head.some(isNoText)) return false;
  // In UTF-16 every second byte of a Latin text is zero.
  const text = String.fromCharCode(...head.subarray(0, 64).filter((byte) => byte !== 0 && byte < 0x80))
    .trim();
  return text === ""
    ? head.some((byte) => byte >= 0x80) && !wide
    : !text.startsWith("<") && !text.startsWith("%PDF-");
}

function isNoText(byte: number): boolean {
  return byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0c && byte !== 0x0d;
}

/** A zip whose first entries are parts of a workbook, or of any Office file as far as can be seen. */
function isXlsx(head: Uint8Array): boolean {
  let seen = 0;
  for (let at = 0; begins(head.subarray(at), ZIP_ENTRY) && at + ZIP_HEAD_BYTES <= head.length; seen++) {
    const view = new DataView(head.buffer, head.byteOffset + at, ZIP_HEAD_BYTES);
    const nameBytes = view.getUint16(26, true);
    const name = ascii(head, at + ZIP_HEAD_BYTES, nameBytes);
    if (OTHER_OFFICE_PART.test(name)) return false;
    if (seen === 0 && !WORKBOOK_PART.test(name)) return false;
    if ((view.getUint16(6, true) & LENGTH_FOLLOWS) !== 0) return true;
    at += ZIP_HEAD_BYTES + nameBytes + view.getUint16(28, true) + view.getUint32(18, true);
  }
  return seen > 0;
}

function begins(bytes: Uint8Array, mark: readonly number[]): boolean {
  return bytes.length >= mark.length && mark.every((byte, i) => bytes[i] === byte);
}

function ascii(bytes: Uint8Array, from: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(from, from + length));
}
