import type { JetStreamClient, JsMsg } from "@nats-io/jetstream";
import type { StreamState } from "@/lib/realtime/ports.ts";
import { organisationFilter } from "@/lib/protocol/subjects.ts";
import { Slots } from "@/lib/realtime/slots.ts";
import { consumeFrom, type Consumption, hand } from "@/services/feeds/consume.ts";
import { EVENTS } from "@/services/nats/streams.ts";
import type { Reader, Reading, Source } from "@/services/feeds/source.ts";

/** Consumers made at the same time after an interruption. */
const RESTARTS_AT_ONCE = 32;
/** After a try to read an organisation by another consumer. */
const AGAIN_MS = 500;

/** One ordered consumer per organisation: the server filters, a process reads only what its people may see. */
export class OrgSource implements Source {
  readonly #js: JetStreamClient;
  readonly #ended: () => void;
  readonly #readings = new Map<number, OrgReading>();
  /** A server that goes down takes many consumers with it. */
  readonly #turns = new Slots(RESTARTS_AT_ONCE);
  /** A restart that was overtaken by another one goes no further: its sequences may be of a stream that is gone. */
  #restarts = 0;

  /** `ended`: a reading has ended by itself. */
  constructor(js: JetStreamClient, ended: () => void = () => {}) {
    this.#js = js;
    this.#ended = ended;
  }

  start(state: StreamState) {
    return state;
  }

  async open(orgId: number, reader: Reader): Promise<Reading> {
    const closed = () => {
      if (this.#readings.get(orgId) === reading) this.#readings.delete(orgId);
    };
    const reading = new OrgReading(this.#js, orgId, reader, {
      ended: this.#ended,
      closed,
      turns: this.#turns,
    });
    this.#readings.set(orgId, reading);
    try {
      await reading.readFrom(reader.head + 1);
    } catch (error) {
      await reading.close();
      throw error;
    }
    return reading;
  }

  pause(): void {
    for (const reading of this.#readings.values()) reading.pause();
  }

  async restart(
    _state: StreamState,
    starts: ReadonlyMap<number, number>,
  ): Promise<void> {
    const restart = ++this.#restarts;
    const due = [...starts];
    while (due.length > 0 && restart === this.#restarts) {
      const some = due.splice(0, RESTARTS_AT_ONCE);
      await Promise.all(
        some.map(([orgId, seq]) => this.#readings.get(orgId)?.readFrom(seq)),
      );
    }
  }

  async close(): Promise<void> {
    await Promise.all(
      [...this.#readings.values()].map((reading) => reading.close()),
    );
  }
}

class OrgReading implements Reading {
  readonly #js: JetStreamClient;
  readonly #orgId: number;
  readonly #reader: Reader;
  readonly #ended: () => void;
  readonly #closed: () => void;
  readonly #turns: Slots;
  #consumption: Consumption | undefined;
  /** Messages of a consumption that was replaced are not taken any more. */
  #generation = 0;

  constructor(
    js: JetStreamClient,
    orgId: number,
    reader: Reader,
    { ended, closed, turns }: { ended: () => void; closed: () => void; turns: Slots },
  ) {
    this.#js = js;
    this.#orgId = orgId;
    this.#reader = reader;
    this.#ended = ended;
    this.#closed = closed;
    this.#turns = turns;
  }

  /** Rejects where it cannot be read; settles without a word where another call has taken over meanwhile. */
  async readFrom(seq: number): Promise<void> {
    const generation = this.#stop();
    const current = () => generation === this.#generation;
    try {
      const filter = organisationFilter(this.#orgId);
      const take = (message: JsMsg) => {
        if (current()) hand(message, this.#reader);
      };
      const ended = () => current() && this.#ended();
      const silent = () => current() && void this.#turns.run(() => this.#again(generation));
      const consumption = await consumeFrom(this.#js, filter, seq, { take, ended, silent });
      if (current()) this.#consumption = consumption;
      else consumption.stop();
    } catch (error) {
      if (current()) throw error;
    }
  }

  async reached(state: StreamState): Promise<number> {
    // The stream is asked, not the consumer: that one learns of a message a moment after it was stored. What is newest
    // now, after `state` was read, has arrived: so there is nothing else up to there.
    const jsm = await this.#js.jetstreamManager(false);
    const newest = await jsm.streams.getMessage(EVENTS, { last_by_subj: organisationFilter(this.#orgId) });
    return newest === null || newest.seq <= this.#reader.head ? state.last : this.#reader.head;
  }

  /** Goes on by another consumer, and tries until it does or another call has taken over. */
  async #again(generation: number): Promise<void> {
    for (let own = generation; own === this.#generation;) {
      const reading = this.readFrom(this.#reader.head + 1);
      own = this.#generation;
      try {
        return await reading;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
  }

  pause(): void {
    this.#stop();
  }

  close(): Promise<void> {
    this.#closed();
    this.#stop();
    return Promise.resolve();
  }

  /** Answers the generation of what is read next. */
  #stop(): number {
    this.#consumption?.stop();
    this.#consumption = undefined;
    return ++this.#generation;
  }
}
