import sharp from "sharp";
import type { Dice } from "@/lib/random/dice.ts";
import { degrade, greyPng } from "@/services/ocr/training/degrade.ts";
import { lean } from "./perspective.ts";

/**
 * How a page comes in. `clean`: as drawn. `degraded`: a careless picture by telephone, turned by 1 to 3 degrees.
 * `poor`: the same, small.
 */
export const CONDITIONS = ["clean", "degraded", "poor"] as const;
export type Condition = (typeof CONDITIONS)[number];

/** Width that small pictures have: what messengers make of a photo. */
const POOR_WIDTH_PX = 760;
/** How far a corner may be off, as a share of the width. */
const LEAN_MAX = 0.012;

/** A page as a file: PNG where it is clean, else JPEG. */
export async function wear(svg: string, condition: Condition, dice: Dice): Promise<Uint8Array<ArrayBuffer>> {
  const drawn = sharp(new TextEncoder().encode(svg));
  if (condition === "clean") return new Uint8Array(await drawn.png().toBuffer());
  const sized = condition === "poor" ? drawn.resize(POOR_WIDTH_PX) : drawn;
  const flat = await degrade(await sized.png().toBuffer(), {}, dice);
  const leaning = lean(flat, LEAN_MAX, dice);
  const worn = await degrade(await greyPng(leaning), {
    rotateDeg: (1 + 2 * dice.roll()) * (dice.chance(0.5) ? 1 : -1),
    blurSigmaPx: 0.8 + 0.1 * dice.roll(),
    shadow: 0.65 + 0.25 * dice.roll(),
    noiseSigma: 4 + 5 * dice.roll(),
  }, dice);
  const { pixels, width, height } = worn;
  const jpeg = sharp(pixels, { raw: { width, height, channels: 1 } }).jpeg({ quality: dice.whole(55, 70) });
  return new Uint8Array(await jpeg.toBuffer());
}
