import type { GreyPicture } from "@/lib/ocr/picture/grey.ts";
import type { Dice } from "@/lib/random/dice.ts";

type Corner = readonly [x: number, y: number];

/** Looks at a page from a little aside: each corner moves by at most `share` of the width. */
export function lean(picture: GreyPicture, share: number, dice: Dice): GreyPicture {
  const { width, height } = picture;
  const off = () => (dice.roll() * 2 - 1) * share * width;
  const corners = [[0, 0], [width, 0], [width, height], [0, height]] as const;
  const from = corners.map(([x, y]): Corner => [x + off(), y + off()]);
  const project = projection(from, width, height);
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) pixels[y * width + x] = between(picture, ...project(x, y));
  }
  return { pixels, width, height };
}

/** Takes the rectangle to the four corners `from`, top left first, clockwise (Heckbert's square to quadrilateral). */
function projection(
  from: readonly Corner[],
  width: number,
  height: number,
): (x: number, y: number) => Corner {
  const [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = from as [Corner, Corner, Corner, Corner];
  const dx1 = x1 - x2, dx2 = x3 - x2, dx3 = x0 - x1 + x2 - x3;
  const dy1 = y1 - y2, dy2 = y3 - y2, dy3 = y0 - y1 + y2 - y3;
  const area = dx1 * dy2 - dx2 * dy1;
  const g = (dx3 * dy2 - dx2 * dy3) / area, h = (dx1 * dy3 - dx3 * dy1) / area;
  const a = x1 - x0 + g * x1, b = x3 - x0 + h * x3;
  const d = y1 - y0 + g * y1, e = y3 - y0 + h * y3;
  return (x, y) => {
    const u = x / width, v = y / height, depth = g * u + h * v + 1;
    return [(a * u + b * v + x0) / depth, (d * u + e * v + y0) / depth];
  };
}

/** Grey between four pixels; beyond the edge, that of the edge. */
function between({ pixels, width, height }: GreyPicture, x: number, y: number): number {
  const left = Math.floor(x), top = Math.floor(y);
  const at = (column: number, row: number) =>
    pixels[Math.min(height - 1, Math.max(0, row)) * width + Math.min(width - 1, Math.max(0, column))]!;
  const right = x - left, down = y - top;
  const upper = at(left, top) * (1 - right) + at(left + 1, top) * right;
  const lower = at(left, top + 1) * (1 - right) + at(left + 1, top + 1) * right;
  return Math.round(upper * (1 - down) + lower * down);
}
