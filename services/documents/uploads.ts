import { createHash, timingSafeEqual } from "node:crypto";
import { coversProperty, type Principal } from "@/lib/auth/principal.ts";
import { cleanFilename } from "@/lib/upload/file_names.ts";
import { chunksOf, type UploadHandshake } from "@/lib/upload/frames.ts";
import type { UploadErrorCode, UploadRefused } from "@/lib/upload/errors.ts";
import { CHUNK_BYTES } from "@/lib/upload/limits.ts";
import { percentOf, type UploadState } from "@/lib/upload/server_frames.ts";
import { type ChunkStore, isFenced, isFull, type Lease } from "@/services/documents/chunk_store.ts";
import {
  completeUpload,
  type Completion,
  type CompletionParts,
  endedAs,
} from "@/services/documents/completion.ts";
import { DOCUMENT } from "@/services/documents/records.ts";
import type { Reception } from "@/services/documents/reception.ts";
import {
  endUpload,
  insertUpload,
  placeRefusal,
  selectUpload,
  type Upload,
} from "@/services/documents/upload_rows.ts";
import { inTenant } from "@/services/postgres/tenant.ts";
import { problemOfStatement } from "@/services/resources/constraint_problems.ts";

export type Complete = Extract<Completion, { state: "complete" }>;

/** An upload that this caller may write to, as long as its lease is the latest. */
export interface Opened {
  readonly upload: Upload;
  readonly lease: Lease;
  /** Chunks that are stored, without a gap. */
  readonly stored: number;
}

/** What must be known of an upload to take away what is stored of it. */
export type KeptUpload = Pick<Upload, "id" | "orgId" | "documentType">;

export interface UploadsParts extends CompletionParts {
  readonly store: ChunkStore;
}

/**
 * Begins, takes over, finishes and cancels uploads. What a client did wrong is an answer; a throw is a bug or a server
 * that cannot be reached, and leaves the upload to be resumed.
 */
export class Uploads {
  readonly store: ChunkStore;
  readonly #parts: UploadsParts;

  constructor(parts: UploadsParts) {
    this.#parts = parts;
    this.store = parts.store;
  }

  /** Begins an upload, or takes one over. `holder` is a new UUID that stands for the caller. */
  async open(
    principal: Principal,
    handshake: UploadHandshake,
    holder: string,
  ): Promise<Opened | Complete | UploadRefused> {
    const refusal = accessRefusal(principal, handshake.propertyId);
    if (refusal) return refusal;
    return handshake.uploadId === null
      ? await this.#begin(principal, handshake, holder)
      : await this.#resume(principal, handshake, handshake.uploadId, holder);
  }

