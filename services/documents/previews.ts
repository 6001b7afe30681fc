import type { JetStreamClient } from "@nats-io/jetstream";
import { type ObjectStore, Objm } from "@nats-io/obj";
import { PREVIEWS_BUCKET } from "@/services/documents/buckets.ts";

/** Pages of which a picture may be kept. */
export const PREVIEWS_MAX = 10;
/** Media type of every picture. */
export const PREVIEW_TYPE = "image/webp";

/** Pictures of the pages of documents, `n` from 1. */
export class Previews {
  readonly #objm: Objm;
  #store: Promise<ObjectStore> | undefined;

  constructor(js: JetStreamClient) {
    this.#objm = new Objm(js);
  }

  async putPreview(orgId: number, documentId: number, n: number, bytes: Uint8Array): Promise<void> {
    if (n < 1 || n > PREVIEWS_MAX) {
      throw new RangeError(`Cannot keep a picture of page ${n}: pages go from 1 to ${PREVIEWS_MAX}`);
    }
    const store = await this.#open();
    await store.putBlob({ name: nameOf(orgId, documentId, n) }, bytes);
  }

  /** The picture of a page; undefined where there is none. */
  async previewOf(
    orgId: number,
    documentId: number,
    n: number,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const store = await this.#open();
    const bytes = await store.getBlob(nameOf(orgId, documentId, n));
    return bytes === null ? undefined : Uint8Array.from(bytes);
  }

  /** Takes all pictures of a document away. Safe to repeat. */
  async removePreviews(orgId: number, documentId: number): Promise<void> {
    const store = await this.#open();
    for (let n = 1; n <= PREVIEWS_MAX; n++) {
      const name = nameOf(orgId, documentId, n);
      const info = await store.info(name);
      if (info !== null && !info.deleted) await store.delete(name);
    }
  }

  #open(): Promise<ObjectStore> {
    // Declared with the other streams: it need not be looked for.
    return this.#store ??= this.#objm.open(PREVIEWS_BUCKET, false);
  }
}

function nameOf(orgId: number, documentId: number, n: number): string {
  return `${orgId}/${documentId}/${n}`;
}
