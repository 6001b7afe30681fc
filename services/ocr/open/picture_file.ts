import sharp from "sharp";
import { pictureEnd, type PictureFormat } from "@/lib/ocr/picture_end.ts";
import { PIXELS_MAX, READ_PIXELS_MAX, TRAILING_BYTES_MAX } from "@/services/ocr/open/limits.ts";
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
  const pixels = metadata.width * metadata.height;
  return { kind: "pages", pages: [{ text: "", picture: () => readable(content, pixels) }] };
}

/** The file itself, or a smaller picture of it where reading it would take too much memory. */
async function readable(content: Uint8Array, pixels: number): Promise<Uint8Array> {
  if (pixels <= READ_PIXELS_MAX) return content;
  try {
    const upright = sharp(content, { limitInputPixels: PIXELS_MAX, pages: 1 }).autoOrient();
    const { width } = (await upright.metadata()).autoOrient;
    const share = Math.sqrt(READ_PIXELS_MAX / pixels);
    return await upright.resize({ width: Math.floor(width * share) }).png({ compressionLevel: 1 }).toBuffer();
  } catch {
    // Damaged behind its header: whoever opens it next says so.
    return content;
  }
}

async function metadataOf(content: Uint8Array) {
  try {
    // The limit is ours to judge, by name.
    return await sharp(content, { limitInputPixels: false, pages: 1 }).metadata();
  } catch {
    return undefined;
  }
}
