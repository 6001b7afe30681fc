import sharp, { type OutputInfo, type OverlayOptions } from "sharp";
import { PREVIEW_PIXELS_MAX } from "@/lib/ocr/read_request.ts";
import type { Box } from "@/lib/ocr/reading.ts";
import { PIXELS_MAX } from "@/services/ocr/open/limits.ts";

const QUALITY = 80;
/** Blackened around what must not be seen, as a share of its height: engines cut boxes close. */
const MARGIN_SHARE = 0.25;
const MARGIN_PX = { min: 2, max: 12 } as const;

/**
 * A page to look at: WebP, upright, at most PREVIEW_PIXELS_MAX on its longer side, nothing of the file's own bytes in it.
 * `masked`: what is blackened, in pixels of the upright picture.
 */
export async function previewOf(picture: Uint8Array, masked: readonly Box[]): Promise<Uint8Array> {
  // Blackened at full size, before anything is resampled: no grey of a digit is left in its neighbours.
  const { data, raw } = await covered(picture, masked);
  return await sharp(data, { raw })
    .resize(PREVIEW_PIXELS_MAX, PREVIEW_PIXELS_MAX, { fit: "inside", withoutEnlargement: true })
    .webp({ quality: QUALITY })
    .toBuffer();
}

/** The page as it was, upright and blackened; PNG. */
export async function blackened(picture: Uint8Array, masked: readonly Box[]): Promise<Uint8Array> {
  const { data, raw } = await covered(picture, masked);
  return await sharp(data, { raw }).png({ compressionLevel: 1 }).toBuffer();
}

async function covered(picture: Uint8Array, masked: readonly Box[]) {
  const page = sharp(picture, { limitInputPixels: PIXELS_MAX, pages: 1 }).autoOrient();
  const upright = await page.flatten({ background: "#fff" }).toColourspace("srgb").removeAlpha().raw()
    .toBuffer({ resolveWithObject: true });
  const bars = masked.map((box) => barOf(box, upright.info)).filter((bar) => bar !== undefined);
  if (bars.length === 0) return { data: upright.data, raw: rawOf(upright.info) };
  const { data, info } = await sharp(upright.data, { raw: rawOf(upright.info) }).composite(bars).raw()
    .toBuffer({ resolveWithObject: true });
  // What is laid over a picture brings an alpha channel with it.
  return { data, raw: rawOf(info) };
}

function rawOf({ width, height, channels }: OutputInfo) {
  return { width, height, channels };
}

function barOf(box: Box, page: { width: number; height: number }): OverlayOptions | undefined {
  const wanted = Math.round(Math.min(box.width, box.height) * MARGIN_SHARE);
  const margin = Math.min(Math.max(wanted, MARGIN_PX.min), MARGIN_PX.max);
  const left = Math.max(0, Math.floor(box.left - margin));
  const top = Math.max(0, Math.floor(box.top - margin));
  const width = Math.min(page.width, Math.ceil(box.left + box.width + margin)) - left;
  const height = Math.min(page.height, Math.ceil(box.top + box.height + margin)) - top;
  if (width <= 0 || height <= 0) return undefined;
  return { input: { create: { width, height, channels: 3, background: "#000" } }, left, top };
}
