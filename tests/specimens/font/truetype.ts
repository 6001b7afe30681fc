/** Outlines of a font as SVG paths: y downwards, baseline at 0. */
export interface Glyphs {
  readonly unitsPerEm: number;
  readonly capHeight: number;
  /** By character: how far the next one stands, and the path. */
  readonly glyphs: Readonly<Record<string, readonly [advance: number, path: string]>>;
}

interface Point {
  readonly x: number;
  readonly y: number;
  readonly on: boolean;
}

type Contour = readonly Point[];

/** Bits of a point's flag, and of a part of a compound glyph (OpenType specification, `glyf`). */
const ON_CURVE = 0x01, X_SHORT = 0x02, Y_SHORT = 0x04, REPEAT = 0x08, X_SAME = 0x10, Y_SAME = 0x20;
const WORDS = 0x01, OFFSETS = 0x02, SCALED = 0x08 | 0x40 | 0x80, MORE = 0x20;

/** Reads `characters` out of a TrueType font (`glyf` outlines). Throws TypeError when it is another kind of file. */
export function readTrueType(font: Uint8Array, characters: string): Glyphs {
  const table = tablesOf(font);
  const head = table("head"), hhea = table("hhea"), hmtx = table("hmtx"), loca = table("loca");
  const glyf = table("glyf");
  const isLong = head.getInt16(50) === 1;
  const placeOf = (glyph: number) => isLong ? loca.getUint32(glyph * 4) : loca.getUint16(glyph * 2) * 2;
  const contoursOf = (glyph: number): Contour[] => {
    const at = placeOf(glyph);
    if (at === placeOf(glyph + 1)) return [];
    return glyf.getInt16(at) >= 0 ? simple(glyf, at) : compound(glyf, at, contoursOf);
  };
  const widths = hhea.getUint16(34);
  const glyphs = Object.fromEntries(
    [...characters].map((character) => {
      const glyph = glyphOf(table("cmap"), character.codePointAt(0)!);
      const advance = hmtx.getUint16(Math.min(glyph, widths - 1) * 4);
      return [character, [advance, contoursOf(glyph).map(pathOf).join("")] as const];
    }),
  );
  const capital = contoursOf(glyphOf(table("cmap"), 0x48)).flat();
  return {
    unitsPerEm: head.getUint16(18),
    capHeight: Math.max(...capital.map(({ y }) => y)),
    glyphs,
  };
}

function tablesOf(font: Uint8Array): (tag: string) => DataView {
  const view = new DataView(font.buffer, font.byteOffset, font.byteLength);
  return (tag) => {
    for (let i = 0, at = 12; i < view.getUint16(4); i++, at += 16) {
      if (String.fromCharCode(...font.subarray(at, at + 4)) !== tag) continue;
      return new DataView(font.buffer, font.byteOffset + view.getUint32(at + 8), view.getUint32(at + 12));
    }
    throw new TypeError(`Font has no table "${tag}"`);
  };
}

/** The glyph of a character, by the Windows map of the basic plane (`cmap` format 4). */
function glyphOf(cmap: DataView, code: number): number {
  for (let i = 0; i < cmap.getUint16(2); i++) {
    const at = cmap.getUint32(8 + i * 8);
    if (cmap.getUint16(4 + i * 8) !== 3 || cmap.getUint16(at) !== 4) continue;
    const segments = cmap.getUint16(at + 6) / 2;
    const ends = at + 14, starts = ends + segments * 2 + 2;
    const deltas = starts + segments * 2, ranges = deltas + segments * 2;
    for (let k = 0; k < segments; k++) {
      if (cmap.getUint16(ends + k * 2) < code) continue;
      const start = cmap.getUint16(starts + k * 2), range = cmap.getUint16(ranges + k * 2);
      if (start > code) break;
      if (range === 0) return (code + cmap.getInt16(deltas + k * 2)) & 0xffff;
      return cmap.getUint16(ranges + k * 2 + range + (code - start) * 2);
    }
  }
  throw new TypeError(`Font has no glyph of U+${code.toString(16)}`);
}

function simple(glyf: DataView, start: number): Contour[] {
  const ends = Array.from({ length: glyf.getInt16(start) }, (_, i) => glyf.getUint16(start + 10 + i * 2));
  const points = (ends.at(-1) ?? -1) + 1;
  let at = start + 10 + ends.length * 2;
  at += 2 + glyf.getUint16(at);
  const flags: number[] = [];
  while (flags.length < points) {
    const flag = glyf.getUint8(at++);
    flags.push(flag);
    if (flag & REPEAT) { for (let n = glyf.getUint8(at++); n > 0; n--) flags.push(flag); }
  }
  const coordinates = (short: number, same: number) => {
    let value = 0;
    return flags.map((flag) => {
      if (flag & short) value += flag & same ? glyf.getUint8(at++) : -glyf.getUint8(at++);
      else if (!(flag & same)) {
        value += glyf.getInt16(at);
        at += 2;
      }
      return value;
    });
  };
  const xs = coordinates(X_SHORT, X_SAME);
  const ys = coordinates(Y_SHORT, Y_SAME);
  return ends.map((end, i) => {
    const first = i === 0 ? 0 : ends[i - 1]! + 1;
    return flags.slice(first, end + 1).map((flag, k) => ({
      x: xs[first + k]!,
      y: ys[first + k]!,
      on: (flag & ON_CURVE) !== 0,
    }));
  });
}

/** A glyph made of others, moved. Scaled parts do not occur in the characters that specimens need. */
function compound(glyf: DataView, start: number, contoursOf: (glyph: number) => Contour[]): Contour[] {
  const contours: Contour[] = [];
  for (let at = start + 10, flags = MORE; flags & MORE;) {
    flags = glyf.getUint16(at);
    if (flags & SCALED || !(flags & OFFSETS)) throw new TypeError("Font scales parts of a compound glyph");
    const glyph = glyf.getUint16(at + 2);
    const [dx, dy] = flags & WORDS
      ? [glyf.getInt16(at + 4), glyf.getInt16(at + 6)]
      : [glyf.getInt8(at + 4), glyf.getInt8(at + 5)];
    at += flags & WORDS ? 8 : 6;
    contours.push(
      ...contoursOf(glyph).map((contour) => contour.map(({ x, y, on }) => ({ x: x + dx, y: y + dy, on }))),
    );
  }
  return contours;
}

/** Between two control points lies a point on the curve that the font leaves out. */
function pathOf(contour: Contour): string {
  const middle = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, on: true });
  const full = contour.flatMap((point, i) => {
    const next = contour[(i + 1) % contour.length]!;
    return point.on || next.on ? [point] : [point, middle(point, next)];
  });
  const first = full.findIndex(({ on }) => on);
  const turned = [...full.slice(first), ...full.slice(0, first), full[first]!];
  const at = ({ x, y }: Point) => `${Math.round(x)} ${Math.round(-y)}`;
  let path = `M${at(turned[0]!)}`;
  for (let i = 1; i < turned.length; i++) {
    const point = turned[i]!;
    path += point.on ? `L${at(point)}` : `Q${at(point)} ${at(turned[++i]!)}`;
  }
  return `${path}Z`;
}
