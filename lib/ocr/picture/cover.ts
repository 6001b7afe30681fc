import type { GreyPicture } from "@/lib/ocr/picture/grey.ts";
import type { Box } from "@/lib/ocr/reading.ts";

/** The picture with each box filled with one grey, 0 black to 255 white; what of a box lies outside is left out. */
export function covered(picture: GreyPicture, boxes: readonly Box[], level: number): GreyPicture {
  if (boxes.length === 0) return picture;
  const { width, height } = picture;
  const pixels = picture.pixels.slice();
  for (const box of boxes) {
    const left = Math.max(0, Math.floor(box.left)), right = Math.min(width, Math.ceil(box.left + box.width));
    const bottom = Math.min(height, Math.ceil(box.top + box.height));
    for (let y = Math.max(0, Math.floor(box.top)); y < bottom && left < right; y++) {
      pixels.fill(level, y * width + left, y * width + right);
    }
  }
  return { pixels, width, height };
}
