import { Buffer } from "node:buffer";
import sharp from "sharp";
import { isOfCamera, pictureEnd, type PictureFormat } from "@/lib/ocr/picture_end.ts";
import { PIXELS_MAX, READ_PIXELS_MAX, TRAILING_BYTES_MAX } from "@/services/ocr/open/limits.ts";
import { type Opened, refused } from "@/services/ocr/open/opened.ts";

const ZIP_END = "PK\x05\x06";
const ZIP_END_WITHIN = 64 * 1024 + 22;
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
  if (end !== undefined && isHung(content.subarray(end), format)) return refused("wrong_type");
  const pixels = metadata.width * metadata.height;
  return { kind: "pages", pages: [{ text: "", picture: () => readable(content, pixels) }] };
}

/** Is that more than belongs behind a picture? Phones hang films behind JPEGs; an archive behind one is still an archive. */
function isHung(trailing: Uint8Array, format: PictureFormat): boolean {
  if (trailing.byteLength <= TRAILING_BYTES_MAX) return false;
  return format !== "jpeg" || !isOfCamera(trailing) || holdsArchive(trailing);
}

/** Readers of ZIP files look for the end of its directory, which has at most a comment of 64 KiB behind it. */
function holdsArchive(bytes: Uint8Array): boolean {
  const tail = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).subarray(-ZIP_END_WITHIN);
  return tail.includes(ZIP_END, 0, "latin1");
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
