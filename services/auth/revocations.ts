import type { NatsConnection, Subscription } from "@nats-io/transport-node";
import * as v from "valibot";
import type { Principal } from "@/lib/auth/principal.ts";
import { concerns, type Revocation, RevokedTokens } from "@/lib/auth/revoked.ts";
import type { Registry } from "@/lib/metrics/registry.ts";
import type { Sql } from "@/services/postgres/pool.ts";
import { inRelay, inTenant } from "@/services/postgres/tenant.ts";

/** Where instances tell each other. */
export const REVOKED_SUBJECT = "innstream.revoked";
/** The table is read this often, for what was told while this instance did not hear it. */
const READ_MS = 10_000;
/** What was committed meanwhile may carry an earlier time. */
const OVERLAP_MS = 60_000;
const FORGET_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Most that an organisation has by the wish of its admins. */
export const REVOCATIONS_MAX = 10_000;
/** No token may live longer: then what was revoked before that can be forgotten. */
export const TOKEN_DAYS_MAX = 366;
const KEPT_DAYS = TOKEN_DAYS_MAX + 1;

const Text = v.pipe(v.string(), v.minLength(1), v.maxLength(128));
const Whose = {
  orgId: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  at: v.pipe(v.number(), v.safeInteger()),
};
const Told = v.union([v.object({ ...Whose, tokenId: Text }), v.object({ ...Whose, userId: Text })]);

export interface RevocationsOptions {
  readonly sql: Sql;
  readonly nats: NatsConnection;
  readonly registry: Registry;
  /** Ends what these people have open here. */
  readonly revoked: (concerns: (principal: Principal) => boolean) => void;
  readonly now: () => number;
  readonly failed: (error: unknown) => void;
}

/**
 * What is revoked, as this instance knows it: PostgreSQL is the record, NATS tells it within a moment. While PostgreSQL is
 * away what is known holds, and nothing can be revoked; while NATS is away the table is read every READ_MS.
 */
export class Revocations {
  readonly #options: RevocationsOptions;
  readonly #known = new RevokedTokens();
  readonly #timers: ReturnType<typeof setInterval>[];
  readonly #subscription: Subscription;
  #readUpTo = 0;
  #reading: Promise<void> | undefined;

  private constructor(options: RevocationsOptions) {
    this.#options = options;
    const { nats, failed } = options;
    this.#subscription = nats.subscribe(REVOKED_SUBJECT, {
      callback: (error, message) => {
        try {
          if (error !== null) throw error;
          const told = v.safeParse(Told, message.json());
          if (told.success) this.#take(told.output);
        } catch (thrown) {
          failed(thrown);
        }
      },
    });
    this.#timers = [
      setInterval(() => void this.read().catch(failed), READ_MS),
      setInterval(() => void this.#forget().catch(failed), FORGET_MS),
    ];
  }

  /** Settles when all that is revoked is known. Rejects where it cannot be read. */
  static async start(options: RevocationsOptions): Promise<Revocations> {
    const revocations = new Revocations(options);
    await revocations.read();
    return revocations;
  }

  covers(principal: Principal): boolean {
    return this.#known.covers(principal);
  }

  /**
   * Revokes and tells everybody. Rejects where it cannot be kept: then nothing is revoked. "full": the organisation has
   * REVOCATIONS_MAX, and this is one that an admin asks for (`limited`): the ids in it are whatever they say.
   */
  async revoke(revocation: Revocation, by: string, { limited = false } = {}): Promise<"kept" | "full"> {
    const { sql, nats } = this.#options;
    const { orgId, at } = revocation;
    const subject = "tokenId" in revocation ? `token/${revocation.tokenId}` : `user/${revocation.userId}`;
    const isFull = await inTenant(sql, orgId, async (tx) => {
      if (limited) {
        const [row] = await tx<{ count: number }[]>`
          select count(*)::int as count from (
            select 1 from revocations where org_id = ${orgId} and subject <> ${subject}
            limit ${REVOCATIONS_MAX}) as others`;
        if (row!.count >= REVOCATIONS_MAX) return true;
      }
      await tx`
        insert into revocations (org_id, subject, revoked_at, revoked_by)
        values (${orgId}, ${subject}, ${new Date(at).toISOString()}, ${by})
        on conflict (org_id, subject) do update set revoked_at = excluded.revoked_at, revoked_by = excluded.revoked_by
        where revocations.revoked_at < excluded.revoked_at`;
      return false;
    });
    if (isFull) return "full";
    this.#take(revocation);
    nats.publish(REVOKED_SUBJECT, JSON.stringify(revocation));
    return "kept";
  }

  /** Reads what is new in the table; callers share one reading. */
  read(): Promise<void> {
    return this.#reading ??= this.#read().finally(() => this.#reading = undefined);
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#subscription.unsubscribe();
    await this.#reading?.catch(() => {});
  }

  async #read(): Promise<void> {
    const { sql, now } = this.#options;
    const began = now();
    const from = new Date(Math.max(0, this.#readUpTo - OVERLAP_MS)).toISOString();
    const rows = await inRelay(sql, (tx) =>
      tx<{ orgId: number; subject: string; at: string }[]>`
        select org_id as "orgId", subject, revoked_at as at from revocations where revoked_at >= ${from}`);
    for (const { orgId, subject, at } of rows) {
      const [kind, ...rest] = subject.split("/");
      const id = rest.join("/");
      const whose = { orgId, at: Date.parse(at) };
      this.#take(kind === "token" ? { ...whose, tokenId: id } : { ...whose, userId: id });
    }
    this.#readUpTo = began;
  }

  #take(revocation: Revocation): void {
    if (!this.#known.add(revocation)) return;
    this.#options.registry.count("innstream_revocations_total", {});
    this.#options.revoked((principal) => concerns(revocation, principal));
  }

  async #forget(): Promise<void> {
    const before = this.#options.now() - KEPT_DAYS * DAY_MS;
    await inRelay(this.#options.sql, (tx) =>
      tx`
        delete from revocations where revoked_at < ${new Date(before).toISOString()}`);
    this.#known.forget(before);
  }
}
