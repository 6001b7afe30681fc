import { CATCH_UP_MESSAGES_MAX } from "@/lib/chat/limits.ts";
import type { Since } from "@/lib/chat/client_frames.ts";
import type { ChatMessage } from "@/lib/chat/message.ts";
import { latest, RecentMessages } from "@/lib/chat/recent_messages.ts";
import { type Passed, RevOrder } from "@/lib/chat/rev_order.ts";
import type { Clock } from "@/lib/realtime/ports.ts";
import type { ChatRecord, OpenedRoom } from "@/services/chat/ports.ts";

/** What is missing may be on its way: it is waited for so long before the record is read. */
export const GAP_MS = 30;
/** Changes read from the record at once, to find what is missing. */
export const HEAL_CHANGES = 50;
const HEAL_RETRY_MS = 1_000;
/** Text told to a client that comes back; where more has changed it gets the last messages. */
export const CATCH_UP_CHARS_MAX = 256 * 1024;

/** A place to go on from that a client names, with what the record had after it when that was read. */
export interface CaughtUp {
  readonly read: readonly ChatMessage[];
  /** Everything up to this revision is in `read`; null: nothing was read, since all of it is in memory. */
  readonly readUpToRev: number | null;
}

export interface RoomLogOptions {
  readonly record: ChatRecord;
  readonly clock: Clock;
  readonly orgId: number;
  readonly opened: OpenedRoom;
  /** Called for each change, in order of its revision. `isNew`: a message that was not there before. */
  readonly passed: (passed: Passed<ChatMessage>, isNew: boolean) => void;
  readonly failed: (error: unknown) => void;
}

/** What is said in one room, in order; what is missing is read from the record. */
export class RoomLog {
  readonly #options: RoomLogOptions;
  readonly #order: RevOrder<ChatMessage>;
  readonly recent: RecentMessages;
  #cancelGap: (() => void) | undefined;
  #healing: Promise<void> | undefined;
  #healAgain = false;
  #closed = false;

  constructor(options: RoomLogOptions) {
    this.#options = options;
    this.#order = new RevOrder(options.opened.lastRev);
    this.recent = new RecentMessages(options.opened);
  }

  get lastRev(): number {
    return this.#order.last;
  }

  /** Takes a change that is committed, wherever it was heard of. */
  take(message: ChatMessage): void {
    this.#pass(this.#order.take(message));
    if (!this.#order.isBehind || this.#closed) return;
    this.#cancelGap ??= this.#options.clock.after(GAP_MS, () => {
      this.#cancelGap = undefined;
      if (this.#order.isBehind) void this.heal();
    });
  }

  /** The record has come to this revision. */
  seen(rev: number): void {
    if (rev > this.lastRev) void this.heal();
  }

  /** Reads what came after the last one that passed. Settles when all that is committed by now has passed, or failed to. */
  heal(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    if (this.#healing === undefined) {
      return this.#healing = this.#heal().finally(() => this.#healing = undefined);
    }
    // What is being read may be older than what is asked for.
    this.#healAgain = true;
    return this.#healing;
  }

  /** Reads what somebody misses who goes on from `since`, where memory does not have it. Rejects where it cannot be read. */
  async catchUp({ afterRev, afterSeq }: Since): Promise<CaughtUp> {
    const { record, orgId, opened: { roomId } } = this.#options;
    // A client that was told by a faster instance.
    if (afterRev !== null && afterRev > this.lastRev) await this.heal();
    const readUpToRev = this.lastRev;
    const max = CATCH_UP_MESSAGES_MAX + 1;
    if (afterRev !== null && afterRev <= readUpToRev && this.recent.since(afterRev) === undefined) {
      return { read: await record.changesAfter(orgId, roomId, afterRev, max), readUpToRev };
    }
    if (afterRev === null && afterSeq !== null && this.recent.after(afterSeq) === undefined) {
      return { read: await record.messagesAfter(orgId, roomId, afterSeq, max), readUpToRev };
    }
    return { read: [], readUpToRev: null };
  }

  /** What such a client is told now; undefined: the last messages, since it would be too much, or what it has is not ours. */
  missed({ afterRev, afterSeq }: Since, { read, readUpToRev }: CaughtUp): readonly ChatMessage[] | undefined {
    if (afterRev !== null && afterRev > this.lastRev) return undefined;
    const since = readUpToRev !== null
      ? this.recent.since(readUpToRev)
      : afterRev !== null
      ? this.recent.since(afterRev)
      : this.recent.after(afterSeq!);
    if (since === undefined) return undefined;
    const after = afterRev === null ? afterSeq! : 0;
    // What is read ahead of its turn will pass.
    const missed = latest(read, since).filter(({ seq }) => seq > after && seq <= this.recent.lastSeq);
    const chars = missed.reduce((sum, { text }) => sum + text.length, 0);
    return missed.length > CATCH_UP_MESSAGES_MAX || chars > CATCH_UP_CHARS_MAX ? undefined : missed;
  }

  close(): void {
    this.#closed = true;
    this.#cancelGap?.();
  }

  async #heal(): Promise<void> {
    const { record, clock, orgId, opened: { roomId }, failed } = this.#options;
    try {
      for (;;) {
        this.#healAgain = false;
        const changes = await record.changesAfter(orgId, roomId, this.lastRev, HEAL_CHANGES);
        if (this.#closed) return;
        this.#pass(this.#order.fill(changes));
        if (changes.length < HEAL_CHANGES && !this.#healAgain) return;
      }
    } catch (error) {
      failed(error);
      if (!this.#closed) {
        this.#cancelGap ??= clock.after(HEAL_RETRY_MS, () => {
          this.#cancelGap = undefined;
          void this.heal();
        });
      }
    }
  }

  #pass(passed: readonly Passed<ChatMessage>[]): void {
    for (const one of passed) this.#options.passed(one, this.recent.apply(one.item));
  }
}
