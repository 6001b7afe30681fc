import type { GreyPicture } from "@/lib/ocr/picture/grey.ts";
import { shrink } from "@/lib/ocr/picture/grey.ts";
import { inkOf } from "@/lib/ocr/picture/ink.ts";
import { blobsOf } from "@/lib/ocr/picture/ink_blobs.ts";
import type { RowCurve } from "@/lib/ocr/picture/row_curve.ts";
import { curveSlope, curveY } from "@/lib/ocr/picture/row_curve.ts";
import { fullRows } from "@/lib/ocr/picture/full_rows.ts";
import type { FullRow } from "@/lib/ocr/picture/full_rows.ts";
import { textRows } from "@/lib/ocr/picture/text_rows.ts";

/** One line of a zone, in pixels of the picture. */
export interface BandRow {
  curve: RowCurve;
  left: number;
  right: number;
  pitch: number;
  /** Of a capital. */
  height: number;
}

/** A machine-readable zone: its rows from top to bottom. */
export interface MrzBand {
  rows: readonly BandRow[];
  /** Larger is likelier; comparable between bands of one picture in all its turns. */
  score: number;
}

/**
 * The longer side of the picture in which rows are looked for: capitals of a page that fills it are 20 px there. The
 * second look is for a page that lies small on a large picture.
 */
const LOOKS_PX = [1800, 3600];
/** A second look is taken at less than this: nearly all characters of the smallest zone. */
const CONTENT_SCORE = 66;
/** What paper is judged by around a pixel: about a capital of a page that fills the picture. */
const REACHES_ACROSS = 50;
const REACH_MIN_PX = 12;
const REACH_MAX_PX = 40;
/** Shortest line is 30 characters; half may be illegible. */
const CELLS_MIN = 20;
const CELLS_MAX = 54;
const EVENNESS_MIN = 0.62;
/** OCR-B has 1.01; pictures may be squeezed. */
const PITCH_HEIGHTS_MIN = 0.72;
const PITCH_HEIGHTS_MAX = 1.5;
/** Lines are 2.5 pitches apart. */
const APART_PITCHES_MIN = 1.5;
const APART_PITCHES_MAX = 3.6;
const PITCH_RATIO_MIN = 0.9;
const SLOPE_APART_MAX = 0.05;
const ROWS_MAX = 3;
const BANDS_MAX = 3;

/** Where zones may stand in an upright picture, the likeliest first; at most 3. */
export function findMrzBands(picture: GreyPicture): MrzBand[] {
  const longer = Math.max(picture.width, picture.height);
  const found: MrzBand[] = [];
  let before = 0;
  for (const look of LOOKS_PX) {
    const factor = Math.max(1, Math.ceil(longer / look));
    if (factor === before || found.some(({ score }) => score >= CONTENT_SCORE)) break;
    found.push(...bandsAt(picture, factor));
    before = factor;
  }
  return found.sort((a, b) => b.score - a.score).slice(0, BANDS_MAX);
}

function bandsAt(picture: GreyPicture, factor: number): MrzBand[] {
  const small = shrink(picture, factor);
  const reach = Math.min(REACH_MAX_PX, Math.max(REACH_MIN_PX, Math.round(small.width / REACHES_ACROSS)));
  const rows = fullRows(textRows(blobsOf(inkOf(small, reach)))).filter(isOfZone);
  return bandsOf(rows).map(({ rows, score }) => ({ rows: rows.map((row) => scaled(row, factor)), score }));
}

function isOfZone({ cells, evenness, pitch, height }: FullRow): boolean {
  return cells >= CELLS_MIN && cells <= CELLS_MAX && evenness >= EVENNESS_MIN &&
    pitch >= height * PITCH_HEIGHTS_MIN && pitch <= height * PITCH_HEIGHTS_MAX;
}

/** Groups of two or three neighbouring rows; a row that stands alone is no zone. */
export function bandsOf(rows: readonly FullRow[]): MrzBand[] {
  const middle = (row: FullRow) => curveY(row.curve, (row.left + row.right) / 2);
  const sorted = rows.toSorted((a, b) => middle(a) - middle(b));
  const bands: MrzBand[] = [];
  sorted.forEach((first, i) => {
    const group = [first];
    for (const row of sorted.slice(i + 1)) {
      if (group.length < ROWS_MAX && isNext(group.at(-1)!, row)) group.push(row);
    }
    if (group.length < 2) return;
    const score = group.reduce((sum, { cells, evenness }) => sum + cells * evenness ** 2, 0);
    bands.push({ rows: alignEnds(group), score });
  });
  return bands.sort((a, b) => b.score - a.score);
}

function isNext(above: FullRow, below: FullRow): boolean {
  const pitch = Math.max(above.pitch, below.pitch);
  if (Math.min(above.pitch, below.pitch) < pitch * PITCH_RATIO_MIN) return false;
  const from = Math.max(above.left, below.left), to = Math.min(above.right, below.right);
  if (to - from < (CELLS_MIN / 2) * pitch) return false;
  const x = (from + to) / 2;
  const slope = curveSlope(above.curve, x);
  if (Math.abs(slope - curveSlope(below.curve, x)) > SLOPE_APART_MAX) return false;
  // Rows are apart along the normal, not along the column.
  const apart = (curveY(below.curve, x) - curveY(above.curve, x)) / Math.sqrt(1 + slope * slope) / pitch;
  return apart >= APART_PITCHES_MIN && apart <= APART_PITCHES_MAX;
}

/** All lines of a zone begin and end together: where one lost its ends, the others know them. */
function alignEnds(group: readonly FullRow[]): BandRow[] {
  const slope = curveSlope(group[0]!.curve, (group[0]!.left + group[0]!.right) / 2);
  const firstY = curveY(group[0]!.curve, group[0]!.left);
  // A turned zone is a leaning block: ends are compared along the rows.
  const lean = (row: FullRow) => (curveY(row.curve, row.left) - firstY) * -slope;
  const left = Math.min(...group.map((row) => row.left - lean(row)));
  const right = Math.max(...group.map((row) => row.right - lean(row)));
  return group.map((row) => {
    const { curve, pitch, height } = row;
    return { curve, pitch, height, left: left + lean(row), right: right + lean(row) };
  });
}

function scaled({ curve, left, right, pitch, height }: BandRow, factor: number): BandRow {
  const at = (position: number) => (position + 0.5) * factor - 0.5;
  return {
    curve: { x0: at(curve.x0), level: at(curve.level), slope: curve.slope, bend: curve.bend / factor },
    left: at(left),
    right: at(right),
    pitch: pitch * factor,
    height: height * factor,
  };
}
