import { Buffer } from "node:buffer";
import sharp, { type Sharp } from "sharp";
import type { GreyPicture } from "@/lib/ocr/picture/grey.ts";
import type { Segmentation } from "@/services/ocr/pictures/engine.ts";

/** What Tesseract reads best: capitals of 30 to 40 pixels (its own advice). */
export const TEXT_PX = 34;
/** Text this near to it is left as it is. */
const NEAR = { least: 0.8, most: 1.6 };
/** Enlarging more only enlarges the blur. */
const SCALE_MAX = 3;
/** Most pixels that are read: beyond, it takes longer than it is worth, and of grain more than a minute. */
const PIXELS_MAX = 3_500_000;
/** Told to Tesseract, which guesses from the size of letters where it has none. */
const DOTS_PER_INCH = 300;
const DENOISE_SIGMA_PX = 1;
const SPECKLE_PX = 3;
/** Grey above it becomes white; what comes in has been spread from black to white. */
const THRESHOLD = 128;

/** One way to look at a page: what is done to the picture, and how Tesseract cuts it. */
export interface Look {
  readonly name: string;
  readonly segmentation: Segmentation;
  readonly treat: (picture: Sharp) => Sharp;
}

/**
 * In the order in which they were worth most. Fine lines under the text hurt more than a blur does, so two looks take
 * noise away. A page (3) keeps columns together, a block (6) reads across them, scattered words (11) finds what stands
 * alone.
 */
export const LOOKS: readonly Look[] = [
  { name: "block", segmentation: 6, treat: (picture) => picture },
  {
    name: "smoothed words",
    segmentation: 11,
    treat: (picture) => picture.blur(DENOISE_SIGMA_PX).normalise(),
  },
  { name: "smoothed block", segmentation: 6, treat: (picture) => picture.median(SPECKLE_PX).normalise() },
  { name: "page", segmentation: 3, treat: (picture) => picture },
  {
    name: "black and white block",
    segmentation: 6,
    treat: (picture) => picture.blur(DENOISE_SIGMA_PX).normalise().threshold(THRESHOLD),
  },
];

/** How much a picture is made smaller before anything is known of it: grain on a large one is taken for text. */
export function firstScale({ width, height }: GreyPicture): number {
  return Math.min(1, Math.sqrt(PIXELS_MAX / (width * height)));
}

/** How much a picture is made larger or smaller so that text of `textPx` gets the right height. */
export function scaleFor(textPx: number, { width, height }: GreyPicture): number {
  const wanted = TEXT_PX / Math.max(1, textPx);
  const isNear = wanted > 1 / NEAR.most && wanted < 1 / NEAR.least;
  return Math.min(isNear ? 1 : wanted, SCALE_MAX, Math.sqrt(PIXELS_MAX / (width * height)));
}

/** The picture as PNG, enlarged and treated. */
export async function prepared(
  { pixels, width, height }: GreyPicture,
  scale: number,
  treat: Look["treat"],
): Promise<Buffer> {
  const raw = sharp(pixels, { raw: { width, height, channels: 1 } });
  const sized = scale === 1 ? raw : raw.resize(Math.round(width * scale), Math.round(height * scale), {
    kernel: "cubic",
    fit: "fill",
  });
  // sharp orders its steps itself: what is done to the sized picture needs a pass of its own.
  const { data, info } = await sized.toColourspace("b-w").raw().toBuffer({ resolveWithObject: true });
  const treated = treat(sharp(data, { raw: { width: info.width, height: info.height, channels: 1 } }));
  return await treated.toColourspace("b-w").withMetadata({ density: DOTS_PER_INCH }).png({
    compressionLevel: 1,
  })
    .toBuffer();
}
