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
/** A pixel is taken with its neighbours, against noise. */
const PIXEL_REACH = 1;

/**
 * Dark marks by a threshold that follows the light: each pixel against the mean of the square of `2 * reach + 1`
 * pixels around it.
 */
export function inkOf(picture: GreyPicture, reach: number): InkMask {
  const { width, height } = picture;
  const here = boxMeans(picture, PIXEL_REACH), around = boxMeans(picture, reach);
  const bits = new Uint8Array(width * height);
  for (let i = 0; i < bits.length; i++) {
    const paper = around[i]!, level = here[i]!;
    if (level < paper * (1 - DARKER_SHARE) && level < paper - DARKER_LEVELS) bits[i] = 1;
  }
  return { bits, width, height };
}

/** Of every pixel the mean of the square around it, or of what of the square lies in the picture. */
function boxMeans({ pixels, width, height }: GreyPicture, reach: number): Float32Array {
  const rows = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    let sum = 0;
    for (let x = 0; x < Math.min(reach, width); x++) sum += pixels[row + x]!;
    for (let x = 0; x < width; x++) {
      if (x + reach < width) sum += pixels[row + x + reach]!;
      if (x > reach) sum -= pixels[row + x - reach - 1]!;
      rows[row + x] = sum / (Math.min(width, x + reach + 1) - Math.max(0, x - reach));
    }
  }
  const means = new Float32Array(width * height);
  const sums = new Float64Array(width);
  for (let y = -reach; y < height; y++) {
    const enters = (y + reach) * width, leaves = (y - reach - 1) * width;
    const count = Math.min(height, y + reach + 1) - Math.max(0, y - reach);
    for (let x = 0; x < width; x++) {
      if (y + reach < height) sums[x] = sums[x]! + rows[enters + x]!;
      if (y > reach) sums[x] = sums[x]! - rows[leaves + x]!;
      if (y >= 0) means[y * width + x] = sums[x]! / count;
    }
  }
  return means;
}
