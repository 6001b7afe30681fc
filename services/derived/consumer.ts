import {
  AckPolicy,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from "@nats-io/jetstream";
import type { Service } from "@/lib/protocol/services.ts";
import { parseEventSubject } from "@/lib/protocol/subjects.ts";
import type { Mark, Outcome } from "@/services/derived/pacer.ts";
import type { Place } from "@/services/derived/place.ts";
import { isHistory } from "@/services/nats/history.ts";
import { EVENTS } from "@/services/nats/streams.ts";

const NANOS_PER_MS = 1_000_000;
/** A message whose instance died is taken by another after this time; longer than a computing waits for its turn. */
const ACK_WAIT_MS = 15_000;
/** Messages that wait to be covered, in the fleet; what comes beyond stays in the stream. */
const ACK_PENDING_MAX = 20_000;
const IDLE_HEARTBEAT_MS = 2_000;
/** Bytes of the messages that one instance holds meanwhile; what comes beyond is sent again later. */
const HELD_BYTES_MAX = 32 * 1024 ** 2;
const HELD_RETRY_MS = 1_000;

/** What is read, and what a message of it asks for. */
export interface DerivedSource {
  /** Name of its consumer, one for the fleet. */
  readonly durable: string;
  readonly filters: readonly string[];
  /** Messages of one organisation that an instance holds; what comes beyond is left to the refresh. */
  readonly heldOrgMax: number;
  /** undefined: nothing, and it is acknowledged at once. */
  readonly read: (place: Place, service: Service, payload: Uint8Array) => Wanted | undefined;
}

export interface Wanted {
  /** How often `settled` will be called. */
  readonly settlements: number;
  readonly mark: (settled: Mark["settled"]) => void;
}

interface Held {
  /** The latest delivery of it. */
  message: JsMsg;
  readonly orgId: number;
  readonly bytes: number;
  /** Settlements it still waits for. */
  left: number;
}

/**
 * One durable consumer for the fleet: each event that a source reads marks something in one instance, and is acknowledged
 * once what covers it is committed. What an instance held when it died is told again.
 */
export class DerivedConsumer {
  readonly #js: JetStreamClient;
  readonly #jsm: JetStreamManager;
  readonly #source: DerivedSource;
  /** By stream sequence. */
  readonly #held = new Map<number, Held>();
  #heldBytes = 0;
  /** Messages held of each organisation that has any. */
  readonly #heldOf = new Map<number, number>();
  #epoch: string | undefined;
  #stop: (() => void) | undefined;
  /** A start that was overtaken by another one, or by the end, consumes nothing. */
  #starts = 0;

  constructor(js: JetStreamClient, jsm: JetStreamManager, source: DerivedSource) {
    this.#js = js;
    this.#jsm = jsm;
    this.#source = source;
  }

  /** Messages that wait to be covered. */
  get held(): number {
    return this.#held.size;
  }

  /** Reads, in the stream of `epoch`. Answers whether events may have been missed. */
  async restart(epoch: string): Promise<boolean> {
    this.close();
    const start = this.#starts;
    const isOther = this.#epoch !== undefined && this.#epoch !== epoch;
    // Their positions are those of other messages now.
    if (isOther) this.#forget();
    this.#epoch = epoch;
    const made = await this.declare();
    const consumer = await this.#js.consumers.get(EVENTS, this.#source.durable);
    const messages = await consumer.consume({
      idle_heartbeat: IDLE_HEARTBEAT_MS,
      callback: (message) => this.#take(message),
    });
    if (start === this.#starts) this.#stop = () => messages.stop();
    else messages.stop();
    return made || isOther;
  }

  /** Makes the consumer where it is missing. Answers whether it was. */
  async declare(): Promise<boolean> {
    const missing = await this.#isMissing();
    await this.#jsm.consumers.add(EVENTS, {
      durable_name: this.#source.durable,
      filter_subjects: [...this.#source.filters],
      // What was written before is covered by a refresh of everything.
      deliver_policy: DeliverPolicy.New,
      ack_policy: AckPolicy.Explicit,
      ack_wait: ACK_WAIT_MS * NANOS_PER_MS,
      max_ack_pending: ACK_PENDING_MAX,
    });
    return missing;
  }

  /** Reads nothing more. What is held may still be settled. */
  close(): void {
    this.#starts++;
    this.#stop?.();
    this.#stop = undefined;
  }

  async #isMissing(): Promise<boolean> {
    try {
      await this.#jsm.consumers.info(EVENTS, this.#source.durable);
      return false;
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.ConsumerNotFound) {
        return true;
      }
      throw error;
    }
  }

  #take(message: JsMsg): void {
    const subject = parseEventSubject(message.subject);
    // What a rebuild put back is covered by the refresh that follows it.
    const isNews = subject !== undefined && !isHistory(message.headers);
    if (!isNews || subject.propertyId === null) return message.ack();
    const known = this.#held.get(message.seq);
    if (known !== undefined) {
      known.message = message;
      return;
    }
    const { orgId, propertyId, service } = subject;
    const wanted = this.#source.read({ orgId, propertyId }, service, message.data);
    if (wanted === undefined) return message.ack();
    // Else one organisation could hold up the messages of all others.
    if ((this.#heldOf.get(orgId) ?? 0) >= this.#source.heldOrgMax) return message.ack();
    const bytes = message.data.byteLength;
    if (this.#heldBytes + bytes > HELD_BYTES_MAX) return message.nak(HELD_RETRY_MS);
    wanted.mark(this.#hold({ message, orgId, bytes, left: wanted.settlements }));
  }

  /** Keeps a message until it was settled so many times. */
  #hold(held: Held): (outcome: Outcome) => void {
    const { seq } = held.message;
    this.#held.set(seq, held);
    this.#count(held, 1);
    return (outcome) => {
      held.left--;
      const isDone = outcome === "closed" || held.left === 0;
      if (!isDone || this.#held.get(seq) !== held) return;
      this.#held.delete(seq);
      this.#count(held, -1);
      // At once to another instance, which covers both again.
      if (outcome === "closed") held.message.nak();
      else held.message.ack();
    };
  }

  #count({ orgId, bytes }: Held, change: 1 | -1): void {
    this.#heldBytes += change * bytes;
    const count = (this.#heldOf.get(orgId) ?? 0) + change;
    if (count === 0) this.#heldOf.delete(orgId);
    else this.#heldOf.set(orgId, count);
  }

  #forget(): void {
    this.#held.clear();
    this.#heldOf.clear();
    this.#heldBytes = 0;
  }
}
