import type { UploadServerFrame } from "@/lib/upload/server_frames.ts";
import { isObject, isSeq, isText } from "@/lib/client/server_frames.ts";

/**
 * Reads a frame of the server, without schemas, which would be too large for a browser. null: none that is known; a client
 * passes over those.
 */
export function readUploadFrame(text: string): UploadServerFrame | null {
  const frame = parse(text);
  if (!isObject(frame)) return null;
  const isKnown = (): boolean => {
    switch (frame.type) {
      case "ready":
        return isText(frame.uploadId) && isText(frame.expiresAt) &&
          [frame.nextSeq, frame.offset, frame.chunkSize, frame.window].every(isSeq) &&
          frame.chunkSize !== 0 && frame.window !== 0 && frame.nextSeq !== 0;
      case "progress":
        return isSeq(frame.seq) && isSeq(frame.received);
      case "complete":
        return isSeq(frame.documentId);
      case "error":
        return isText(frame.code) && typeof frame.message === "string";
      default:
        return frame.type === "paused" || frame.type === "cancelled" || frame.type === "renewed";
    }
  };
  return isKnown() ? frame as unknown as UploadServerFrame : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
