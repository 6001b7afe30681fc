import type { GreyPicture } from "@/lib/ocr/picture/grey.ts";

/** Side of the squares in which the paper's brightness is taken: larger than letters, smaller than shadows. */
const SQUARE_PX = 48;
/** Share of a square's pixels that are darker than its paper. */
const PAPER_SHARE = 0.8;
/** Darker squares are no paper in shadow but something dark. */
const PAPER_MIN = 60;

/** The picture as if lit evenly: each place is made as bright as its paper is dark. Takes shadows away. */
export function evenlyLit(picture: GreyPicture): GreyPicture {
  const { pixels, width, height } = picture;
  const columns = Math.ceil(width / SQUARE_PX), rows = Math.ceil(height / SQUARE_PX);
  const paper = new Float32Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      paper[row * columns + column] = Math.max(PAPER_MIN, paperOf(picture, column, row));
    }
  }
  const lit = new Uint8Array(pixels.length);
  for (let y = 0; y < height; y++) {
    const down = Math.min(rows - 1, Math.max(0, y / SQUARE_PX - 0.5)), top = Math.floor(down);
    const bottom = Math.min(rows - 1, top + 1), dy = down - top;
    for (let x = 0; x < width; x++) {
      const along = Math.min(columns - 1, Math.max(0, x / SQUARE_PX - 0.5)), left = Math.floor(along);
      const right = Math.min(columns - 1, left + 1), dx = along - left;
      const above = paper[top * columns + left]! * (1 - dx) + paper[top * columns + right]! * dx;
      const below = paper[bottom * columns + left]! * (1 - dx) + paper[bottom * columns + right]! * dx;
      const at = y * width + x;
      lit[at] = Math.min(255, pixels[at]! * 255 / (above * (1 - dy) + below * dy));
    }
  }
  return { pixels: lit, width, height };
}

function paperOf({ pixels, width, height }: GreyPicture, column: number, row: number): number {
  const counts = new Uint32Array(256);
  const right = Math.min(width, (column + 1) * SQUARE_PX), bottom = Math.min(height, (row + 1) * SQUARE_PX);
  let total = 0;
  for (let y = row * SQUARE_PX; y < bottom; y++) {
    for (let x = column * SQUARE_PX; x < right; x++, total++) counts[pixels[y * width + x]!]!++;
  }
  let seen = 0;
  for (let level = 0; level < 256; level++) {
    seen += counts[level]!;
    if (seen >= total * PAPER_SHARE) return level;
  }
  return 255;
}
