import sharp, { type OverlayOptions } from "sharp";
import { PREVIEW_PIXELS_MAX } from "@/lib/ocr/read_request.ts";
import type { Box } from "@/lib/ocr/reading.ts";
import { PIXELS_MAX } from "@/services/ocr/open/limits.ts";

const QUALITY = 80;
/** Blackened around what must not be seen, as a share of its height: engines cut boxes close. */
const MARGIN_SHARE = 0.25;
const MARGIN_PX_MIN = 2;

/**
 * A page to look at: WebP, upright, at most PREVIEW_PIXELS_MAX on its longer side, nothing of the file's own bytes in it.
 * `masked`: what is blackened, in pixels of the upright picture.
 */
export async function previewOf(picture: Uint8Array, masked: readonly Box[]): Promise<Uint8Array> {
  const page = sharp(picture, { limitInputPixels: PIXELS_MAX, pages: 1 }).autoOrient().flatten({
    background: "#fff",
  });
  const { data, info } = await page.removeAlpha().toColourspace("srgb").raw().toBuffer({
    resolveWithObject: true,
  });
  const { width, height, channels } = info;
  // Blackened at full size, before anything is resampled: no grey of a digit is left in its neighbours.
  const bars = masked.map((box) => barOf(box, { width, height })).filter((bar) => bar !== undefined);
  const black = await sharp(data, { raw: { width, height, channels } }).composite(bars).raw().toBuffer();
  return await sharp(black, { raw: { width, height, channels } })
    .resize(PREVIEW_PIXELS_MAX, PREVIEW_PIXELS_MAX, { fit: "inside", withoutEnlargement: true })
    .webp({ quality: QUALITY })
    .toBuffer();
}

function barOf(box: Box, page: { width: number; height: number }): OverlayOptions | undefined {
  const margin = Math.max(MARGIN_PX_MIN, Math.round(Math.min(box.width, box.height) * MARGIN_SHARE));
  const left = Math.max(0, Math.floor(box.left - margin));
  const top = Math.max(0, Math.floor(box.top - margin));
  const width = Math.min(page.width, Math.ceil(box.left + box.width + margin)) - left;
  const height = Math.min(page.height, Math.ceil(box.top + box.height + margin)) - top;
  if (width <= 0 || height <= 0) return undefined;
  return { input: { create: { width, height, channels: 3, background: "#000" } }, left, top };
}
