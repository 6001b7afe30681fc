import type { UploadFacts, UploadStatus } from "@/lib/upload/client/upload_types.ts";

/** Bytes of a binary chunk before its payload, as in lib/upload/frames.ts, whose schemas no browser needs. */
const CHUNK_HEAD_BYTES = 5;
const FINAL_FLAG = 1;

/** The first frame; with `uploadId` it goes on with what was begun before. */
export function handshakeText(
  facts: UploadFacts,
  { uploadId, sha256 }: Pick<UploadStatus, "uploadId" | "sha256">,
): string {
  const { guestId, ...rest } = facts;
  return JSON.stringify({
    ...rest,
    ...(guestId !== null && { guestId }),
    ...(sha256 !== null && { sha256 }),
    encoding: "binary",
    ...(uploadId !== null && { uploadId }),
  });
}

/** The binary frame of a chunk: its number, whether it is the last, its bytes. */
export function chunkFrame(seq: number, final: boolean, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(CHUNK_HEAD_BYTES + data.length);
  new DataView(frame.buffer).setUint32(0, seq);
  frame[CHUNK_HEAD_BYTES - 1] = final ? FINAL_FLAG : 0;
  frame.set(data, CHUNK_HEAD_BYTES);
  return frame;
}
