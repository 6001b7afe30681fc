import type { ChunkStore } from "@/services/documents/chunk_store.ts";
import type { Previews } from "@/services/documents/previews.ts";
import { selectUpload, type Upload } from "@/services/documents/upload_rows.ts";
import type { Uploads } from "@/services/documents/uploads.ts";
import type { Sql } from "@/services/postgres/pool.ts";
import { inRelay, inTenant } from "@/services/postgres/tenant.ts";

const SWEEP_MS = 60_000;
/** Uploads of each kind that one pass looks at. */
const SWEEP_MAX = 100;
/** An upload that ran out is left alone so long: connections that still have it end by themselves. */
const GRACE_S = 60;
/** An upload younger than this is not looked at: whoever finishes it is faster. */
const FINISHING_S = 120;
/** Uploads that came to nothing are kept so long, to tell their clients. */
const KEEP_DAYS = 7;
const LOWEST_ID = "00000000-0000-0000-0000-000000000000";

export interface SweeperParts {
  readonly sql: Sql;
  readonly uploads: Uploads;
  readonly previews: Previews;
  readonly newId: () => string;
  readonly failed: (error: unknown) => void;
}

interface Found {
  readonly id: string;
  readonly orgId: number;
}

/**
 * Puts uploads in order that nobody else does: ran out, left half finished by a crash, or without their document. Each
 * step may be done by several instances at once, and be repeated.
 */
export class UploadSweeper {
  readonly #parts: SweeperParts;
  readonly #store: ChunkStore;
  readonly #timer: ReturnType<typeof setInterval>;
  #sweeping: Promise<void> | undefined;
  #closed = false;
  /** Where the look for half finished ones goes on. */
  #after = LOWEST_ID;

  constructor(parts: SweeperParts) {
    this.#parts = parts;
    this.#store = parts.uploads.store;
    this.#timer = setInterval(() => void this.sweep(), SWEEP_MS);
  }

  /** One pass. Never rejects; callers share one. */
  sweep(): Promise<void> {
    return this.#sweeping ??= this.#sweepAll().catch(this.#parts.failed).finally(() =>
      this.#sweeping = undefined
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#sweeping;
  }

  async #sweepAll(): Promise<void> {
    await this.#each(await this.#ranOut(), (upload) => this.#expire(upload));
    await this.#each(await this.#unfinished(), (upload) => this.#complete(upload));
    await this.#each(await this.#withoutDocument(), (upload) => this.#erase(upload));
    await this.#each(await this.#ended(), (upload) => this.#takeAway(upload));
  }

  /** One that cannot be put in order now does not keep the others waiting. */
  async #each(found: readonly Found[], put: (upload: Upload) => Promise<unknown>): Promise<void> {
    for (const { id, orgId } of found) {
      if (this.#closed) return;
      try {
        const upload = await inTenant(this.#parts.sql, orgId, (tx) => selectUpload(tx, { orgId, id }), {
          readOnly: true,
        });
        if (upload !== undefined) await put(upload);
      } catch (error) {
        this.#parts.failed(error);
      }
    }
  }

  async #expire(upload: Upload): Promise<void> {
    if (upload.state !== "receiving") return;
    // From here on nobody else can finish it.
    await this.#store.fence(upload.id, this.#parts.newId(), "expired");
    if (!await this.#complete(upload)) await this.#parts.uploads.end(upload, "expired");
  }

  /** Makes the document of an upload that is an object already; false where it is none. */
  async #complete(upload: Upload): Promise<boolean> {
    const object = await this.#store.info(upload.id);
    if (object === undefined) return false;
    const { uploads, failed } = this.#parts;
    const done = await uploads.complete(upload, object.sha256);
    // Its property or guest is gone since: there is nothing that it could become.
    if ("error" in done) {
      failed(new Error(`Upload ${upload.id} of organisation ${upload.orgId} is ${done.error}`));
    }
    return true;
  }

  async #erase(upload: Upload): Promise<void> {
    const { id, orgId, state, documentId, liveDocumentId } = upload;
    if (state !== "complete" || liveDocumentId !== null) return;
    await this.#parts.uploads.takeAway(upload);
    if (documentId !== null) await this.#parts.previews.removePreviews(orgId, documentId);
    await this.#forget(orgId, id);
  }

  /** With what a crash, or a connection that did not hear of its end, has left of it in the bucket. */
  async #takeAway(upload: Upload): Promise<void> {
    await this.#parts.uploads.takeAway(upload);
    await this.#forget(upload.orgId, upload.id);
  }

  async #forget(orgId: number, id: string): Promise<void> {
    await inTenant(
      this.#parts.sql,
      orgId,
      (tx) => tx`delete from uploads where org_id = ${orgId} and id = ${id}`,
    );
  }

  #ranOut(): Promise<readonly Found[]> {
    return inRelay(this.#parts.sql, (tx) =>
      tx<Found[]>`
        select id, org_id as "orgId" from uploads
        where state = 'receiving' and expires_at < now() - ${GRACE_S} * interval '1 second'
        order by expires_at limit ${SWEEP_MAX}`);
  }

  async #unfinished(): Promise<readonly Found[]> {
    const found = await inRelay(this.#parts.sql, (tx) =>
      tx<Found[]>`
        select id, org_id as "orgId" from uploads
        where state = 'receiving' and id > ${this.#after}
          and created_at < now() - ${FINISHING_S} * interval '1 second'
        order by id limit ${SWEEP_MAX}`);
    this.#after = found.length < SWEEP_MAX ? LOWEST_ID : found.at(-1)!.id;
    return found;
  }

  #withoutDocument(): Promise<readonly Found[]> {
    return inRelay(this.#parts.sql, (tx) =>
      tx<Found[]>`
        select id, org_id as "orgId" from uploads
        where state = 'complete' and live_document_id is null limit ${SWEEP_MAX}`);
  }

  #ended(): Promise<readonly Found[]> {
    return inRelay(this.#parts.sql, (tx) =>
      tx<Found[]>`
        select id, org_id as "orgId" from uploads
        where state in ('cancelled', 'refused', 'expired') and ended_at < now() - ${KEEP_DAYS} * interval '1 day'
        limit ${SWEEP_MAX}`);
  }
}
