import type { Principal } from "@/lib/auth/principal.ts";
import { ProblemError } from "@/lib/protocol/problems.ts";
import { writeRefusal } from "@/lib/resources/access.ts";
import { type Answer, refuse } from "@/lib/resources/answer.ts";
import { coversProperty } from "@/lib/auth/principal.ts";
import { DOCUMENT, GUEST } from "@/services/documents/records.ts";
import type { OutboxRow } from "@/services/outbox/relay.ts";
import type { Sql, Transaction } from "@/services/postgres/pool.ts";
import { inTenant } from "@/services/postgres/tenant.ts";
import { eventOf, insertOutbox } from "@/services/resources/events.ts";
import { demand, removalOf, writableRow } from "@/services/resources/visible.ts";
import type { Row } from "@/services/resources/record.ts";

/** An erasure as it is answered. */
export interface Erasure {
  readonly guestId: number;
  readonly propertyId: number;
  readonly documents: number;
  /** `pending`: files and events are still being taken away. */
  readonly state: "pending" | "done";
  /** RFC 3339 */
  readonly requestedAt: string;
  readonly doneAt: string | null;
}

/** What must be known to take away what is outside of PostgreSQL. */
export interface Erased {
  readonly orgId: number;
  readonly guestId: number;
  readonly documentIds: readonly number[];
  readonly uploadIds: readonly string[];
}

export interface EraseParts {
  readonly sql: Sql;
  readonly now: () => number;
  readonly newId: () => string;
  readonly committed: (rows: readonly OutboxRow[]) => void;
}

/**
 * Takes a guest out of PostgreSQL: record, documents with all that was read, uploads under way, answers kept for repeated
 * requests; and writes down what else there is, in one transaction. Asked again, it answers how far that has come.
 */
export async function eraseGuest(
  { sql, now, newId, committed }: EraseParts,
  principal: Principal,
  guestId: number,
): Promise<Answer<{ erasure: Erasure; erased: Erased }>> {
  const refusal = writeRefusal(principal, GUEST, "remove");
  if (refusal) return refuse(refusal);
  const { orgId } = principal;
  const rows: OutboxRow[] = [];
  try {
    const answer = await inTenant(sql, orgId, async (tx) => {
      const earlier = await selectErasure(tx, principal, guestId);
      if (earlier !== undefined) return earlier;
      const row = await writableRow(tx, principal, GUEST, { id: guestId, version: undefined });
      const at = new Date(now()).toISOString();
      const documents = await takeDocuments(tx, orgId, row);
      const uploadIds = await takeUploads(tx, orgId, row);
      await forgetAnswers(tx, orgId, row, documents);
      await tx`delete from guests where org_id = ${orgId} and id = ${guestId}`;
      const actor = { orgId, userId: principal.userId };
      for (const document of documents) {
        rows.push(eventOf(DOCUMENT, actor, removalOf(document), { id: newId(), at }));
      }
      rows.push(eventOf(GUEST, actor, removalOf(row), { id: newId(), at }));
      await insertOutbox(tx, orgId, rows);
      await tx`
        insert into erasures (org_id, guest_id, property_id, document_ids, upload_ids, requested_by)
        values (${orgId}, ${guestId}, ${row.property_id}, ${documents.map(({ id }) => id)}::bigint[],
          ${uploadIds}::uuid[], ${principal.userId})`;
      return (await selectErasure(tx, principal, guestId))!;
    });
    if (rows.length > 0) committed(rows);
    return { ok: true, ...answer };
  } catch (error) {
    if (error instanceof ProblemError) return refuse(error.problem);
    throw error;
  }
}

async function selectErasure(
  tx: Transaction,
  principal: Principal,
  guestId: number,
): Promise<{ erasure: Erasure; erased: Erased } | undefined> {
  const { orgId } = principal;
  const [row] = await tx<{
    propertyId: number;
    documentIds: number[];
    uploadIds: string[];
    requestedAt: string;
    doneAt: string | null;
  }[]>`
    select property_id as "propertyId", document_ids as "documentIds", upload_ids as "uploadIds",
      requested_at as "requestedAt", done_at as "doneAt"
    from erasures where org_id = ${orgId} and guest_id = ${guestId}`;
  if (row === undefined) return undefined;
  const { propertyId, documentIds, uploadIds, requestedAt, doneAt } = row;
  demand(coversProperty(principal, propertyId) ? undefined : { code: "not_found" });
  const state = doneAt === null ? "pending" : "done";
  return {
    erasure: { guestId, propertyId, documents: documentIds.length, state, requestedAt, doneAt },
    erased: { orgId, guestId, documentIds, uploadIds },
  };
}

/** Their tables, attempts and corrections go with them. */
async function takeDocuments(tx: Transaction, orgId: number, guest: Row): Promise<Row[]> {
  return await tx<Row[]>`
    delete from documents where org_id = ${orgId} and property_id = ${guest.property_id} and guest_id = ${guest.id}
    returning *`;
}

/**
 * Those that became one of the documents are found by it, and the sweeper forgets them once the bucket is empty. The
 * name of a file may be the guest's.
 */
async function takeUploads(tx: Transaction, orgId: number, guest: Row): Promise<string[]> {
  const uploads = await tx<{ id: string }[]>`
    update uploads set filename = 'erased', ended_at = coalesce(ended_at, now()),
      state = case state when 'receiving' then 'cancelled' else state end
    where org_id = ${orgId} and property_id = ${guest.property_id} and guest_id = ${guest.id}
    returning id`;
  return uploads.map(({ id }) => id);
}

/** Answers hold the record as it was: the guest's, and those of the documents. */
async function forgetAnswers(
  tx: Transaction,
  orgId: number,
  guest: Row,
  documents: readonly Row[],
): Promise<void> {
  await tx`
    delete from idempotency_keys where org_id = ${orgId} and case when body like '{%' then
      body::jsonb ->> 'guestId' = ${String(guest.id)}
      or body::jsonb ? 'arrivesOn' and body::jsonb ->> 'id' = ${String(guest.id)}
      or body::jsonb ? 'documentType' and body::jsonb ->> 'id' = any(${
    documents.map(({ id }) => String(id))
  }::text[])
    end`;
}
