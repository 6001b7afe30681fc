import { uploadedSubject } from "@/lib/protocol/subjects.ts";
import type { UploadState } from "@/lib/upload/server_frames.ts";
import { DOCUMENT } from "@/services/documents/records.ts";
import { selectUpload, type Upload } from "@/services/documents/upload_rows.ts";
import type { OutboxRow } from "@/services/outbox/relay.ts";
import type { Sql, Transaction } from "@/services/postgres/pool.ts";
import { inTenant } from "@/services/postgres/tenant.ts";
import { eventOf, insertOutbox } from "@/services/resources/events.ts";
import { columnsOfNew, recordOf } from "@/services/resources/record.ts";
import { insertRow } from "@/services/resources/statements.ts";

export interface CompletionParts {
  readonly sql: Sql;
  /** Unix time in milliseconds. */
  readonly now: () => number;
  /** A new UUID. */
  readonly newId: () => string;
  /** Told after the commit. */
  readonly committed: (rows: readonly OutboxRow[]) => void;
  /** An upload has ended, with so many bytes that were kept. */
  readonly ended: (outcome: Upload["state"], bytes: number) => void;
}

/** What became of an upload that is whole. */
export type Completion =
  | {
    readonly state: "complete";
    readonly documentId: number;
    readonly size: number;
    readonly sha256: string;
    readonly status: string;
  }
  | { readonly state: Exclude<UploadState["state"], "complete" | "receiving"> | "gone" };

/**
 * Makes the document of an upload whose object is there: its record, the event that tells of it, and the job to read it,
 * in one transaction. Done already, it answers the same again, so that whoever finds it half done may do it.
 */
export async function completeUpload(
  parts: CompletionParts,
  { orgId, id, sha256 }: { orgId: number; id: string; sha256: string },
): Promise<Completion> {
  const { completion, told } = await inTenant(parts.sql, orgId, async (tx) => {
    const upload = await selectUpload(tx, { orgId, id, lock: true });
    if (upload === undefined) return { completion: { state: "gone" } as Completion, told: [] };
    if (upload.state !== "receiving") return { completion: await endedAs(tx, upload), told: [] };
    return await makeDocument(parts, tx, upload, sha256);
  });
  if (told.length > 0) parts.committed(told);
  if (told.length > 0 && completion.state === "complete") parts.ended("complete", completion.size);
  return completion;
}

/** What became of an upload that has ended. */
export async function endedAs(tx: Transaction, upload: Upload): Promise<Completion> {
  const { state, orgId, liveDocumentId, filesize, sha256 } = upload;
  if (state !== "complete" || sha256 === null) return { state: state as "cancelled" };
  const [document] = await tx<{ status: string }[]>`
    select status from documents where org_id = ${orgId} and id = ${liveDocumentId}`;
  if (document === undefined || liveDocumentId === null) return { state: "gone" };
  return { state, documentId: liveDocumentId, size: filesize, sha256, status: document.status };
}

async function makeDocument(
  { now, newId }: CompletionParts,
  tx: Transaction,
  upload: Upload,
  sha256: string,
): Promise<{ completion: Completion; told: OutboxRow[] }> {
  const { id, orgId, propertyId, createdBy, guestId, documentType, filename, mimetype, filesize } = upload;
  const at = new Date(now()).toISOString();
  const values = {
    guestId,
    documentType,
    filename,
    mimetype,
    filesize,
    sha256,
    status: "uploaded",
    stage: "queued",
  };
  const columns = { ...columnsOfNew(DOCUMENT, values, { at, currency: undefined }), upload_id: id };
  const record = recordOf(
    DOCUMENT,
    await insertRow(tx, DOCUMENT, orgId, { propertyId, columns, at, createdBy }),
  );
  const told = [
    eventOf(DOCUMENT, { orgId, userId: createdBy }, {
      action: "uploaded",
      propertyId,
      version: record.version,
      data: record,
    }, { id: newId(), at }),
    {
      id: newId(),
      subject: uploadedSubject(orgId, propertyId),
      payload: JSON.stringify({ documentId: record.id, uploadId: id }),
    },
  ];
  await Promise.all([
    insertOutbox(tx, orgId, told),
    tx`
      update uploads set state = 'complete', ended_at = now(), sha256 = ${sha256},
        document_id = ${record.id}, live_document_id = ${record.id}
      where org_id = ${orgId} and id = ${id}`,
  ]);
  return {
    completion: { state: "complete", documentId: record.id, size: filesize, sha256, status: "uploaded" },
    told,
  };
}
