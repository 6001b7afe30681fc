import { JetStreamApiError, type JetStreamManager } from "@nats-io/jetstream";
import { parseEventSubject } from "@/lib/protocol/subjects.ts";
import type { Previews } from "@/services/documents/previews.ts";
import type { Erased } from "@/services/erasure/erase_guest.ts";
import type { ChunkStore } from "@/services/documents/chunk_store.ts";
import { isBeingRebuilt } from "@/services/nats/closing.ts";
import { DEAD, EVENTS, isNotFound } from "@/services/nats/streams.ts";
import type { Sql, Transaction } from "@/services/postgres/pool.ts";
import { inRelay } from "@/services/postgres/tenant.ts";

const NO_MESSAGE_FOUND = 10037;
/** Messages that are looked at together. */
const LOOK_MESSAGES = 256;
const LOOK_BYTES_MAX = 1024 * 1024;

export interface TracesParts {
  readonly sql: Sql;
  readonly jsm: JetStreamManager;
  readonly store: ChunkStore;
  readonly previews: Previews;
}

/**
 * Takes away what there is of a guest outside of the tables: files, pictures, events, what was kept of events that are
 * none. Safe to repeat. Answers false where something cannot be taken away yet, since it is still on its way.
 */
export async function eraseTraces(parts: TracesParts, erased: Erased): Promise<boolean> {
  const { store, previews } = parts;
  const { orgId, documentIds, uploadIds } = erased;
  for (const id of uploadIds) await store.erase(id);
  for (const id of documentIds) await previews.removePreviews(orgId, id);
  if (await hasUnpublished(parts.sql, erased)) return false;
  const concerns = (subject: string, data: Uint8Array) => tellsOf(erased, subject, data);
  await eraseMessages(parts.jsm, EVENTS, `evt.${orgId}.*.guest.*.*`, concerns);
  // What does not validate may say anything: of this organisation's guests none of it is kept.
  await eraseMessages(parts.jsm, DEAD, `dead.evt.${orgId}.>`, () => true);
  await forgetPublished(parts.sql, erased);
  // A rebuild that is under way may have read them before, and be about to put them back.
  return !isBeingRebuilt((await parts.jsm.streams.info(EVENTS)).config);
}

/** Does this event carry something of the guest, other than that it was deleted? */
export function tellsOf({ guestId, documentIds }: Erased, subject: string, payload: Uint8Array): boolean {
  const parsed = parseEventSubject(subject);
  if (parsed === undefined || parsed.action === "deleted") return false;
  try {
    const { data } = JSON.parse(new TextDecoder().decode(payload));
    return parsed.entity === "guest"
      ? data.id === guestId
      : data.guestId === guestId || documentIds.includes(data.id);
  } catch {
    // It is no event, is shown to nobody, and may say anything.
    return true;
  }
}

/** Overwrites those messages where they lie. A hole is no loss to anybody: the last event says that the record is gone. */
async function eraseMessages(
  jsm: JetStreamManager,
  stream: string,
  filter: string,
  concerns: (subject: string, payload: Uint8Array) => boolean,
): Promise<void> {
  for (let seq = 1;;) {
    const found = await look(jsm, stream, filter, seq);
    if (found.length === 0) return;
    seq = found.at(-1)!.seq + 1;
    for (const message of found) {
      if (!concerns(message.subject, message.data)) continue;
      try {
        await jsm.streams.deleteMessage(stream, message.seq, true);
      } catch (error) {
        const isGone = error instanceof JetStreamApiError && error.code === NO_MESSAGE_FOUND;
        if (!isGone) throw error;
      }
    }
  }
}

interface Found {
  readonly seq: number;
  readonly subject: string;
  readonly data: Uint8Array;
}

/** The next messages, from the leader, one after the other: a replica may be behind. */
async function look(jsm: JetStreamManager, stream: string, filter: string, from: number): Promise<Found[]> {
  const found: Found[] = [];
  let bytes = 0;
  for (let seq = from; found.length < LOOK_MESSAGES && bytes < LOOK_BYTES_MAX;) {
    // The server knows this request, the library's types do not yet.
    const request = { seq, next_by_subj: filter } as { seq: number };
    const message = await jsm.streams.getMessage(stream, request).catch((error) => {
      if (isNotFound(error)) return null;
      throw error;
    });
    if (message === null) break;
    found.push(message);
    bytes += message.data.byteLength;
    seq = message.seq + 1;
  }
  return found;
}

/** Rows of the outbox that carry something of the guest. */
function concerned(tx: Transaction, { orgId, guestId, documentIds }: Erased) {
  return tx`
    org_id = ${orgId} and subject like ${`evt.${orgId}.%.guest.%`} and subject not like '%.deleted'
    and (payload::jsonb #>> '{data,guestId}' = ${String(guestId)}
      or payload::jsonb #>> '{data,id}' = any(case split_part(subject, '.', 5)
        when 'guest' then array[${String(guestId)}]
        when 'document' then ${documentIds.map(String)}::text[] end))`;
}

async function hasUnpublished(sql: Sql, erased: Erased): Promise<boolean> {
  const [row] = await inRelay(sql, (tx) =>
    tx<{ waits: boolean }[]>`
      select exists (select from outbox where seq is null and ${concerned(tx, erased)}) as waits`);
  return row?.waits ?? false;
}

async function forgetPublished(sql: Sql, erased: Erased): Promise<void> {
  await inRelay(sql, (tx) => tx`delete from outbox where seq is not null and ${concerned(tx, erased)}`);
}
