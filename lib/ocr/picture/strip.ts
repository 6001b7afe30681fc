import type { GreyPicture } from "@/lib/ocr/picture/grey.ts";
import { levelAt } from "@/lib/ocr/picture/grey.ts";
import type { BandRow } from "@/lib/ocr/picture/mrz_band.ts";
import { curveSlope, curveY } from "@/lib/ocr/picture/row_curve.ts";

/** Paper around the characters, in heights of a capital: what the model was trained with. */
export interface StripMargins {
  beside: number;
  above: number;
}

const STRIP_WIDTH_MAX_PX = 6000;

/** The row as a straight strip of its own: turned and unbent around its middle line. */
export function stripOf(picture: GreyPicture, row: BandRow, margins: StripMargins): GreyPicture {
  const half = row.height * (0.5 + margins.above);
  const height = Math.max(1, Math.round(2 * half));
  const columns: { x: number; y: number; slope: number }[] = [];
  const end = row.right + margins.beside * row.height;
  for (let x = row.left - margins.beside * row.height; x < end && columns.length < STRIP_WIDTH_MAX_PX;) {
    const slope = curveSlope(row.curve, x);
    columns.push({ x, y: curveY(row.curve, x), slope });
    // One pixel along the curve.
    x += 1 / Math.sqrt(1 + slope * slope);
  }
  const width = columns.length;
  const pixels = new Uint8Array(width * height);
  columns.forEach(({ x, y, slope }, column) => {
    const length = Math.sqrt(1 + slope * slope);
    for (let line = 0; line < height; line++) {
      const off = line + 0.5 - height / 2;
      pixels[line * width + column] = levelAt(picture, x - off * slope / length, y + off / length);
    }
  });
  return { pixels, width, height };
}
