import type { ChatRefused } from "@/lib/chat/errors.ts";
import { type ChatRecord, type Kept, type Sending, SENDS_PER_BATCH } from "@/services/chat/ports.ts";
import { problemOfError } from "@/services/postgres/errors.ts";

/** Messages of one room that wait to be kept, those under way included. */
export const SENDS_WAITING_MAX = 1_000;
const RETRY_AFTER_MS = 1_000;

export interface SendsOptions {
  readonly record: ChatRecord;
  readonly orgId: number;
  readonly roomId: string;
  /** Called for each that is kept, in the order in which they were, before its sender hears of it. */
  readonly kept: (kept: Kept) => void;
  readonly failed: (error: unknown) => void;
}

interface Waiting {
  readonly sending: Sending;
  readonly resolve: (outcome: Kept | ChatRefused) => void;
}

/** What is said in one room, on its way into the record: while a transaction is under way, those that come gather for the next. */
export class Sends {
  readonly #options: SendsOptions;
  #waiting: Waiting[] = [];
  #underWay = 0;

  constructor(options: SendsOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#waiting.length + this.#underWay === 0;
  }

  /** Settles when it is committed, or will not be. Never rejects. */
  add(sending: Sending): Promise<Kept | ChatRefused> {
    if (this.#waiting.length + this.#underWay >= SENDS_WAITING_MAX) {
      const detail = `${SENDS_WAITING_MAX} wait in this room`;
      return Promise.resolve({ error: "too_many_messages", detail, retryAfterMs: RETRY_AFTER_MS });
    }
    return new Promise((resolve) => {
      this.#waiting.push({ sending, resolve });
      if (this.#underWay === 0) void this.#work();
    });
  }

  async #work(): Promise<void> {
    for (let batch; (batch = this.#waiting.splice(0, SENDS_PER_BATCH)).length > 0;) {
      this.#underWay = batch.length;
      await this.#keep(batch);
      this.#underWay = 0;
    }
  }

  async #keep(batch: readonly Waiting[]): Promise<void> {
    const { record, orgId, roomId, kept, failed } = this.#options;
    let outcomes: readonly (Kept | ChatRefused)[];
    try {
      outcomes = await record.send(orgId, roomId, batch.map(({ sending }) => sending));
    } catch (error) {
      // Where the database was there, one of them may be what it stumbled over: each on its own.
      if (batch.length > 1 && problemOfError(error) === undefined) {
        for (const one of batch) await this.#keep([one]);
        return;
      }
      failed(error);
      const refused: ChatRefused = { error: "not_kept", detail: "the database did not answer" };
      outcomes = batch.map(() => refused);
    }
    for (const [at, { resolve }] of batch.entries()) {
      const outcome = outcomes[at]!;
      if (!("error" in outcome)) {
        try {
          kept(outcome);
        } catch (error) {
          failed(error);
        }
      }
      resolve(outcome);
    }
  }
}
