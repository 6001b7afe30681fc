import type { InkBlob } from "@/lib/ocr/picture/ink_blobs.ts";

/** Blobs of about the same height that follow one another at an even pitch, as OCR-B does. */
export interface TextRow {
  blobs: readonly InkBlob[];
  /** From one character to the next, along the row. */
  pitch: number;
  /** Median height of the blobs: a capital, since most blobs are letters, digits or fillers. */
  height: number;
  /** Share of the steps that are a whole number of pitches: 1 in a zone, about 0.5 in proportional print. */
  evenness: number;
}

export const GLYPH_HEIGHT_MIN_PX = 6;
const GLYPH_HEIGHT_MAX_PX = 90;
/** Widest blob against its height: two characters that ran together still count. */
const GLYPH_WIDTH_MAX = 2.6;
/** How unlike neighbours may be: `<` is lower than `0`. */
const HEIGHT_RATIO_MIN = 0.62;
/** How far a neighbour may stand above or below, in heights; a row turned by 20 degrees still holds together. */
const RISE_MAX = 0.45;
/** Farthest next blob, in heights: two characters may be missing between. */
const STEP_MAX = 3.4;
const ROW_BLOBS_MIN = 4;
/** More blobs than a page of print has: noise, or a picture made to keep us busy. */
const GLYPHS_MAX = 12_000;
/** A step is whole when it is this near to a number of pitches. */
const WHOLE_WITHIN = 0.22;

/** Rows of blobs, each blob in one row at most; blobs too small, large or wide for a character are passed over. */
export function textRows(blobs: readonly InkBlob[]): TextRow[] {
  const glyphs = blobs.filter(isGlyph).sort((a, b) => centreX(a) - centreX(b));
  if (glyphs.length > GLYPHS_MAX) return [];
  const next = new Map<number, number>();
  const taken = new Set<number>();
  glyphs.forEach((_, i) => {
    const found = nextOf(glyphs, i);
    if (found === undefined || taken.has(found)) return;
    next.set(i, found);
    taken.add(found);
  });
  const rows: TextRow[] = [];
  glyphs.forEach((glyph, i) => {
    if (taken.has(i)) return;
    const chain = [glyph];
    for (let at = next.get(i); at !== undefined; at = next.get(at)) chain.push(glyphs[at]!);
    if (chain.length >= ROW_BLOBS_MIN) rows.push(measureRow(chain));
  });
  return rows;
}

export function centreX({ left, width }: InkBlob): number {
  return left + width / 2;
}

export function centreY({ top, height }: InkBlob): number {
  return top + height / 2;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

function isGlyph({ width, height }: InkBlob): boolean {
  return height >= GLYPH_HEIGHT_MIN_PX && height <= GLYPH_HEIGHT_MAX_PX &&
    width <= height * GLYPH_WIDTH_MAX &&
    width >= 2;
}

/** The nearest blob to the right on the same row. */
function nextOf(glyphs: readonly InkBlob[], of: number): number | undefined {
  const from = glyphs[of]!;
  let best: number | undefined, bestCost = Infinity;
  for (let i = of + 1; i < glyphs.length; i++) {
    const to = glyphs[i]!;
    const tall = Math.max(from.height, to.height);
    const step = centreX(to) - centreX(from);
    if (step > GLYPH_HEIGHT_MAX_PX * STEP_MAX) break;
    if (step > tall * STEP_MAX || step < tall * 0.25) continue;
    if (Math.min(from.height, to.height) < tall * HEIGHT_RATIO_MIN) continue;
    const rise = Math.abs(centreY(to) - centreY(from));
    if (rise > tall * RISE_MAX) continue;
    const cost = step + 2 * rise;
    if (cost < bestCost) [best, bestCost] = [i, cost];
  }
  return best;
}

/** Pitch, height and evenness of blobs from left to right; of two at least. */
export function measureRow(blobs: readonly InkBlob[]): TextRow {
  const steps = blobs.slice(1).map((blob, i) => centreX(blob) - centreX(blobs[i]!));
  const rough = median(steps);
  // A second look without the steps over missing characters and out of characters that ran together.
  const pitch = median(steps.filter((step) => step > rough * 0.6 && step < rough * 1.5));
  const whole = steps.filter((step) => {
    const count = Math.round(step / pitch);
    return count >= 1 && Math.abs(step / pitch - count) < WHOLE_WITHIN * Math.sqrt(count);
  });
  return {
    blobs,
    pitch,
    height: median(blobs.map(({ height }) => height)),
    evenness: whole.length / steps.length,
  };
}
