import { Buffer } from "node:buffer";
import type { Box } from "@/lib/ocr/reading.ts";
import type { PictureTools } from "@/services/ocr/mrz_page.ts";
import { openPicture } from "@/services/ocr/pictures/picture.ts";
import { blackened, previewOf } from "@/services/ocr/preview.ts";
import { readPrint } from "@/services/ocr/print/readings.ts";
import { numbersOf, type PageReading } from "@/services/ocr/read_page.ts";

/** Rounds of covering and looking again. A page on which something is found in each of them is not shown. */
const ROUNDS_MAX = 3;

/**
 * A page of an Aadhaar card to look at, its numbers and codes blackened. What is covered is read once more, since the
 * first look may have missed a second number. undefined: no number was found, so nobody knows what the page shows, or
 * there is no end of them.
 */
export async function maskedPreviewOf(
  { picture, codes, numbers }: PageReading,
  tools: PictureTools,
): Promise<Uint8Array | undefined> {
  const masks: Box[] = [...numbers, ...codes.map(({ box }) => box)];
  let found = numbers.length > 0;
  for (let round = 1; round <= ROUNDS_MAX; round++) {
    const left = await numbersIn(await blackened(picture, masks), tools);
    found ||= left.length > 0;
    if (left.length === 0) return found ? await previewOf(picture, masks) : undefined;
    masks.push(...left);
  }
  return undefined;
}

async function numbersIn(png: Uint8Array, tools: PictureTools): Promise<Box[]> {
  const grey = await openPicture(Buffer.from(png));
  if (typeof grey === "string") return [];
  for await (const { lines } of readPrint(grey, tools.engines, tools)) return numbersOf([lines]);
  return [];
}
