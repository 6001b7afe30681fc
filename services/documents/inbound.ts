import { parseUploadBinary, parseUploadText, type UploadClientFrame } from "@/lib/upload/frames.ts";
import { CHUNK_HEAD_BYTES } from "@/lib/upload/chunk.ts";
import type { UploadRefused } from "@/lib/upload/errors.ts";
import { CHUNK_BYTES, TEXT_FRAME_CHARS_MAX } from "@/lib/upload/limits.ts";

/** A frame as the socket gives it, not larger than frames may be. */
export type Inbound = string | Uint8Array<ArrayBuffer>;

/** Looks at the size of what came before anything else does. */
export function inboundOf(data: unknown): Inbound | UploadRefused {
  if (typeof data === "string") return data.length <= TEXT_FRAME_CHARS_MAX ? data : tooBig(data.length);
  if (!(data instanceof ArrayBuffer)) return { error: "bad_frame", detail: "a frame is text or binary" };
  return data.byteLength <= CHUNK_HEAD_BYTES + CHUNK_BYTES ? new Uint8Array(data) : tooBig(data.byteLength);
}

export function frameOf(inbound: Inbound): UploadClientFrame | UploadRefused {
  return typeof inbound === "string" ? parseUploadText(inbound) : parseUploadBinary(inbound);
}

function tooBig(size: number): UploadRefused {
  return { error: "frame_too_big", detail: `${size}` };
}
