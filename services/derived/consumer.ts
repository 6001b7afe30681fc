import {
  AckPolicy,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from "@nats-io/jetstream";
import { isId, parseEventSubject } from "@/lib/protocol/subjects.ts";
import { namedDays, recordId } from "@/services/derived/named_days.ts";
import type { Mark, Outcome } from "@/services/derived/pacer.ts";
import type { Place } from "@/services/derived/place.ts";
import { EVENTS } from "@/services/nats/streams.ts";

const DURABLE = "derived";
/** What moves figures, and the reports that are asked for. */
const FILTERS = [
  "evt.*.*.finance.>",
  "evt.*.*.guest.guest.*",
  "evt.*.*.tasks.>",
  "evt.*.*.properties.>",
  "evt.*.*.reports.report.created",
];
const NANOS_PER_MS = 1_000_000;
/** A message whose instance died is taken by another after this time; longer than a computing waits for its turn. */
const ACK_WAIT_MS = 15_000;
/** Messages that wait to be covered, in the fleet; what comes beyond stays in the stream. */
const ACK_PENDING_MAX = 20_000;
const IDLE_HEARTBEAT_MS = 2_000;
/** Bytes of the messages that one instance holds meanwhile; what comes beyond is sent again later. */
const HELD_BYTES_MAX = 32 * 1024 ** 2;
const HELD_RETRY_MS = 1_000;

export interface DerivedMarks {
  /** Told twice: metrics and statistics. */
  readonly property: (place: Place, mark: Mark) => void;
  readonly report: (place: Place & { readonly id: number }, mark: Mark) => void;
}

interface Held {
  /** The latest delivery of it. */
  message: JsMsg;
  readonly bytes: number;
  /** Settlements it still waits for. */
  left: number;
}

/**
 * One durable consumer for the fleet: each event that moves figures marks its property in one instance, and is
 * acknowledged once what covers it is committed. What an instance held when it died is told again.
 */
export class DerivedConsumer {
  readonly #js: JetStreamClient;
  readonly #jsm: JetStreamManager;
  readonly #marks: DerivedMarks;
  /** By stream sequence. */
  readonly #held = new Map<number, Held>();
  #heldBytes = 0;
  #epoch: string | undefined;
  #stop: (() => void) | undefined;
  /** A start that was overtaken by another one, or by the end, consumes nothing. */
  #starts = 0;

  constructor(js: JetStreamClient, jsm: JetStreamManager, marks: DerivedMarks) {
    this.#js = js;
    this.#jsm = jsm;
    this.#marks = marks;
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
    const consumer = await this.#js.consumers.get(EVENTS, DURABLE);
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
      durable_name: DURABLE,
      filter_subjects: FILTERS,
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
      await this.#jsm.consumers.info(EVENTS, DURABLE);
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
    if (subject === undefined || subject.propertyId === null) return message.ack();
    const known = this.#held.get(message.seq);
    if (known !== undefined) {
      known.message = message;
      return;
    }
    const bytes = message.data.byteLength;
    if (this.#heldBytes + bytes > HELD_BYTES_MAX) return message.nak(HELD_RETRY_MS);
    const place = { orgId: subject.orgId, propertyId: subject.propertyId };
    if (subject.service === "reports") {
      const id = recordId(message.data);
      if (!isId(id)) return message.ack();
      return this.#marks.report({ ...place, id }, { settled: this.#hold(message, bytes, 1) });
    }
    // Tasks concern the days they are made and done on, which are computed anyway.
    const isDated = subject.service === "finance" || subject.service === "guest";
    this.#marks.property(place, {
      settled: this.#hold(message, bytes, 2),
      ...(isDated && { days: namedDays(message.data) }),
    });
  }

  /** Keeps a message until it was settled so many times. */
  #hold(message: JsMsg, bytes: number, left: number): (outcome: Outcome) => void {
    const { seq } = message;
    const held: Held = { message, bytes, left };
    this.#held.set(seq, held);
    this.#heldBytes += bytes;
    return (outcome) => {
      held.left--;
      const isDone = outcome === "closed" || held.left === 0;
      if (!isDone || this.#held.get(seq) !== held) return;
      this.#held.delete(seq);
      this.#heldBytes -= bytes;
      // At once to another instance, which covers both again.
      if (outcome === "closed") held.message.nak();
      else held.message.ack();
    };
  }

  #forget(): void {
    this.#held.clear();
    this.#heldBytes = 0;
  }
}
