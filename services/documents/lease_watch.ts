import type { NatsConnection, Subscription } from "@nats-io/transport-node";
import {
  type ChunkStore,
  type LeaseMessage,
  leaseOf,
  type LeaseReason,
  leaseSubject,
} from "@/services/documents/chunk_store.ts";

export interface LeaseWatchOptions {
  readonly nats: NatsConnection;
  readonly store: ChunkStore;
  readonly uploadId: string;
  /** Whose lease is not somebody else's. */
  readonly holder: string;
  /** Told when somebody else has the upload; perhaps more than once. `reason` undefined: it has ended. Must not throw. */
  readonly lost: (reason: LeaseReason | undefined) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Hears of it when an upload is taken over, on whatever instance, so that a connection need not wait to be refused. What
 * is heard was sent after our own lease was stored: it comes after it in the stream.
 */
export class LeaseWatch {
  readonly #options: LeaseWatchOptions;
  readonly #subscription: Subscription;

  /** Begin it with the lease in hand. */
  constructor(options: LeaseWatchOptions) {
    this.#options = options;
    this.#subscription = options.nats.subscribe(leaseSubject(options.uploadId), {
      callback: (error, message) => {
        if (error === null) this.#heard(leaseOf(message.string()));
      },
    });
  }

  /** Somebody may have been faster than our ear. */
  look(): void {
    void this.#holder().then((lease) => this.#heard(lease)).catch(this.#options.failed);
  }

  /** We were refused: who has it, the stream knows. */
  refused(): void {
    void this.#holder().then((lease) => this.#options.lost(lease?.reason)).catch(this.#options.failed);
  }

  close(): void {
    this.#subscription.unsubscribe();
  }

  #holder(): Promise<LeaseMessage | undefined> {
    return this.#options.store.holder(this.#options.uploadId);
  }

  #heard(lease: LeaseMessage | undefined): void {
    if (lease !== undefined && lease.holder !== this.#options.holder) this.#options.lost(lease.reason);
  }
}
