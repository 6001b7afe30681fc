import sharp from "sharp";
import { pictureEnd, type PictureFormat } from "@/lib/ocr/picture_end.ts";
import { PIXELS_MAX, TRAILING_BYTES_MAX } from "@/services/ocr/open/limits.ts";
import { type Opened, refused } from "@/services/ocr/open/opened.ts";

const FORMATS: Readonly<Record<string, PictureFormat>> = {
  "image/jpeg": "jpeg",
  "image/png": "png",
  "image/gif": "gif",
  "image/webp": "webp",
};

/** Looks at a picture without unpacking it: is it what it is said to be, and small enough to be read? */
export async function openPicture(content: Uint8Array, mimetype: string): Promise<Opened> {
  const metadata = await metadataOf(content);
  if (metadata === undefined) return refused("unreadable");
  const format = FORMATS[mimetype];
  if (format === undefined || metadata.format !== format) return refused("wrong_type");
  if (metadata.width * metadata.height > PIXELS_MAX) return refused("bomb");
  const end = pictureEnd(content, format);
  if (end !== undefined && content.byteLength - end > TRAILING_BYTES_MAX) return refused("wrong_type");
  return { kind: "pages", pages: [{ text: "", picture: () => Promise.resolve(content) }] };
}

async function metadataOf(content: Uint8Array) {
  try {
    // The limit is ours to judge, by name.
    return await sharp(content, { limitInputPixels: false, pages: 1 }).metadata();
  } catch {
    return undefined;
  }
}
