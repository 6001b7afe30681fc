import type { ChunkStore } from "@/services/documents/chunk_store.ts";

/** Files as they came, by the upload that brought them. */
export class Originals {
  readonly #store: ChunkStore;

  constructor(store: ChunkStore) {
    this.#store = store;
  }

  /** Bytes and SHA-256 of a file; undefined where it is not kept. */
  async info(uploadId: string): Promise<{ readonly size: number; readonly sha256: string } | undefined> {
    return await this.#store.info(uploadId);
  }

  /**
   * The bytes of a file in order, about a megabyte of them in memory at once. Throws where less is there than there
   * should be.
   */
  async *readOriginal(uploadId: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const info = await this.#store.info(uploadId);
    let size = 0;
    if (info !== undefined) {
      for await (const bytes of this.#store.read(uploadId)) {
        size += bytes.length;
        yield bytes;
      }
    }
    if (info?.size !== size) {
      throw new Error(
        `Cannot read upload ${uploadId}: ${size} bytes are there of ${
          info?.size ?? "an object that is gone"
        }`,
      );
    }
  }

  /** Takes a file away and overwrites where it lay. Safe to repeat. */
  async eraseOriginal(uploadId: string): Promise<void> {
    await this.#store.erase(uploadId);
  }
}
