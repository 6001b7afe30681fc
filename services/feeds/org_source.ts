import type { JetStreamClient } from "@nats-io/jetstream";
import type { StreamState } from "@/lib/realtime/ports.ts";
import { organisationFilter } from "@/lib/protocol/subjects.ts";
import { consumeFrom, type Consumption } from "@/services/feeds/consume.ts";
import type { Reader, Reading, Source } from "@/services/feeds/source.ts";

/** Consumers made at the same time after an interruption. */
const RESTARTS_AT_ONCE = 32;

/** One ordered consumer per organisation: the server filters, a process reads only what its people may see. */
export class OrgSource implements Source {
  readonly #js: JetStreamClient;
  readonly #readings = new Map<number, OrgReading>();

  constructor(js: JetStreamClient) {
    this.#js = js;
  }

  start(state: StreamState) {
    return state;
  }

  async open(orgId: number, reader: Reader): Promise<Reading> {
    const reading: OrgReading = new OrgReading(this.#js, orgId, reader, () => {
      if (this.#readings.get(orgId) === reading) this.#readings.delete(orgId);
    });
    this.#readings.set(orgId, reading);
    await reading.readFrom(reader.head + 1);
    return reading;
  }

  async restart(
    _state: StreamState,
    starts: ReadonlyMap<number, number>,
  ): Promise<void> {
    const due = [...starts];
    while (due.length > 0) {
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
  readonly #closed: () => void;
  #consumption: Consumption | undefined;
  /** Messages of a consumption that was replaced are not taken any more. */
  #generation = 0;

  constructor(
    js: JetStreamClient,
    orgId: number,
    reader: Reader,
    closed: () => void,
  ) {
    this.#js = js;
    this.#orgId = orgId;
    this.#reader = reader;
    this.#closed = closed;
  }

  async readFrom(seq: number): Promise<void> {
    await this.#stop();
    const generation = this.#generation;
    const consumption = await consumeFrom(
      this.#js,
      organisationFilter(this.#orgId),
      seq,
      (event, at) => {
        if (generation !== this.#generation) return;
        if ("invalid" in event) this.#reader.advance(at);
        else this.#reader.event(event);
      },
    );
    if (generation === this.#generation) this.#consumption = consumption;
    else await consumption.stop();
  }

  async reached(state: StreamState): Promise<number> {
    const info = await this.#consumption?.info();
    // `state` was read before: nothing is held back and everything handed out has arrived, so up to there is all.
    const complete = info !== undefined && info.pending === 0 &&
      info.delivered <= this.#reader.head;
    return complete ? state.last : this.#reader.head;
  }

  async close(): Promise<void> {
    this.#closed();
    await this.#stop();
  }

  async #stop(): Promise<void> {
    this.#generation++;
    const consumption = this.#consumption;
    this.#consumption = undefined;
    await consumption?.stop();
  }
}
