import { DeliverPolicy, type JetStreamClient, type JsMsg } from "@nats-io/jetstream";
import { decodeEvent, type InvalidEvent, type StoredEvent } from "@/lib/realtime/event.ts";
import type { Reader } from "@/services/feeds/source.ts";
import { identityOf, isHistory } from "@/services/nats/history.ts";
import { EVENTS } from "@/services/nats/streams.ts";

/** With the client's default of 15 s a consumer that lost its server is noticed only after 45 s. */
const IDLE_HEARTBEAT_MS = 1_000;
/** What is asked of a server that is gone, or of a stream without a leader, is never answered; the next try may be. */
export const FEED_REQUEST_MS = 2_000;
/** Messages asked for ahead of their processing. */
const PULL_MESSAGES = 1_000;
const PULL_EXPIRES_MS = 10_000;
/** The server forgets a consumer that nobody pulls from. */
const INACTIVE_MS = 30_000;
const NANOS_PER_MS = 1_000_000;

/** A running ordered consumer on the events stream. */
export interface Consumption {
  stop(): void;
}

/** Before a consumption that ended by itself is told of: what ended it may go on. */
const ENDED_WAIT_MS = 1_000;

export interface ConsumeOptions {
  /** Must not throw. */
  readonly take: (message: JsMsg) => void;
  /** Reading has ended by itself: without this a feed would be silent from then on. */
  readonly ended: () => void;
  /**
   * The consumer says nothing any more, and was stopped. It lives on one server of the cluster: where that is down, the
   * library waits for it to come back, while the stream and another consumer could be read from the others.
   */
  readonly silent: () => void;
}

/** Reads `filter` from `seq` on, in order, until stopped. */
export async function consumeFrom(
  js: JetStreamClient,
  filter: string,
  seq: number,
  { take, ended, silent }: ConsumeOptions,
): Promise<Consumption> {
  const consumer = await js.consumers.get(EVENTS, {
    filter_subjects: filter,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: seq,
    inactive_threshold: INACTIVE_MS * NANOS_PER_MS,
  });
  const messages = await consumer.consume({
    max_messages: PULL_MESSAGES,
    expires: PULL_EXPIRES_MS,
    idle_heartbeat: IDLE_HEARTBEAT_MS,
    callback: take,
  });
  let stopped = false;
  const stop = () => {
    stopped = true;
    messages.stop();
    // The server is asked to drop it at once; where it cannot be asked it drops it by itself. Not waited for: over a
    // connection that broke there is no answer, and whoever goes on reading must not hang meanwhile.
    consumer.delete().catch(() => false);
  };
  void (async () => {
    for await (const { type } of messages.status()) {
      if (type !== "heartbeats_missed" || stopped) continue;
      stop();
      silent();
    }
  })();
  void messages.closed().catch(() => {}).then(() => {
    if (!stopped) setTimeout(ended, ENDED_WAIT_MS);
  });
  return { stop };
}

/** Hands a message to who reads its organisation; what is not for them moves them on. */
export function hand(message: JsMsg, reader: Reader): void {
  const event = isHistory(message.headers) ? undefined : decodeMessage(message);
  if (event === undefined || "invalid" in event) reader.advance(message.seq);
  else reader.event(event);
}

export function decodeMessage(message: JsMsg): StoredEvent | InvalidEvent {
  return decodeEvent({
    subject: message.subject,
    payload: message.data,
    seq: message.seq,
    ...identityOf(message.headers, message.info.timestampNanos / NANOS_PER_MS),
  });
}
