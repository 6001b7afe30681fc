import type { JetStreamClient } from "@nats-io/jetstream";
import type { StreamState } from "@/lib/realtime/ports.ts";
import { EVENTS_SUBJECTS, organisationOf } from "@/lib/protocol/subjects.ts";
import { consumeFrom, type Consumption } from "@/services/feeds/consume.ts";
import type { Reader, Reading, Source } from "@/services/feeds/source.ts";

/** One ordered consumer for all organisations, split by subject: for processes that host thousands of them. */
export class ProcessSource implements Source {
  readonly #js: JetStreamClient;
  readonly #readers = new Map<number, Reader>();
  #consumption: Promise<Consumption> | undefined;
  /** Everything of every organisation up to here has been handed to its reader. */
  #head = 0;
  #epoch = "";
  #generation = 0;

  constructor(js: JetStreamClient) {
    this.#js = js;
  }

  start(state: StreamState) {
    if (this.#consumption === undefined) {
      this.#head = state.last;
      this.#epoch = state.epoch;
      this.#consume();
    }
    return { epoch: this.#epoch, last: this.#head };
  }

  async open(orgId: number, reader: Reader): Promise<Reading> {
    this.#readers.set(orgId, reader);
    await this.#consumption;
    return {
      reached: () => Promise.resolve(Math.max(this.#head, reader.head)),
      close: () => {
        if (this.#readers.get(orgId) === reader) this.#readers.delete(orgId);
        return Promise.resolve();
      },
    };
  }

  async restart(
    state: StreamState,
    _starts: ReadonlyMap<number, number>,
  ): Promise<void> {
    if (this.#consumption === undefined) return;
    const same = state.epoch === this.#epoch && this.#head + 1 >= state.first &&
      this.#head <= state.last;
    await this.close();
    if (!same) this.#head = state.last;
    this.#epoch = state.epoch;
    await this.#consume();
  }

  async close(): Promise<void> {
    this.#generation++;
    const consumption = this.#consumption;
    this.#consumption = undefined;
    await (await consumption?.catch(() => undefined))?.stop();
  }

  #consume(): Promise<Consumption> {
    const generation = this.#generation;
    const consumption = consumeFrom(
      this.#js,
      EVENTS_SUBJECTS,
      this.#head + 1,
      (event, at, subject) => {
        if (generation !== this.#generation) return;
        this.#head = at;
        if ("invalid" in event) {
          this.#readers.get(organisationOf(subject) ?? 0)
            ?.advance(at);
        } else this.#readers.get(event.orgId)?.event(event);
      },
    );
    this.#consumption = consumption;
    consumption.catch(() => {
      if (this.#consumption === consumption) this.#consumption = undefined;
    });
    return consumption;
  }
}
