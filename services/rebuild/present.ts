import { DeliverPolicy, type JetStreamClient, type JsMsg } from "@nats-io/jetstream";
import { identityOf } from "@/services/nats/history.ts";
import { EVENTS } from "@/services/nats/streams.ts";

const NANOS_PER_MS = 1_000_000;
/** Where the server says how large the payload is that it leaves out. */
const SIZE_HEADER = "Nats-Msg-Size";
const PULL_MESSAGES = 500;

/** A message of the stream as it is. */
export interface PresentMessage {
  readonly seq: number;
  readonly subject: string;
  /** Empty where only the ids are read. */
  readonly payload: Uint8Array;
  /** That of its event, or one made of its place. */
  readonly id: string;
  /** Of the payload, in bytes. */
  readonly size: number;
  /** When it was stored first, Unix milliseconds. */
  readonly storedAt: number;
}

/** Reads the messages of the stream from one sequence to another, in order. */
export async function* presentMessages(
  js: JetStreamClient,
  { from, to, idsOnly }: { from: number; to: number; idsOnly: boolean },
): AsyncGenerator<PresentMessage> {
  if (to < from) return;
  const consumer = await js.consumers.get(EVENTS, {
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: Math.max(from, 1),
    headers_only: idsOnly,
  });
  try {
    const info = await consumer.info();
    if (info.num_pending === 0) return;
    const messages = await consumer.consume({ max_messages: PULL_MESSAGES });
    try {
      for await (const message of messages) {
        if (message.seq > to) return;
        yield presentOf(message);
        if (message.seq === to || message.info.pending === 0) return;
      }
    } finally {
      messages.stop();
    }
  } finally {
    consumer.delete().catch(() => false);
  }
}

function presentOf(message: JsMsg): PresentMessage {
  const { seq, subject, data: payload } = message;
  const { storedAt, messageId } = identityOf(message.headers, message.info.timestampNanos / NANOS_PER_MS);
  const size = Number(message.headers?.get(SIZE_HEADER) || payload.byteLength);
  return { seq, subject, payload, size, storedAt, id: messageId ?? `seq-${seq}-${Math.floor(storedAt)}` };
}
