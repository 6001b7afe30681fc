// Without schemas: the browser takes this file too.

/** A piece of the file. `seq` counts from 1. */
export interface Chunk {
  readonly seq: number;
  readonly data: Uint8Array<ArrayBuffer>;
  /** Is it the last one? */
  readonly final: boolean;
}

/** Bytes of a binary chunk before its payload: 4 of `seq`, big-endian, 1 of flags. */
export const CHUNK_HEAD_BYTES = 5;
/** The only flag that has a meaning. */
export const FINAL_FLAG = 1;

/** The text of a chunk. */
export function textChunk({ seq, data, final }: Chunk): string {
  return `{"seq":${seq},"data":"${data.toBase64()}","final":${final}}`;
}

/** The binary frame of a chunk. */
export function binaryChunk({ seq, data, final }: Chunk): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(CHUNK_HEAD_BYTES + data.length);
  new DataView(bytes.buffer).setUint32(0, seq);
  bytes[CHUNK_HEAD_BYTES - 1] = final ? FINAL_FLAG : 0;
  bytes.set(data, CHUNK_HEAD_BYTES);
  return bytes;
}
