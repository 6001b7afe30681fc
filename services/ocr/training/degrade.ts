import sharp, { type Sharp } from "sharp";
import type { Dice } from "@/lib/random/dice.ts";
import type { GreyPicture } from "@/lib/ocr/picture/grey.ts";

/** What a scanner or a telephone does to a page; every step is left out where its field is. */
export interface Wear {
  /** Clockwise. */
  rotateDeg?: number;
  /** Factor on both sides; the picture is enlarged back to its size. */
  shrink?: number;
  blurSigmaPx?: number;
  /** Standard deviation in grey levels. */
  noiseSigma?: number;
  /** Darkest share of light at one side, the other side untouched: 0.6 is a deep shadow. */
  shadow?: number;
  /** 1 to 100; the last step. */
  jpegQuality?: number;
}

/** What lies behind a turned page. */
const BEHIND = { r: 235, g: 235, b: 235 };

/** Wears a picture (PNG, JPEG or SVG bytes); chance comes from `dice`, so the same seed wears the same. */
export async function degrade(picture: Uint8Array, wear: Wear, dice: Dice): Promise<GreyPicture> {
  let grey = await toGrey(sharp(picture).flatten({ background: "#fff" }));
  if (wear.rotateDeg) grey = await toGrey(open(grey).rotate(wear.rotateDeg, { background: BEHIND }));
  if (wear.shrink) {
    const { width, height } = grey;
    const small = await toGrey(open(grey).resize(Math.max(1, Math.round(width * wear.shrink))));
    grey = await toGrey(open(small).resize(width, height, { fit: "fill" }));
  }
  // libvips refuses to blur by less than 0.3.
  if (wear.blurSigmaPx && wear.blurSigmaPx >= 0.3) grey = await toGrey(open(grey).blur(wear.blurSigmaPx));
  if (wear.shadow) shade(grey, wear.shadow, dice);
  if (wear.noiseSigma) addNoise(grey, wear.noiseSigma, dice);
  if (wear.jpegQuality) {
    grey = await toGrey(sharp(await open(grey).jpeg({ quality: wear.jpegQuality }).toBuffer()));
  }
  return grey;
}

export async function greyPng(grey: GreyPicture): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await open(grey).png().toBuffer());
}

/** Normally distributed around 0 with a standard deviation of 1 (Box and Muller). */
export function normal(dice: Dice): number {
  return Math.sqrt(-2 * Math.log(1 - dice.roll())) * Math.cos(2 * Math.PI * dice.roll());
}

function open({ pixels, width, height }: GreyPicture): Sharp {
  return sharp(pixels, { raw: { width, height, channels: 1 } });
}

async function toGrey(picture: Sharp): Promise<GreyPicture> {
  const { data, info } = await picture.greyscale().toColourspace("b-w").raw().toBuffer({
    resolveWithObject: true,
  });
  return { pixels: new Uint8Array(data), width: info.width, height: info.height };
}

function shade({ pixels, width, height }: GreyPicture, darkest: number, dice: Dice): void {
  const [across, down] = [dice.roll() * 2 - 1, dice.roll() * 2 - 1];
  const reach = Math.abs(across) + Math.abs(down) || 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const along = (across * (x / width - 0.5) + down * (y / height - 0.5)) / reach + 0.5;
      const at = y * width + x;
      pixels[at] = pixels[at]! * (darkest + (1 - darkest) * along);
    }
  }
}

function addNoise({ pixels }: GreyPicture, sigma: number, dice: Dice): void {
  for (let i = 0; i < pixels.length; i++) {
    pixels[i] = Math.min(255, Math.max(0, Math.round(pixels[i]! + sigma * normal(dice))));
  }
}
