import type { GreyPicture } from "@/lib/ocr/picture/grey.ts";

/** Where there is ink: 1, else 0; row by row. */
export interface InkMask {
  bits: Uint8Array;
  width: number;
  height: number;
}

/** Ink is darker than what surrounds it by this share at least. */
const DARKER_SHARE = 0.16;
/** And by this many grey levels: noise on dark paper is not ink. */
const DARKER_LEVELS = 14;

/**
 * Dark marks by a threshold that follows the light: a pixel (the mean of 3 x 3, against noise) compared with the
 * mean of the square of `2 * reach + 1` around it.
 */
export function inkOf(picture: GreyPicture, reach: number): InkMask {
  const { width, height } = picture;
  const sums = integral(picture);
  const bits = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const around = meanAround(sums, { width, height, x, y, reach });
      const here = meanAround(sums, { width, height, x, y, reach: 1 });
      if (here < around * (1 - DARKER_SHARE) && here < around - DARKER_LEVELS) bits[y * width + x] = 1;
    }
  }
  return { bits, width, height };
}

/** Sums of all that is above and left; one row and one column of zeros first. */
function integral({ pixels, width, height }: GreyPicture): Float64Array {
  const sums = new Float64Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += pixels[y * width + x]!;
      sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1]! + row;
    }
  }
  return sums;
}

interface Square {
  width: number;
  height: number;
  x: number;
  y: number;
  reach: number;
}

function meanAround(sums: Float64Array, { width, height, x, y, reach }: Square): number {
  const left = Math.max(0, x - reach), right = Math.min(width, x + reach + 1);
  const top = Math.max(0, y - reach), bottom = Math.min(height, y + reach + 1);
  const stride = width + 1;
  const sum = sums[bottom * stride + right]! - sums[bottom * stride + left]! - sums[top * stride + right]! +
    sums[top * stride + left]!;
  return sum / ((right - left) * (bottom - top));
}
