import type { NatsConnection, Subscription } from "@nats-io/transport-node";
import * as v from "valibot";
import type { Principal } from "@/lib/auth/principal.ts";
import type { Answer } from "@/lib/resources/answer.ts";
import type { ErasedRecords } from "@/lib/realtime/erased.ts";
import { type Erased, eraseGuest, type EraseParts, type Erasure } from "@/services/erasure/erase_guest.ts";
import { eraseTraces, type TracesParts } from "@/services/erasure/traces.ts";
import { inRelay, inTenant } from "@/services/postgres/tenant.ts";

/** Where instances tell each other what they must forget. */
export const ERASED_SUBJECT = "innstream.erased";
const SWEEP_MS = 5_000;
/** Erasures that one pass looks at. */
const SWEEP_MAX = 20;
const DOCUMENTS_MAX = 10_000;

const Id = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const Told = v.object({
  orgId: Id,
  guestId: Id,
  documentIds: v.pipe(v.array(Id), v.maxLength(DOCUMENTS_MAX)),
});

export interface ErasuresParts extends EraseParts, TracesParts {
  readonly nats: NatsConnection;
  /** What is in memory of these records, this instance forgets. */
  readonly forget: (orgId: number, records: ErasedRecords) => void;
  readonly failed: (error: unknown) => void;
}

/** Erases guests: in the database at once, elsewhere as soon as that can be done, by whichever instance gets to it. */
export class Erasures {
  readonly #parts: ErasuresParts;
  readonly #subscription: Subscription;
  readonly #timer: ReturnType<typeof setInterval>;
  #sweeping: Promise<void> | undefined;

  constructor(parts: ErasuresParts) {
    this.#parts = parts;
    this.#subscription = parts.nats.subscribe(ERASED_SUBJECT, {
      callback: (error, message) => {
        try {
          if (error !== null) throw error;
          const told = v.safeParse(Told, message.json());
          if (told.success) parts.forget(told.output.orgId, told.output);
        } catch (thrown) {
          parts.failed(thrown);
        }
      },
    });
    this.#timer = setInterval(() => void this.sweep(), SWEEP_MS);
  }

  /** Erases a guest, or answers how far that has come. */
  async erase(principal: Principal, guestId: number): Promise<Answer<{ erasure: Erasure }>> {
    const answer = await eraseGuest(this.#parts, principal, guestId);
    if (!answer.ok || answer.erasure.state === "done") return answer;
    await this.#finish(answer.erased).catch(this.#parts.failed);
    const again = await eraseGuest(this.#parts, principal, guestId);
    return again.ok ? { ok: true, erasure: again.erasure } : again;
  }

  /** Goes on with those that are not done. Never rejects; callers share one pass. */
  sweep(): Promise<void> {
    return this.#sweeping ??= this.#sweep().catch(this.#parts.failed).finally(() =>
      this.#sweeping = undefined
    );
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#subscription.unsubscribe();
    await this.#sweeping;
  }

  async #sweep(): Promise<void> {
    const pending = await inRelay(this.#parts.sql, (tx) =>
      tx<Erased[]>`
        select org_id as "orgId", guest_id as "guestId", document_ids as "documentIds", upload_ids as "uploadIds"
        from erasures where done_at is null order by requested_at limit ${SWEEP_MAX}`);
    for (const erased of pending) await this.#finish(erased).catch(this.#parts.failed);
  }

  async #finish(erased: Erased): Promise<void> {
    const { sql, nats } = this.#parts;
    const { orgId, guestId, documentIds } = erased;
    // Before the stream: what is not in memory any more cannot be told again from there.
    nats.publish(ERASED_SUBJECT, JSON.stringify({ orgId, guestId, documentIds }));
    if (!await eraseTraces(this.#parts, erased)) return;
    await inTenant(sql, orgId, (tx) =>
      tx`
        update erasures set done_at = now() where org_id = ${orgId} and guest_id = ${guestId} and done_at is null`);
  }
}
