import type { JetStreamManager, StoredMsg } from "@nats-io/jetstream";
import { decodeEvent, type StoredEvent } from "@/lib/realtime/event.ts";
import type { Chunk, EventLog, StreamState } from "@/lib/realtime/ports.ts";
import { organisationFilter } from "@/lib/protocol/subjects.ts";
import { identityOf, isHistory } from "@/services/nats/history.ts";
import { epochOf, EVENTS } from "@/services/nats/streams.ts";

/** Messages per batch: the server holds the stream's read lock while it answers one. */
export const CHUNK_EVENTS_MAX = 256;
export const CHUNK_BYTES_MAX = 1024 * 1024;

export interface JetStreamLogOptions {
  /** Also what a rebuild of the stream put back: for those who ask what was, not for those who missed something. */
  readonly history?: boolean;
}

/** Reads of the events stream: its state from its leader, and what an organisation missed by direct get. */
export class JetStreamLog implements EventLog {
  readonly #jsm: JetStreamManager;
  readonly #history: boolean;

  constructor(jsm: JetStreamManager, { history = false }: JetStreamLogOptions = {}) {
    this.#jsm = jsm;
    this.#history = history;
  }

  async state(): Promise<StreamState> {
    const info = await this.#jsm.streams.info(EVENTS);
    const { first_seq, last_seq, messages } = info.state;
    return {
      epoch: epochOf(info),
      first: messages === 0 ? last_seq + 1 : first_seq,
      last: last_seq,
    };
  }

  async read(orgId: number, seq: number, state: StreamState): Promise<Chunk> {
    // Asked before the batch, and of the leader: direct get may be answered by a replica that is a moment behind.
    const newest = await this.#jsm.streams.getMessage(EVENTS, { last_by_subj: organisationFilter(orgId) });
    if (newest === null || newest.seq <= seq) return { events: [], end: state.last, pending: 0 };
    const messages = await this.#batch(orgId, seq + 1);
    const last = messages.at(-1);
    if (last === undefined) {
      throw new Error(
        `Cannot read organisation ${orgId} after ${seq}: the replica asked is behind its leader`,
      );
    }
    const events = messages.filter(({ header }) => this.#history || !isHistory(header)).flatMap(shown);
    // Whatever lies up to `state.last` was stored before `newest` was asked for.
    const end = last.seq >= newest.seq ? Math.max(last.seq, state.last) : last.seq;
    return { events, end, pending: last.pending };
  }

  async #batch(orgId: number, seq: number): Promise<StoredMsg[]> {
    const messages: StoredMsg[] = [];
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // With a callback the client unsubscribes at the end; its iterator leaves the inbox subscribed.
    await this.#jsm.direct.getBatch(EVENTS, {
      seq,
      batch: CHUNK_EVENTS_MAX,
      max_bytes: CHUNK_BYTES_MAX,
      next_by_subj: organisationFilter(orgId),
      callback: (done, message) => {
        if (done === null) messages.push(message);
        else if (done.err === undefined || isEmpty(done.err)) resolve();
        else reject(done.err);
      },
    });
    await promise;
    return messages;
  }
}

function isEmpty(error: Error): boolean {
  return /message not found|no results/i.test(error.message);
}

function shown(message: StoredMsg): StoredEvent[] {
  const event = decodeEvent({
    subject: message.subject,
    payload: message.data,
    seq: message.seq,
    ...identityOf(message.header, message.time.getTime()),
  });
  // What does not validate is kept by the validator; here it is only left out.
  return "invalid" in event ? [] : [event];
}
