import {
  AckPolicy,
  type Consumer,
  DeliverPolicy,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from "@nats-io/jetstream";
import { UPLOADED_SUBJECTS } from "@/lib/protocol/subjects.ts";
import { DOCS } from "@/services/documents/buckets.ts";
import { jobOf, type ReadJob } from "@/services/ocr/worker/jobs.ts";
import type { JobEnd } from "@/services/ocr/worker/read_job.ts";

const NANOS_PER_MS = 1_000_000;
/** The consumer, one for all workers. */
const DURABLE = "ocr";
/** A job whose worker died is taken by another after this time. */
export const ACK_WAIT_MS = 10_000;
/** How often a worker says that it is still at it. */
const HEARTBEAT_MS = 3_000;
/** How long one look for a job waits. It cannot be broken off, so stopping waits for it too. */
const LOOK_MS = 2_000;
/** Wait after a look that failed, and before a job comes again that met a server that was away. */
const RETRY_MS = 1_000;
/** Jobs under way or put back in the fleet: more than that must wait before new ones are looked at. */
const ACK_PENDING_MAX = 10_000;
/** How long a document that is not its organisation's turn is put back, and how often. */
const TURN_MS = 2_000;
const TURNS_MAX = 20;

export interface QueueOptions {
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly concurrency: number;
  /** Does one job. Rejects where it could not be done now. */
  readonly work: (job: ReadJob, signal: AbortSignal) => Promise<JobEnd>;
  readonly failed: (error: unknown) => void;
}

/**
 * Takes documents from the work queue, so many at once. One that is not done comes again: after a time where the job
 * says so, after ACK_WAIT_MS where the worker died. How often, the job counts; the consumer does not. Organisations
 * take turns: none has two documents taken one after the other while those of another one wait.
 */
export class DocumentQueue {
  readonly #options: QueueOptions;
  readonly #stopping = new AbortController();
  readonly #loops: Promise<void>[];
  #consumer: Promise<Consumer> | undefined;
  /** Whose document was taken last. */
  #last: number | undefined;
  #busy = 0;
  #done = 0;

  constructor(options: QueueOptions) {
    this.#options = options;
    this.#loops = Array.from({ length: options.concurrency }, () => this.#loop());
  }

  /** Documents being read, and those that are done with since the start. */
  counts(): { busy: number; done: number } {
    return { busy: this.#busy, done: this.#done };
  }

  /** Takes no more, and hands back what is under way. */
  async close(): Promise<void> {
    this.#stopping.abort(new DOMException("The worker is stopping", "AbortError"));
    await Promise.all(this.#loops);
  }

  async #loop(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        const consumer = await (this.#consumer ??= this.#declare());
        const message = await consumer.next({ expires: LOOK_MS });
        if (message === null) continue;
        if (signal.aborted) message.nak();
        else if (await this.#isOutOfTurn(message)) message.nak(TURN_MS);
        else await this.#take(message);
      } catch (error) {
        if (signal.aborted) return;
        // The stream may be a new one, without our consumer.
        this.#consumer = undefined;
        this.#options.failed(error);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  async #declare(): Promise<Consumer> {
    const { js, jsm } = this.#options;
    await jsm.consumers.add(DOCS, {
      durable_name: DURABLE,
      filter_subject: UPLOADED_SUBJECTS,
      deliver_policy: DeliverPolicy.All,
      ack_policy: AckPolicy.Explicit,
      ack_wait: ACK_WAIT_MS * NANOS_PER_MS,
      max_ack_pending: ACK_PENDING_MAX,
      max_deliver: -1,
    });
    return await js.consumers.get(DOCS, DURABLE);
  }

  /** Only where there are messages that nobody has seen yet: else all that could come before it is under way already. */
  async #isOutOfTurn({ subject, info }: JsMsg): Promise<boolean> {
    const [, , orgId] = subject.split(".");
    if (Number(orgId) !== this.#last || info.pending === 0 || info.deliveryCount > TURNS_MAX) return false;
    const { state } = await this.#options.jsm.streams.info(DOCS, { subjects_filter: UPLOADED_SUBJECTS });
    return Object.keys(state.subjects ?? {}).some((other) => other.split(".")[2] !== orgId);
  }

  async #take(message: JsMsg): Promise<void> {
    const job = jobOf(message.subject, () => message.json());
    if (job === undefined) {
      this.#options.failed(new Error(`Not a job: message ${message.seq} of ${DOCS}`));
      return message.term();
    }
    const { signal } = this.#stopping;
    this.#last = job.orgId;
    const beat = setInterval(() => message.working(), HEARTBEAT_MS);
    this.#busy++;
    try {
      const end = await this.#options.work(job, signal);
      if (end === "done") {
        this.#done++;
        // Else a server that goes away now would have it done again.
        await message.ackAck();
      } else message.nak(end.retryMs);
    } catch (error) {
      if (!signal.aborted) this.#options.failed(error);
      message.nak(signal.aborted ? undefined : RETRY_MS);
    } finally {
      clearInterval(beat);
      this.#busy--;
    }
  }
}
