import { Sha256 } from "@/lib/upload/client/sha256.ts";

/** The part of a File that is used here: it is read in pieces, and never as a whole. */
export interface Sliced {
  readonly size: number;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

/** Read at once: small enough for the page to answer in between. */
const PIECE_BYTES = 1024 * 1024;

/** The SHA-256 of a file, 64 hex digits; null where it cannot be read, or is not wanted any more. */
export async function hashOf(file: Sliced, isWanted: () => boolean = () => true): Promise<string | null> {
  const hash = new Sha256();
  try {
    for (let at = 0; at < file.size; at += PIECE_BYTES) {
      if (!isWanted()) return null;
      const end = Math.min(at + PIECE_BYTES, file.size);
      hash.update(new Uint8Array(await file.slice(at, end).arrayBuffer()));
    }
  } catch {
    return null;
  }
  return hash.hex();
}