  async #begin(
    principal: Principal,
    handshake: UploadHandshake,
    holder: string,
  ): Promise<Opened | UploadRefused> {
    const { propertyId, guestId, documentType, mimetype, filesize, sha256 } = handshake;
    const { orgId, userId: createdBy } = principal;
    const filename = cleanFilename(handshake.filename, mimetype);
    const id = this.#parts.newId();
    const made = await inTenant(this.#parts.sql, orgId, (tx) =>
      insertUpload(tx, {
        id,
        orgId,
        propertyId,
        guestId,
        documentType,
        filename,
        mimetype,
        filesize,
        sha256,
        createdBy,
      }));
    if ("error" in made) return made;
    try {
      return { upload: made, lease: await this.store.lease(id, holder, "upload"), stored: 0 };
    } catch (error) {
      // Nobody knows its id yet: it must not count against the quota for a day.
      await inTenant(this.#parts.sql, orgId, (tx) => endUpload(tx, { orgId, id, state: "cancelled" })).catch(
        () => {},
      );
      if (isFull(error)) return STORAGE_FULL;
      throw error;
    }
  }

  async #resume(
    principal: Principal,
    handshake: UploadHandshake,
    id: string,
    holder: string,
  ): Promise<Opened | Complete | UploadRefused> {
    const found = await this.#find(principal, id);
    if ("error" in found) return found;
    const { ended } = found;
    // One that tells the hash only now has it compared as well.
    const upload = { ...found.upload, sha256: found.upload.sha256 ?? handshake.sha256 };
    const other = differing(upload, handshake);
    if (other !== undefined) return { error: "upload_differs", detail: `its ${other} is another one` };
    if (ended !== undefined) return ended.state === "complete" ? ended : refusalOf(ended.state, id);
    if (upload.expired) return refusalOf("expired", id);
    try {
      const lease = await this.store.lease(id, holder, "upload");
      return { upload, lease, stored: await this.store.settle(id) };
    } catch (error) {
      if (isFull(error)) return STORAGE_FULL;
      throw error;
    }
  }

  /** The upload where it is this person's, and what became of it where it has ended. */
  async #find(
    principal: Principal,
    id: string,
  ): Promise<{ upload: Upload; ended: Completion | undefined } | UploadRefused> {
    const { orgId, userId } = principal;
    return await inTenant(this.#parts.sql, orgId, async (tx) => {
      const upload = await selectUpload(tx, { orgId, id });
      const isOwn = upload?.createdBy === userId && coversProperty(principal, upload.propertyId);
      if (!isOwn || !principal.services.has("guest")) return refusalOf("gone", id);
      return { upload, ended: upload.state === "receiving" ? undefined : await endedAs(tx, upload) };
    }, { readOnly: true });
  }

  /**
   * Finishes an upload of which every chunk is stored: checks size and content, asks again whether this person may, makes
   * the object and then the document. `fenced`: another connection has it now.
   */
  async finish(principal: Principal, reception: Reception): Promise<Complete | UploadRefused | "fenced"> {
    const { upload, lease } = reception;
    const { id, orgId, filesize } = upload;
    const chunks = chunksOf(filesize);
    const stored = await this.store.stored(id);
    if (stored !== chunks) {
      throw new Error(`Cannot finish upload ${id}: ${stored} of ${chunks} chunks are stored`);
    }
    const sha256 = reception.digest() ?? await this.#digestOf(upload);
    if (upload.sha256 !== null && !isSame(upload.sha256, sha256)) {
      return { error: "checksum_mismatch", detail: `it is ${sha256}` };
    }
    // Hours may have passed since the upload began.
    const refusal = accessRefusal(principal, upload.propertyId) ??
      await inTenant(this.#parts.sql, orgId, (tx) => placeRefusal(tx, upload), { readOnly: true });
    if (refusal) return refusal;
    try {
      await this.store.publish(
        id,
        lease,
        { size: filesize, chunks, sha256 },
        new Date(this.#parts.now()).toISOString(),
      );
    } catch (error) {
      if (isFenced(error)) return "fenced";
      if (isFull(error)) return STORAGE_FULL;
      throw error;
    }
    return await this.complete(upload, sha256);
  }

  /** Makes the document of an upload that is an object already; where its property or guest is gone, it is refused. */
  async complete(upload: KeptUpload, sha256: string): Promise<Complete | UploadRefused> {
    const { id, orgId } = upload;
    let completion: Completion;
    try {
      completion = await completeUpload(this.#parts, { orgId, id, sha256 });
    } catch (error) {
      if (problemOfStatement(DOCUMENT, error)?.code !== "validation_failed") throw error;
      await this.end(upload, "refused");
      return { error: "guest_not_found", detail: "it is gone since the upload began" };
    }
    if (completion.state !== "complete") {
      await this.takeAway(upload);
      return refusalOf(completion.state, id);
    }
    // Those who had it before are refused from here on, whether the lease is there or not.
    await this.store.release(id);
    return completion;
  }

  async #digestOf({ id, filesize }: Upload): Promise<string> {
    const hash = createHash("sha256");
    let size = 0;
    for await (const bytes of this.store.read(id)) {
      hash.update(bytes);
      size += bytes.length;
    }
    if (size !== filesize) {
      throw new Error(`Cannot finish upload ${id}: ${size} of ${filesize} bytes can be read`);
    }
    return hash.digest("hex");
  }

  /** Ends an upload that can never be right, where this lease is still the latest one. */
  async refuse(upload: Upload, lease: Lease): Promise<void> {
    const holder = await this.store.holder(upload.id);
    if (holder?.seq === lease.seq) await this.end(upload, "refused");
  }

  /** Ends an unfinished upload and takes its chunks away. Answers how it has ended: a finished one keeps its file. */
  async end(upload: KeptUpload, state: "cancelled" | "refused" | "expired"): Promise<Upload["state"]> {
    const { id, orgId } = upload;
    // The row first: it decides between us and somebody who makes the document at this moment. What a crash leaves in
    // the bucket after this, the sweeper takes away with the row.
    const ended = await inTenant(this.#parts.sql, orgId, (tx) => endUpload(tx, { orgId, id, state }));
    if (ended === "complete") return ended;
    this.#parts.ended(ended, 0);
    await this.takeAway(upload);
    return ended;
  }

  /**
   * Takes what is stored of an upload away. To overwrite a chunk takes JetStream some 20 ms, in which others wait for the
   * bucket: that is done only where the number must not survive anywhere.
   */
  async takeAway({ id, documentType }: KeptUpload): Promise<void> {
    if (documentType === "aadhaar") await this.store.erase(id);
    else await this.store.remove(id);
  }

  /** Cancels an upload from wherever it runs. `complete`: too late. */
  async cancel(principal: Principal, id: string): Promise<"cancelled" | "complete" | UploadRefused> {
    const found = await this.#find(principal, id);
    if ("error" in found) return found;
    const { upload } = found;
    if (upload.state === "complete") return "complete";
    if (upload.state !== "receiving") {
      // Whoever ended it may have been kept from taking its chunks away.
      await this.takeAway(upload);
      return "cancelled";
    }
    await this.store.fence(id, this.#parts.newId(), "cancelled");
    const object = await this.store.info(id);
    if (object === undefined) {
      return await this.end(upload, "cancelled") === "complete" ? "complete" : "cancelled";
    }
    const completion = await this.complete(upload, object.sha256);
    return "error" in completion ? completion : "complete";
  }

  /** Where an upload is, for who began it. */
  async state(principal: Principal, id: string): Promise<UploadState | UploadRefused> {
    const found = await this.#find(principal, id);
    if ("error" in found) return found;
    const { upload } = found;
    const { filesize, state } = upload;
    const isOpen = state === "receiving" && !upload.expired;
    const chunks = isOpen ? await this.store.stored(id) : 0;
    const received = state === "complete" ? filesize : Math.min(chunks * CHUNK_BYTES, filesize);
    return {
      uploadId: id,
      state: state === "receiving" && upload.expired ? "expired" : state,
      filename: upload.filename,
      mimetype: upload.mimetype,
      documentType: upload.documentType,
      propertyId: upload.propertyId,
      guestId: upload.guestId,
      filesize,
      received,
      percent: percentOf(received, filesize),
      nextSeq: isOpen ? chunks + 1 : null,
      documentId: upload.liveDocumentId,
      expiresAt: upload.expiresAt,
    };
  }
}

/** Why this person may not upload for this property; undefined where they may. */
export function accessRefusal(principal: Principal, propertyId: number): UploadRefused | undefined {
  if (!principal.services.has("guest")) return { error: "service_forbidden", detail: "guest" };
  if (coversProperty(principal, propertyId)) return undefined;
  return { error: "property_forbidden", detail: `property ${propertyId}` };
}

/** Of any step that writes to the bucket. */
export const STORAGE_FULL: UploadRefused = { error: "storage_full", detail: "the bucket is full" };

/** Errors that end the upload itself, not only the connection. */
const FATAL: ReadonlySet<UploadErrorCode> = new Set(["size_mismatch", "type_mismatch", "checksum_mismatch"]);

export function endsUpload({ error }: UploadRefused): boolean {
  return FATAL.has(error);
}

const ENDED = {
  cancelled: "upload_cancelled",
  refused: "upload_refused",
  expired: "upload_expired",
  gone: "upload_not_found",
} as const;

function refusalOf(state: keyof typeof ENDED, id: string): UploadRefused {
  return { error: ENDED[state], detail: id };
}

function differing(upload: Upload, handshake: UploadHandshake): string | undefined {
  const same = ["filesize", "mimetype", "documentType", "propertyId", "guestId"] as const;
  const other = same.find((name) => upload[name] !== handshake[name]);
  if (other !== undefined) return other;
  if (cleanFilename(handshake.filename, handshake.mimetype) !== upload.filename) return "filename";
  const { sha256 } = handshake;
  return sha256 !== null && upload.sha256 !== null && sha256 !== upload.sha256 ? "sha256" : undefined;
}

function isSame(a: string, b: string): boolean {
  return timingSafeEqual(Uint8Array.fromHex(a), Uint8Array.fromHex(b));
}
