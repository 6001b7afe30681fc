import type { GreyPicture } from "@/lib/ocr/picture/grey.ts";

const DPI = 300;
/** TIFF 6.0: type codes. */
const SHORT = 3, LONG = 4, RATIONAL = 5;
const ENTRIES = 11;
const DIRECTORY_BYTES = 2 + ENTRIES * 12 + 4;
const RATIONAL_BYTES = 8;

/** Several grey pictures, each of its own size, as the pages of one uncompressed TIFF. */
export function writeTiff(pages: readonly GreyPicture[]): Uint8Array<ArrayBuffer> {
  const sizes = pages.map(({ pixels }) =>
    DIRECTORY_BYTES + RATIONAL_BYTES + pixels.length + pixels.length % 2
  );
  const file = new Uint8Array(8 + sizes.reduce((sum, size) => sum + size, 0));
  const view = new DataView(file.buffer);
  // Little-endian, the mark 42, where the first directory stands.
  view.setUint32(0, 0x002a4949, true);
  view.setUint32(4, 8, true);
  let at = 8;
  pages.forEach((page, i) => {
    const next = i + 1 < pages.length ? at + sizes[i]! : 0;
    writePage(file, view, at, next, page);
    at += sizes[i]!;
  });
  return file;
}

function writePage(file: Uint8Array, view: DataView, at: number, next: number, page: GreyPicture): void {
  const dpiAt = at + DIRECTORY_BYTES, pixelsAt = dpiAt + RATIONAL_BYTES;
  const entries: readonly (readonly [tag: number, type: number, value: number])[] = [
    [256, LONG, page.width],
    [257, LONG, page.height],
    [258, SHORT, 8], // bits of a sample
    [259, SHORT, 1], // not compressed
    [262, SHORT, 1], // 0 is black
    [273, LONG, pixelsAt],
    [277, SHORT, 1], // samples of a pixel
    [278, LONG, page.height], // all rows in one strip
    [279, LONG, page.pixels.length],
    [282, RATIONAL, dpiAt],
    [283, RATIONAL, dpiAt],
  ];
  view.setUint16(at, ENTRIES, true);
  entries.forEach(([tag, type, value], i) => {
    const entryAt = at + 2 + i * 12;
    view.setUint16(entryAt, tag, true);
    view.setUint16(entryAt + 2, type, true);
    view.setUint32(entryAt + 4, 1, true);
    view.setUint32(entryAt + 8, value, true);
  });
  view.setUint32(at + 2 + ENTRIES * 12, next, true);
  view.setUint32(dpiAt, DPI, true);
  view.setUint32(dpiAt + 4, 1, true);
  file.set(page.pixels, pixelsAt);
}
