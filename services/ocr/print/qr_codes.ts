import { fileURLToPath } from "node:url";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import sharp from "sharp";
import { unscaled } from "@/lib/ocr/picture/boxes.ts";
import type { GreyPicture } from "@/lib/ocr/picture/grey.ts";
import type { Box } from "@/lib/ocr/reading.ts";

export interface QrCode {
  readonly text: string;
  readonly box: Box;
}

/** A card has one; more are no card. */
const CODES_MAX = 4;
const BYTES_PER_PIXEL = 4;

let prepared: Promise<void> | undefined;

/** A code of a small or blurred picture is looked for in a larger one as well. */
const SCALE = 2;
/** Larger ones are not enlarged: their codes are not small, and it would take too long. */
const ENLARGED_PIXELS_MAX = 3_000_000;

/** The QR codes of a picture, whichever way it lies. `thorough` takes twice as long where there is none. */
export async function readQrCodes(
  picture: GreyPicture,
  { thorough }: { thorough: boolean },
): Promise<QrCode[]> {
  const codes = await codesIn(picture);
  const { pixels, width, height } = picture;
  if (codes.length > 0 || !thorough || width * height > ENLARGED_PIXELS_MAX) return codes;
  const { data, info } = await sharp(pixels, { raw: { width, height, channels: 1 } })
    .resize(width * SCALE, height * SCALE, { kernel: "cubic" }).toColourspace("b-w").raw()
    .toBuffer({ resolveWithObject: true });
  const enlarged = { pixels: new Uint8Array(data), width: info.width, height: info.height };
  return (await codesIn(enlarged)).map(({ text, box }) => ({ text, box: unscaled(box, SCALE) }));
}

async function codesIn({ pixels, width, height }: GreyPicture): Promise<QrCode[]> {
  await (prepared ??= prepare());
  const data = new Uint8ClampedArray(pixels.length * BYTES_PER_PIXEL);
  for (let i = 0, at = 0; i < pixels.length; i++) {
    data[at++] = data[at++] = data[at++] = pixels[i]!;
    data[at++] = 0xff;
  }
  const image = { data, width, height, colorSpace: "srgb" } as unknown as ImageData;
  const codes = await readBarcodes(image, { formats: ["QRCode"], maxNumberOfSymbols: CODES_MAX });
  return codes.filter(({ isValid }) => isValid).map(({ text, position }) => {
    const corners = [position.topLeft, position.topRight, position.bottomLeft, position.bottomRight];
    const xs = corners.map(({ x }) => x), ys = corners.map(({ y }) => y);
    const left = Math.min(...xs), top = Math.min(...ys);
    return { text, box: { left, top, width: Math.max(...xs) - left, height: Math.max(...ys) - top } };
  });
}

/** With the module of the package: the library would fetch one from the network otherwise. */
async function prepare(): Promise<void> {
  const path = fileURLToPath(import.meta.resolve("zxing-wasm/reader/zxing_reader.wasm"));
  prepareZXingModule({ overrides: { wasmBinary: (await Deno.readFile(path)).buffer } });
}
