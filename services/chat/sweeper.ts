import { deleteFirst, deleteTopic, selectAbandoned, selectExpired } from "@/services/chat/retention_rows.ts";
import type { Sql, Transaction } from "@/services/postgres/pool.ts";
import { inRelay, inTenant } from "@/services/postgres/tenant.ts";

/** What was said too long ago goes within this time. */
export const CHAT_SWEEP_MS = 3_600_000;
/** Instances that began together do not sweep together: the time varies by so much of itself. */
const JITTER = 0.2;
/** Messages that go in one transaction: it holds the room's lock for as long as that takes. */
export const CHAT_SWEEP_MESSAGES = 500;
/** Rooms of one organisation that one look finds. */
const SWEEP_ROOMS = 100;

export interface ChatSweeperParts {
  readonly sql: Sql;
  /** 0 to 1. */
  readonly random: () => number;
  readonly failed: (error: unknown) => void;
}

/** Takes away what organisations keep no longer, and what was said in topics that were taken away. */
export class ChatSweeper {
  readonly #parts: ChatSweeperParts;
  readonly #closing = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sweeping: Promise<void> | undefined;

  constructor(parts: ChatSweeperParts) {
    this.#parts = parts;
    this.#schedule();
  }

  /** One pass. Never rejects; callers share one. */
  sweep(): Promise<void> {
    return this.#sweeping ??= this.#sweepAll().catch(this.#parts.failed).finally(() =>
      this.#sweeping = undefined
    );
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#timer);
    await this.#sweeping;
  }

  #schedule(): void {
    const wait = CHAT_SWEEP_MS * (1 - JITTER * this.#parts.random());
    this.#timer = setTimeout(async () => {
      await this.sweep();
      if (!this.#closing.signal.aborted) this.#schedule();
    }, wait);
  }

  async #sweepAll(): Promise<void> {
    const organisations = await inRelay(this.#parts.sql, (tx) =>
      tx<{ id: number; days: number | null }[]>`
        select id, chat_retention_days as days from organisations order by id`);
    for (const { id, days } of organisations) {
      if (this.#closing.signal.aborted) return;
      // One organisation that fails does not keep the others waiting.
      await this.#sweepOne(id, days).catch(this.#parts.failed);
    }
  }

  async #sweepOne(orgId: number, days: number | null): Promise<void> {
    await this.#each(orgId, null, (tx, after) => selectAbandoned(tx, orgId, { after, limit: SWEEP_ROOMS }));
    if (days === null) return;
    await this.#each(
      orgId,
      days,
      (tx, after) => selectExpired(tx, orgId, { days, after, limit: SWEEP_ROOMS }),
    );
  }

  async #each(
    orgId: number,
    days: number | null,
    look: (tx: Transaction, after: string) => PromiseLike<readonly { roomId: string }[]>,
  ): Promise<void> {
    let after = "";
    for (;;) {
      const rooms = await inTenant(this.#parts.sql, orgId, async (tx) => await look(tx, after), {
        readOnly: true,
      });
      for (const { roomId } of rooms) {
        while (await this.#step(orgId, roomId, days) === CHAT_SWEEP_MESSAGES);
        if (this.#closing.signal.aborted) return;
      }
      if (rooms.length < SWEEP_ROOMS) return;
      after = rooms.at(-1)!.roomId;
    }
  }

  /** Answers how many messages went. Of two instances at once the second waits for the room, and finds less. */
  async #step(orgId: number, roomId: string, days: number | null): Promise<number> {
    if (this.#closing.signal.aborted) return 0;
    return await inTenant(this.#parts.sql, orgId, async (tx) => {
      const gone = await deleteFirst(tx, orgId, { roomId, days, limit: CHAT_SWEEP_MESSAGES });
      if (days === null && gone < CHAT_SWEEP_MESSAGES) await deleteTopic(tx, orgId, roomId);
      return gone;
    });
  }
}
