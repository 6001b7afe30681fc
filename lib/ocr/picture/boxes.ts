import type { Box } from "@/lib/ocr/reading.ts";
import type { GreyPicture, Quarters } from "@/lib/ocr/picture/grey.ts";

/** A box of a picture enlarged by `factor`, in the picture as it was; whole pixels, never smaller than what it holds. */
export function unscaled({ left, top, width, height }: Box, factor: number): Box {
  const x = Math.floor(left / factor), y = Math.floor(top / factor);
  return {
    left: x,
    top: y,
    width: Math.ceil((left + width) / factor) - x,
    height: Math.ceil((top + height) / factor) - y,
  };
}

/** A box of a picture that was turned clockwise by `quarters`, in the picture before, whose size `before` is. */
export function turnedBack(
  { left, top, width, height }: Box,
  quarters: Quarters,
  before: Pick<GreyPicture, "width" | "height">,
): Box {
  const right = left + width, bottom = top + height;
  if (quarters === 1) return { left: top, top: before.height - right, width: height, height: width };
  if (quarters === 2) return { left: before.width - right, top: before.height - bottom, width, height };
  if (quarters === 3) return { left: before.width - bottom, top: left, width: height, height: width };
  return { left, top, width, height };
}
