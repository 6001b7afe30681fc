import { outlineOf } from "@/services/ocr/training/charstring.ts";

/** Glyphs of one cut of a fixed-pitch font, ready to be drawn: paths with y downwards, baseline at 0. */
export interface GlyphSet {
  /** Height of `H` in units of the paths. */
  capHeight: number;
  /** From one character to the next, in units of the paths. */
  pitch: number;
  /** SVG path data by character, the left edge of the cell at x = 0. */
  paths: Readonly<Record<string, string>>;
}

/** What an MRZ is written in, ICAO Doc 9303-3. */
export const MRZ_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<";

/** Reads the glyphs of `characters` from an OpenType font with CFF outlines. Throws when it is none. */
export function readGlyphs(font: Uint8Array, characters = MRZ_ALPHABET): GlyphSet {
  const tables = readTables(font);
  const charstrings = readCff(tables("CFF "));
  const glyphOf = readCmap(tables("cmap"));
  const advances = readAdvances(tables("hhea"), tables("hmtx"));
  const outlines: [string, string][] = [];
  for (const character of characters) {
    const glyph = glyphOf(character.codePointAt(0)!);
    outlines.push([character, flip(charstrings.outline(glyph))]);
  }
  const paths = Object.fromEntries(outlines);
  const heights = [...charstrings.outline(glyphOf(0x48)).matchAll(/-?[\d.]+ (-?[\d.]+)/g)].map((m) => +m[1]!);
  return { capHeight: Math.max(...heights), pitch: advances(glyphOf(0x30)), paths };
}

/** Fonts count upwards, pictures downwards. */
function flip(path: string): string {
  let isY = false;
  return path.replace(/-?\d+(\.\d+)?/g, (number) => {
    const value = Math.round(+number * (isY ? -1 : 1));
    isY = !isY;
    return String(value === 0 ? 0 : value);
  });
}

function readTables(font: Uint8Array): (tag: string) => DataView {
  const view = viewOf(font);
  const places = new Map<string, DataView>();
  for (let i = 0, at = 12; i < view.getUint16(4); i++, at += 16) {
    const tag = String.fromCharCode(...font.subarray(at, at + 4));
    const start = view.getUint32(at + 8);
    places.set(tag, viewOf(font.subarray(start, start + view.getUint32(at + 12))));
  }
  return (tag) => {
    const table = places.get(tag);
    if (table === undefined) throw new TypeError(`Font has no table ${tag}`);
    return table;
  };
}

function readCmap(cmap: DataView): (codePoint: number) => number {
  for (let i = 0; i < cmap.getUint16(2); i++) {
    const at = cmap.getUint32(8 + i * 8);
    if (cmap.getUint16(4 + i * 8) === 3 && cmap.getUint16(at) === 4) {
      return (codePoint) => segmentGlyph(cmap, at, codePoint);
    }
  }
  throw new TypeError("Font has no Unicode character map of format 4");
}

function segmentGlyph(cmap: DataView, at: number, codePoint: number): number {
  const doubled = cmap.getUint16(at + 6);
  for (let i = 0; i < doubled; i += 2) {
    if (cmap.getUint16(at + 14 + i) < codePoint) continue;
    const start = at + 16 + doubled + i;
    if (cmap.getUint16(start) > codePoint) break;
    const delta = cmap.getUint16(start + doubled);
    const rangeAt = start + 2 * doubled;
    const range = cmap.getUint16(rangeAt);
    if (range === 0) return (codePoint + delta) & 0xffff;
    return cmap.getUint16(rangeAt + range + 2 * (codePoint - cmap.getUint16(start)));
  }
  throw new RangeError(`Font has no glyph for code point ${codePoint}`);
}

function readAdvances(hhea: DataView, hmtx: DataView): (glyph: number) => number {
  const count = hhea.getUint16(34);
  return (glyph) => hmtx.getUint16(Math.min(glyph, count - 1) * 4);
}

function readCff(cff: DataView): { outline: (glyph: number) => string } {
  const names = readIndex(cff, cff.getUint8(2));
  const dicts = readIndex(cff, names.end);
  const strings = readIndex(cff, dicts.end);
  const global = readIndex(cff, strings.end).items;
  const top = readDict(dicts.items[0]!);
  const charstrings = readIndex(cff, top.get(17)![0]!).items;
  const [size, start] = top.get(18) as [number, number];
  const privates = readDict(bytesOf(cff).subarray(start, start + size));
  const subrs = privates.get(19)?.[0];
  const local = subrs === undefined ? [] : readIndex(cff, start + subrs).items;
  return { outline: (glyph) => outlineOf(charstrings[glyph]!, { local, global }) };
}

function readIndex(cff: DataView, at: number): { items: Uint8Array[]; end: number } {
  const count = cff.getUint16(at);
  if (count === 0) return { items: [], end: at + 2 };
  const size = cff.getUint8(at + 2);
  const base = at + 2 + (count + 1) * size;
  const offset = (i: number) => {
    let value = 0;
    for (let k = 0; k < size; k++) value = value * 256 + cff.getUint8(at + 3 + i * size + k);
    return base + value;
  };
  const bytes = bytesOf(cff);
  const items = Array.from({ length: count }, (_, i) => bytes.subarray(offset(i), offset(i + 1)));
  return { items, end: offset(count) };
}

/** Whole numbers by operator; real numbers are stepped over, nothing here needs one. */
function readDict(bytes: Uint8Array): Map<number, number[]> {
  const entries = new Map<number, number[]>();
  const view = viewOf(bytes);
  let operands: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at++]!;
    if (byte <= 21) {
      entries.set(byte === 12 ? 1200 + bytes[at++]! : byte, operands);
      operands = [];
    } else if (byte === 28) {
      operands.push(view.getInt16(at));
      at += 2;
    } else if (byte === 29) {
      operands.push(view.getInt32(at));
      at += 4;
    } else if (byte === 30) {
      while ((bytes[at++]! & 0xf) !== 0xf);
      operands.push(NaN);
    } else if (byte <= 246) operands.push(byte - 139);
    else if (byte <= 250) operands.push((byte - 247) * 256 + bytes[at++]! + 108);
    else operands.push(-(byte - 251) * 256 - bytes[at++]! - 108);
  }
  return entries;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
