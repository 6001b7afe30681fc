import type { Principal } from "@/lib/auth/principal.ts";
import { type Answer, refuse } from "@/lib/resources/answer.ts";
import { DOCUMENT } from "@/services/documents/records.ts";
import type { Originals } from "@/services/documents/originals.ts";
import type { Previews } from "@/services/documents/previews.ts";
import type { Sql } from "@/services/postgres/pool.ts";
import { inTenant } from "@/services/postgres/tenant.ts";
import type { ResourceRecord } from "@/services/resources/record.ts";
import type { ResourceStore } from "@/services/resources/store.ts";

export interface DocumentsParts {
  readonly sql: Sql;
  readonly resources: ResourceStore;
  readonly originals: Originals;
  readonly previews: Previews;
  /** Is a file held back until it was scanned for viruses? */
  readonly scanRequired: boolean;
  /** Told after a document was removed: its files are to go. */
  readonly removed: () => void;
}

/** A value that a person put right. */
export interface Correction {
  readonly field: string;
  readonly before: string | null;
  readonly after: string;
  readonly correctedBy: string;
  /** RFC 3339 */
  readonly correctedAt: string;
}

export interface DocumentContent {
  readonly filename: string;
  readonly mimetype: string;
  readonly size: number;
  readonly bytes: AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** Documents and what belongs to them, for whoever may see the record; everything else is `not_found`. */
export class Documents {
  readonly #parts: DocumentsParts;

  constructor(parts: DocumentsParts) {
    this.#parts = parts;
  }

  /** The record with its corrections, the first one first, and the table where one was read. */
  async get(principal: Principal, id: number): Promise<Answer<{ record: ResourceRecord; document: object }>> {
    const { sql, resources } = this.#parts;
    const found = await resources.get(principal, DOCUMENT, id);
    if (!found.ok) return found;
    const { orgId } = principal;
    const [corrections, [table]] = await inTenant(sql, orgId, (tx) =>
      Promise.all([
        tx<Correction[]>`
          select field, before, after, corrected_by as "correctedBy", corrected_at as "correctedAt"
          from document_corrections where org_id = ${orgId} and document_id = ${id} order by id`,
        tx<{ body: object }[]>`
          select body from document_tables where org_id = ${orgId} and document_id = ${id}`,
      ]), { readOnly: true });
    const document = { ...found.record, corrections: [...corrections], ...(table && { table: table.body }) };
    return { ok: true, record: found.record, document };
  }

  /** The file as it came. `gone` where it is not kept. */
  async content(principal: Principal, id: number): Promise<Answer<{ content: DocumentContent }>> {
    const { sql, resources, originals, scanRequired } = this.#parts;
    const found = await resources.get(principal, DOCUMENT, id);
    if (!found.ok) return found;
    if (isHeldBack(found.record, scanRequired)) {
      return refuse({
        code: "not_ready",
        detail: `The file of document ${id} is not given out before it was read`,
      });
    }
    const { orgId } = principal;
    const [row] = await inTenant(sql, orgId, (tx) =>
      tx<{ upload_id: string | null }[]>`
        select upload_id from documents where org_id = ${orgId} and id = ${id}`, { readOnly: true });
    const uploadId = found.record.kept === "original" ? row?.upload_id ?? null : null;
    const info = uploadId === null ? undefined : await originals.info(uploadId);
    if (uploadId === null || info === undefined) {
      return refuse({ code: "gone", detail: `The file of document ${id} is not kept` });
    }
    const { filename, mimetype } = found.record as unknown as DocumentContent;
    const content = { filename, mimetype, size: info.size, bytes: originals.readOriginal(uploadId) };
    return { ok: true, content };
  }

  /** The picture of page `n`. */
  async preview(
    principal: Principal,
    id: number,
    n: number,
  ): Promise<Answer<{ bytes: Uint8Array<ArrayBuffer> }>> {
    const found = await this.#parts.resources.get(principal, DOCUMENT, id);
    if (!found.ok) return found;
    // An attempt that came to nothing may have left more.
    const isThere = n <= (found.record.previews as number);
    const bytes = isThere ? await this.#parts.previews.previewOf(principal.orgId, id, n) : undefined;
    if (bytes === undefined) {
      return refuse({ code: "not_found", detail: `There is no picture of page ${n} of document ${id}` });
    }
    return { ok: true, bytes };
  }

  /** Removes the record; the file and the pictures follow. */
  async remove(
    principal: Principal,
    id: number,
    ifMatch: string | undefined,
  ): Promise<Answer<{ id: number }>> {
    const removed = await this.#parts.resources.remove(principal, DOCUMENT, id, { ifMatch });
    if (removed.ok) this.#parts.removed();
    return removed;
  }
}

/**
 * A file that must be scanned first and was not, and an Aadhaar card: what is kept of it once it is read has no number
 * in it. One that is locked shows none.
 */
function isHeldBack({ status, problem, documentType, kept }: ResourceRecord, scanRequired: boolean): boolean {
  const isUnread = status === "uploaded" || status === "processing";
  if (scanRequired && (isUnread || problem === "scanner_down")) return true;
  return documentType === "aadhaar" && kept === "original" && problem !== "password_required";
}
