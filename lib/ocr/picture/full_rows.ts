import type { Mark } from "@/lib/ocr/picture/marks.ts";
import type { RowCurve } from "@/lib/ocr/picture/row_curve.ts";
import { curveY, fitCurve } from "@/lib/ocr/picture/row_curve.ts";
import { centreX, centreY, measureRow } from "@/lib/ocr/picture/text_rows.ts";
import type { TextRow } from "@/lib/ocr/picture/text_rows.ts";

/** A row with its middle line and its ends. */
export interface FullRow extends TextRow {
  curve: RowCurve;
  /** Outer edges of the first and the last mark. */
  left: number;
  right: number;
  /** Characters from end to end, by the pitch. */
  cells: number;
}

/** Widest hole between two pieces of one row. */
const HOLE_PITCHES_MAX = 7;
const HEIGHT_RATIO_MIN = 0.75;
/** How far off the middle line the other piece may stand, in heights. */
const OFF_MAX_HEIGHTS = 0.5;

/** Rows made whole: pieces that a smudge or a missing character tore apart are put together. */
export function fullRows(pieces: readonly TextRow[]): FullRow[] {
  const sorted = pieces.map(({ marks }) => fullRow(marks)).sort((a, b) => a.left - b.left);
  const rows: FullRow[] = [];
  for (const piece of sorted) {
    const at = rows.findIndex((row) => isContinuedBy(row, piece));
    if (at < 0) rows.push(piece);
    else rows[at] = fullRow([...rows[at]!.marks, ...piece.marks]);
  }
  return rows;
}

function fullRow(marks: readonly Mark[]): FullRow {
  const measured = measureRow(marks);
  const curve = fitCurve(marks.map((mark) => ({ x: centreX(mark), y: centreY(mark) })));
  const left = Math.min(...marks.map((mark) => mark.left));
  const right = Math.max(...marks.map((mark) => mark.left + mark.width));
  const along = (right - left) * Math.sqrt(1 + curve.slope * curve.slope);
  return { ...measured, curve, left, right, cells: Math.round(along / measured.pitch) };
}

function isContinuedBy(row: FullRow, piece: FullRow): boolean {
  const tall = Math.max(row.height, piece.height);
  if (Math.min(row.height, piece.height) < tall * HEIGHT_RATIO_MIN) return false;
  const hole = piece.left - row.right;
  if (hole < -tall * 0.5 || hole > HOLE_PITCHES_MAX * tall) return false;
  // Short pieces have no slope to trust: the longer one says where the other should stand.
  const [guide, other] = row.marks.length >= piece.marks.length ? [row, piece] : [piece, row];
  const { slope, level, x0 } = guide.curve;
  const x = other === piece ? piece.left : row.right;
  return Math.abs(level + slope * (x - x0) - curveY(other.curve, x)) < tall * OFF_MAX_HEIGHTS;
}
