import type { Principal } from "@/lib/auth/principal.ts";
import { eventSubject } from "@/lib/protocol/subjects.ts";
import type { OutboxRow } from "@/services/outbox/relay.ts";
import type { Transaction } from "@/services/postgres/pool.ts";
import type { Resource } from "@/lib/resources/define.ts";

/** What happened to one record. */
export interface Happening {
  readonly action: string;
  readonly propertyId: number | null;
  /** Of the record after it; a removal counts as one more version. */
  readonly version: number;
  readonly data: object;
}

/**
 * Builds the event of a happening; its payload is the JSON text of `{id, at, version, actor, data}`. `id` is a new UUID
 * (also the `Nats-Msg-Id`), `at` an RFC 3339 time.
 */
export function eventOf(
  resource: Pick<Resource, "service" | "entity">,
  actor: Pick<Principal, "orgId" | "userId">,
  { action, propertyId, version, data }: Happening,
  { id, at }: { id: string; at: string },
): OutboxRow {
  const { service, entity } = resource;
  const subject = eventSubject({ orgId: actor.orgId, propertyId, service, entity, action });
  return { id, subject, payload: JSON.stringify({ id, at, version, actor: actor.userId, data }) };
}

/** Puts events into the outbox, in the transaction of what they tell about. */
export async function insertOutbox(
  tx: Transaction,
  orgId: number,
  rows: readonly OutboxRow[],
): Promise<void> {
  const values = rows.map(({ id, subject, payload }) => ({ id, org_id: orgId, subject, payload }));
  await tx`insert into outbox ${tx(values, "id", "org_id", "subject", "payload")}`;
}
