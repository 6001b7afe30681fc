import type { InkBlob } from "@/lib/ocr/picture/ink_blobs.ts";
import type { RowCurve } from "@/lib/ocr/picture/row_curve.ts";
import { curveY, fitCurve } from "@/lib/ocr/picture/row_curve.ts";
import { centreX, centreY, measureRow } from "@/lib/ocr/picture/text_rows.ts";
import type { TextRow } from "@/lib/ocr/picture/text_rows.ts";

/** A row with its middle line and its ends. */
export interface FullRow extends TextRow {
  curve: RowCurve;
  /** Outer edges of the first and the last blob. */
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
  const sorted = pieces.map(({ blobs }) => fullRow(blobs)).sort((a, b) => a.left - b.left);
  const rows: FullRow[] = [];
  for (const piece of sorted) {
    const at = rows.findIndex((row) => isContinuedBy(row, piece));
    if (at < 0) rows.push(piece);
    else rows[at] = fullRow([...rows[at]!.blobs, ...piece.blobs]);
  }
  return rows;
}

function fullRow(blobs: readonly InkBlob[]): FullRow {
  const measured = measureRow(blobs);
  const curve = fitCurve(blobs.map((blob) => ({ x: centreX(blob), y: centreY(blob) })));
  const left = Math.min(...blobs.map((blob) => blob.left));
  const right = Math.max(...blobs.map((blob) => blob.left + blob.width));
  const along = (right - left) * Math.sqrt(1 + curve.slope * curve.slope);
  return { ...measured, curve, left, right, cells: Math.round(along / measured.pitch) };
}

function isContinuedBy(row: FullRow, piece: FullRow): boolean {
  const tall = Math.max(row.height, piece.height);
  if (Math.min(row.height, piece.height) < tall * HEIGHT_RATIO_MIN) return false;
  const hole = piece.left - row.right;
  if (hole < -tall * 0.5 || hole > HOLE_PITCHES_MAX * tall) return false;
  // Short pieces have no slope to trust: the longer one says where the other should stand.
  const [guide, other] = row.blobs.length >= piece.blobs.length ? [row, piece] : [piece, row];
  const { slope, level, x0 } = guide.curve;
  const x = other === piece ? piece.left : row.right;
  return Math.abs(level + slope * (x - x0) - curveY(other.curve, x)) < tall * OFF_MAX_HEIGHTS;
}
