// The SQL of uploads: a row when one begins and when it ends.
import type { DocumentType, MediaType } from "@/lib/upload/document_types.ts";
import type { UploadRefused } from "@/lib/upload/errors.ts";
import {
  OPEN_UPLOADS_PER_PROPERTY_MAX,
  OPEN_UPLOADS_PER_USER_MAX,
  PROPERTY_DAY_BYTES_MAX,
  UPLOAD_LIFE_MS,
} from "@/lib/upload/limits.ts";
import type { UploadState } from "@/lib/upload/server_frames.ts";
import type { Transaction } from "@/services/postgres/pool.ts";

/** An upload as the database has it. */
export interface Upload {
  readonly id: string;
  readonly orgId: number;
  readonly propertyId: number;
  readonly guestId: number | null;
  readonly documentType: DocumentType;
  readonly filename: string;
  readonly mimetype: MediaType;
  readonly filesize: number;
  readonly sha256: string | null;
  readonly state: UploadState["state"];
  readonly documentId: number | null;
  /** null where the document is gone. */
  readonly liveDocumentId: number | null;
  readonly createdBy: string;
  /** RFC 3339 */
  readonly expiresAt: string;
  /** Has its time run out, by the clock of the database? */
  readonly expired: boolean;
}

export type NewUpload =
  & Pick<
    Upload,
    | "id"
    | "orgId"
    | "propertyId"
    | "guestId"
    | "documentType"
    | "filename"
    | "mimetype"
    | "filesize"
    | "sha256"
  >
  & { readonly createdBy: string };

const GIB = 1024 ** 3;

function columns(tx: Transaction) {
  return tx`
    id, org_id as "orgId", property_id as "propertyId", guest_id as "guestId", document_type as "documentType",
    filename, mimetype, filesize, sha256, state, document_id as "documentId",
    live_document_id as "liveDocumentId", created_by as "createdBy", expires_at as "expiresAt",
    expires_at <= now() as expired`;
}

/** Begins an upload where the property and the guest exist and no quota is full. */
export async function insertUpload(tx: Transaction, upload: NewUpload): Promise<Upload | UploadRefused> {
  const { orgId, propertyId } = upload;
  // Two that begin at once must not both take the last place.
  await tx`select pg_advisory_xact_lock(hashtextextended(${`uploads/${orgId}/${propertyId}`}, 0))`;
  const refusal = await placeRefusal(tx, upload) ?? await quotaRefusal(tx, upload);
  if (refusal) return refusal;
  const row = {
    id: upload.id,
    org_id: orgId,
    property_id: propertyId,
    guest_id: upload.guestId,
    document_type: upload.documentType,
    filename: upload.filename,
    mimetype: upload.mimetype,
    filesize: upload.filesize,
    sha256: upload.sha256,
    created_by: upload.createdBy,
  };
  const names = Object.keys(row) as (keyof typeof row)[];
  const [made] = await tx<Upload[]>`
    insert into uploads (${tx(names)}, expires_at)
    select ${tx(names)}, now() + ${UPLOAD_LIFE_MS} * interval '1 millisecond'
    from jsonb_populate_record(null::uploads, ${tx.json(row)})
    returning ${columns(tx)}`;
  return made!;
}

/** Why nothing may be uploaded there; undefined where it may. */
export async function placeRefusal(
  tx: Transaction,
  { orgId, propertyId, guestId }: Pick<Upload, "orgId" | "propertyId" | "guestId">,
): Promise<UploadRefused | undefined> {
  const [found] = await tx<{ property: boolean; guest: boolean }[]>`
    select exists (select from properties where org_id = ${orgId} and id = ${propertyId}) as property,
      ${guestId}::bigint is null or exists (
        select from guests where org_id = ${orgId} and property_id = ${propertyId} and id = ${guestId}) as guest`;
  if (!found!.property) return { error: "property_forbidden", detail: `property ${propertyId}` };
  if (!found!.guest) return { error: "guest_not_found", detail: `guest ${guestId}` };
  return undefined;
}

async function quotaRefusal(
  tx: Transaction,
  { orgId, propertyId, createdBy, filesize }: NewUpload,
): Promise<UploadRefused | undefined> {
  const [open] = await tx<{ own: number; all: number; bytes: number }[]>`
    select
      (select count(*)::int from uploads
        where org_id = ${orgId} and created_by = ${createdBy} and state = 'receiving' and expires_at > now()) as own,
      (select count(*)::int from uploads
        where org_id = ${orgId} and property_id = ${propertyId} and state = 'receiving' and expires_at > now()) as all,
      (select coalesce(sum(filesize), 0)::bigint from uploads
        where org_id = ${orgId} and property_id = ${propertyId} and created_at > now() - interval '24 hours'
          and state in ('receiving', 'complete')) as bytes`;
  const { own, all, bytes } = open!;
  const detail = own >= OPEN_UPLOADS_PER_USER_MAX
    ? `${OPEN_UPLOADS_PER_USER_MAX} unfinished uploads of one person are the most`
    : all >= OPEN_UPLOADS_PER_PROPERTY_MAX
    ? `${OPEN_UPLOADS_PER_PROPERTY_MAX} unfinished uploads of one property are the most`
    : bytes + filesize > PROPERTY_DAY_BYTES_MAX
    ? `${PROPERTY_DAY_BYTES_MAX / GIB} GiB of one property in 24 hours are the most`
    : undefined;
  return detail === undefined ? undefined : { error: "quota_exceeded", detail };
}

export async function selectUpload(
  tx: Transaction,
  { orgId, id, lock = false }: { orgId: number; id: string; lock?: boolean },
): Promise<Upload | undefined> {
  const [row] = await tx<Upload[]>`
    select ${columns(tx)} from uploads where org_id = ${orgId} and id = ${id} ${
    lock ? tx`for update` : tx``
  }`;
  return row;
}

/** Ends an unfinished upload; one that has ended stays as it is. Answers how it has ended. */
export async function endUpload(
  tx: Transaction,
  { orgId, id, state }: { orgId: number; id: string; state: "cancelled" | "refused" | "expired" },
): Promise<Upload["state"]> {
  const { count } = await tx`
    update uploads set state = ${state}, ended_at = now()
    where org_id = ${orgId} and id = ${id} and state = 'receiving'`;
  return count > 0 ? state : (await selectUpload(tx, { orgId, id }))?.state ?? state;
}
