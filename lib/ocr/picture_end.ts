/** The forms of pictures that are read. */
export type PictureFormat = "jpeg" | "png" | "gif" | "webp";

/**
 * Where the picture in these bytes ends, so that what was hung behind it is seen; undefined where the form does not lead
 * to an end, as in a truncated file.
 */
export function pictureEnd(bytes: Uint8Array, format: PictureFormat): number | undefined {
  const end = ENDS[format](new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return end !== undefined && end <= bytes.byteLength ? end : undefined;
}

const ENDS: Readonly<Record<PictureFormat, (view: DataView) => number | undefined>> = {
  png: pngEnd,
  jpeg: jpegEnd,
  gif: gifEnd,
  webp: (view) => view.byteLength < 12 ? undefined : 8 + view.getUint32(4, true),
};

/** Within so many bytes what a phone hangs behind a picture begins; some put its name before it. */
const CAMERA_WITHIN_BYTES = 64;

/** Does a phone put such bytes behind a JPEG: the film of a motion photo (its first box is `ftyp`), a second picture? */
export function isOfCamera(trailing: Uint8Array): boolean {
  const head = String.fromCharCode(...trailing.subarray(0, CAMERA_WITHIN_BYTES));
  return head.includes("ftyp") || head.includes("\xff\xd8\xff");
}

const PNG_SIGNATURE_BYTES = 8;
const IEND = 0x49454e44;

function pngEnd(view: DataView): number | undefined {
  for (let at = PNG_SIGNATURE_BYTES; at + 12 <= view.byteLength;) {
    const next = at + 12 + view.getUint32(at);
    if (view.getUint32(at + 4) === IEND) return next;
    at = next;
  }
  return undefined;
}

const JPEG_START = 0xd8;
const JPEG_END = 0xd9;
const JPEG_SCAN = 0xda;

function jpegEnd(view: DataView): number | undefined {
  for (let at = 0; at + 2 <= view.byteLength;) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    if (marker === JPEG_END) return at + 2;
    // Fill bytes, and markers that stand alone.
    if (marker === 0xff) at += 1;
    else if (marker === JPEG_START || isRestart(marker)) at += 2;
    else {
      if (at + 4 > view.byteLength) return undefined;
      at += 2 + view.getUint16(at + 2);
      if (marker === JPEG_SCAN) at = scanEnd(view, at);
    }
  }
  return undefined;
}

/** In the data of a scan 0xff is followed by 0 or a restart; anything else is the next marker. */
function scanEnd(view: DataView, from: number): number {
  for (let at = from; at + 2 <= view.byteLength; at++) {
    if (view.getUint8(at) !== 0xff) continue;
    const next = view.getUint8(at + 1);
    if (next !== 0 && next !== 0xff && !isRestart(next)) return at;
  }
  return view.byteLength;
}

function isRestart(marker: number): boolean {
  return marker >= 0xd0 && marker <= 0xd7;
}

const GIF_HEAD_BYTES = 13;
const GIF_IMAGE = 0x2c;
const GIF_EXTENSION = 0x21;
const GIF_TRAILER = 0x3b;

function gifEnd(view: DataView): number | undefined {
  if (view.byteLength < GIF_HEAD_BYTES) return undefined;
  let at = GIF_HEAD_BYTES + colourTableBytes(view.getUint8(10));
  while (at < view.byteLength) {
    const kind = view.getUint8(at);
    if (kind === GIF_TRAILER) return at + 1;
    if (kind === GIF_EXTENSION) at = subBlocksEnd(view, at + 2);
    else if (kind === GIF_IMAGE && at + 10 <= view.byteLength) {
      at = subBlocksEnd(view, at + 11 + colourTableBytes(view.getUint8(at + 9)));
    } else return undefined;
  }
  return undefined;
}

function colourTableBytes(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

function subBlocksEnd(view: DataView, from: number): number {
  let at = from;
  while (at < view.byteLength && view.getUint8(at) !== 0) at += 1 + view.getUint8(at);
  return at + 1;
}
