import type { JetStreamClient, JsMsg } from "@nats-io/jetstream";
import type { StreamState } from "@/lib/realtime/ports.ts";
import { EVENTS_SUBJECTS, organisationOf } from "@/lib/protocol/subjects.ts";
import { consumeFrom, type Consumption, hand } from "@/services/feeds/consume.ts";
import type { Reader, Reading, Source } from "@/services/feeds/source.ts";

/** One ordered consumer for all organisations, split by subject: for processes that host thousands of them. */
export class ProcessSource implements Source {
  readonly #js: JetStreamClient;
  readonly #ended: () => void;
  readonly #readers = new Map<number, Reader>();
  #consumption: Promise<Consumption> | undefined;
  /** Everything of every organisation up to here has been handed to its reader. */
  #head = 0;
  #epoch = "";
  #generation = 0;

  /** `ended`: reading has ended by itself. */
  constructor(js: JetStreamClient, ended: () => void = () => {}) {
    this.#js = js;
    this.#ended = ended;
  }

  start(state: StreamState) {
    if (this.#consumption === undefined) {
      // Where a restart failed there are readers who must miss nothing: reading goes on from where they stand.
      if (this.#readers.size === 0) {
        this.#head = state.last;
        this.#epoch = state.epoch;
      }
      this.#consume();
    }
    return { epoch: this.#epoch, last: this.#head };
  }

  async open(orgId: number, reader: Reader): Promise<Reading> {
    this.#readers.set(orgId, reader);
    const close = () => {
      if (this.#readers.get(orgId) === reader) this.#readers.delete(orgId);
      return Promise.resolve();
    };
    try {
      await this.#consumption;
    } catch (error) {
      await close();
      throw error;
    }
    return { reached: () => Promise.resolve(Math.max(this.#head, reader.head)), close };
  }

  pause(): void {
    this.#stop();
  }

  async restart(
    state: StreamState,
    _starts: ReadonlyMap<number, number>,
  ): Promise<void> {
    if (this.#consumption === undefined && this.#readers.size === 0) return;
    const same = state.epoch === this.#epoch && this.#head + 1 >= state.first &&
      this.#head <= state.last;
    this.#stop();
    if (!same) this.#head = state.last;
    this.#epoch = state.epoch;
    await this.#consume();
  }

  close(): Promise<void> {
    this.#stop();
    return Promise.resolve();
  }

  /** One that is still being made is stopped when it is there. */
  #stop(): void {
    this.#generation++;
    this.#consumption?.then((consumption) => consumption.stop(), () => {});
    this.#consumption = undefined;
  }

  #consume(): Promise<Consumption> {
    const generation = this.#generation;
    const current = () => generation === this.#generation;
    const take = (message: JsMsg) => {
      if (!current()) return;
      this.#head = message.seq;
      // Only what somebody here reads is decoded.
      const reader = this.#readers.get(organisationOf(message.subject) ?? 0);
      if (reader !== undefined) hand(message, reader);
    };
    const ended = () => current() && this.#ended();
    const consumption = consumeFrom(this.#js, EVENTS_SUBJECTS, this.#head + 1, {
      take,
      ended,
      silent: ended,
    });
    this.#consumption = consumption;
    consumption.catch(() => {
      if (this.#consumption === consumption) this.#consumption = undefined;
    });
    return consumption;
  }
}
