import {
  AckPolicy,
  DeliverPolicy,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from "@nats-io/jetstream";
import { headers } from "@nats-io/transport-node";
import type { Registry } from "@/lib/metrics/registry.ts";
import { deadSubject } from "@/lib/protocol/subjects.ts";
import { decodeMessage } from "@/services/feeds/consume.ts";
import { isHistory } from "@/services/nats/history.ts";
import { EVENTS } from "@/services/nats/streams.ts";

const DURABLE = "validator";
const NANOS_PER_MS = 1_000_000;
/** A message whose instance died is looked at again by another after this time. */
const ACK_WAIT_MS = 10_000;
const ACK_PENDING_MAX = 5_000;
const IDLE_HEARTBEAT_MS = 2_000;
/** Bytes of an invalid payload that are kept; the header `Innstream-Size` says how many there were. */
const KEPT_BYTES_MAX = 64 * 1024;

/**
 * Looks at every message of the events stream once per fleet, and keeps what does not validate on `dead.evt.>` with the
 * reason in the header `Innstream-Reason`, so that its publisher can find it.
 */
export class Validator {
  readonly #js: JetStreamClient;
  readonly #jsm: JetStreamManager;
  readonly #registry: Registry;
  readonly #failed: (error: unknown) => void;
  #invalid = 0;
  #stop: (() => void) | undefined;
  /** A start that was overtaken by another one, or by the end, consumes nothing. */
  #starts = 0;

  constructor(
    { js, jsm, registry, failed }: {
      js: JetStreamClient;
      jsm: JetStreamManager;
      registry: Registry;
      failed: (error: unknown) => void;
    },
  ) {
    this.#js = js;
    this.#jsm = jsm;
    this.#registry = registry;
    this.#failed = failed;
  }

  /** Invalid messages that this process has kept. */
  get invalid(): number {
    return this.#invalid;
  }

  /** Starts, or starts again after an interruption, in the stream of `epoch`. */
  async restart(epoch: string): Promise<void> {
    this.close();
    const start = this.#starts;
    await this.#jsm.consumers.add(EVENTS, {
      durable_name: DURABLE,
      deliver_policy: DeliverPolicy.All,
      ack_policy: AckPolicy.Explicit,
      ack_wait: ACK_WAIT_MS * NANOS_PER_MS,
      max_ack_pending: ACK_PENDING_MAX,
    });
    const consumer = await this.#js.consumers.get(EVENTS, DURABLE);
    const messages = await consumer.consume({
      idle_heartbeat: IDLE_HEARTBEAT_MS,
      callback: (message) => this.#take(message, epoch),
    });
    if (start === this.#starts) this.#stop = () => messages.stop();
    else messages.stop();
  }

  close(): void {
    this.#starts++;
    this.#stop?.();
    this.#stop = undefined;
  }

  #take(message: JsMsg, epoch: string): void {
    // It was looked at when it was new.
    if (isHistory(message.headers)) return message.ack();
    const event = decodeMessage(message);
    if (!("invalid" in event)) return message.ack();
    // Not acknowledged before it is kept: where keeping fails it is delivered again.
    this.#keep(message, epoch, event.invalid).then(() => message.ack(), this.#failed);
  }

  async #keep(message: JsMsg, epoch: string, reason: string): Promise<void> {
    const kept = headers();
    kept.set("Innstream-Reason", reason);
    kept.set("Innstream-Subject", message.subject);
    kept.set("Innstream-Size", String(message.data.byteLength));
    // Cut: with our headers a payload of the largest size would not be taken, and come back for ever.
    const payload = message.data.subarray(0, KEPT_BYTES_MAX);
    await this.#js.publish(deadSubject(message.subject, epoch, message.seq), payload, { headers: kept });
    this.#invalid++;
    // The reason up to the value that is in it.
    this.#registry.count("innstream_events_dropped_total", { reason: reason.split(" ")[0]! });
  }
}
