import { Buffer } from "node:buffer";
import sharp, { type Sharp } from "sharp";
import type { GreyPicture } from "@/lib/ocr/picture/grey.ts";

/** Twenty thousand by two thousand; a page at 600 dpi has 35 million. */
export const PICTURE_PIXELS_MAX = 40_000_000;
/** Shares at both ends of the light that are cut off when grey levels are spread. */
const NORMALISE_PERCENT = { lower: 1, upper: 99 };

/**
 * The first page of an image file as grey pixels, upright by its EXIF note, light spread from black to white.
 * `bomb`: more pixels than PICTURE_PIXELS_MAX; `unreadable`: no image, or a damaged one.
 */
export async function openPicture(content: Uint8Array): Promise<GreyPicture | "bomb" | "unreadable"> {
  try {
    // Says the size from the header, before anything is unpacked.
    const { width, height, pageHeight } = await sharp(content, { limitInputPixels: false }).metadata();
    if (width * (pageHeight ?? height) > PICTURE_PIXELS_MAX) return "bomb";
    const page = sharp(content, { limitInputPixels: PICTURE_PIXELS_MAX, pages: 1, failOn: "error" });
    const upright = page.autoOrient().flatten({ background: "#fff" });
    return await rawGrey(upright.greyscale().normalise(NORMALISE_PERCENT));
  } catch {
    // sharp throws plain errors with libvips' words: whatever it was, these bytes are no picture.
    return "unreadable";
  }
}

/** As PNG, the least compressed: it is for the OCR engine beside us. */
export async function pngOf({ pixels, width, height }: GreyPicture): Promise<Buffer> {
  return await sharp(pixels, { raw: { width, height, channels: 1 } }).png({ compressionLevel: 1 }).toBuffer();
}

async function rawGrey(picture: Sharp): Promise<GreyPicture> {
  const { data, info } = await picture.toColourspace("b-w").raw().toBuffer({ resolveWithObject: true });
  return { pixels: new Uint8Array(data), width: info.width, height: info.height };
}
