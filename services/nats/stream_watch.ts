import type { NatsConnection } from "@nats-io/transport-node";
import type { EventLog, StreamState } from "@/lib/realtime/ports.ts";
import { isNotFound } from "@/services/nats/streams.ts";

/** How often the stream's state is read: what a person waits at most until a stream made anew is noticed. */
export const WATCH_MS = 1_000;

/** Why those who read the stream must start again. */
export type Interruption = "reconnected" | "recreated";

export interface StreamWatchOptions {
  readonly connection: NatsConnection;
  readonly log: EventLog;
  /** Declares the stream again where it is gone. */
  readonly declare: () => Promise<void>;
  /** Highest sequence of the stream of this epoch that the process has read. */
  readonly seen: (epoch: string) => number;
  /** Gives the stream another epoch. */
  readonly renew: () => Promise<void>;
  readonly interrupted: (why: Interruption) => void;
  readonly failed: (error: unknown) => void;
}

/** Reads the stream's state once a second for the whole process, and notices interruptions. */
export class StreamWatch {
  readonly #options: StreamWatchOptions;
  readonly #timer: ReturnType<typeof setInterval>;
  #state: StreamState;
  #checking: Promise<void> | undefined;
  /** Counts the readings: what an older one comes to after a newer one has begun is of no interest. */
  #readings = 0;
  #healthy = true;

  private constructor(options: StreamWatchOptions, state: StreamState) {
    this.#options = options;
    this.#state = state;
    this.#timer = setInterval(() => this.check(), WATCH_MS);
    this.#follow();
  }

  static async start(options: StreamWatchOptions): Promise<StreamWatch> {
    return new StreamWatch(options, await options.log.state());
  }

  /** State at the last reading, at most a moment over WATCH_MS old while NATS answers. */
  get state(): StreamState {
    return this.#state;
  }

  /** Did the last reading succeed? */
  get healthy(): boolean {
    return this.#healthy && !this.#options.connection.isClosed();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Reads the state now; several callers share one reading. Never rejects. */
  check(): Promise<void> {
    return this.#checking ??= this.#checkNow();
  }

  #checkNow(): Promise<void> {
    const reading = ++this.#readings;
    const checking = this.#check(reading).finally(() => {
      if (reading === this.#readings) this.#checking = undefined;
    });
    return this.#checking = checking;
  }

  async #check(reading: number): Promise<void> {
    // Before the stream is asked: what arrives while it answers may well lie above its answer.
    const known = this.#state;
    const seen = Math.max(known.last, this.#options.seen(known.epoch));
    try {
      const state = await this.#options.log.state();
      if (reading !== this.#readings) return;
      this.#healthy = true;
      // It lost its end and kept its name: what is given out from now on must not be taken for what was lost.
      if (state.epoch === known.epoch && state.last < seen) return await this.#options.renew();
      this.#state = state;
      if (state.epoch !== known.epoch) this.#options.interrupted("recreated");
    } catch (error) {
      if (reading !== this.#readings) return;
      this.#healthy = false;
      if (isNotFound(error)) {
        await this.#options.declare().catch(this.#options.failed);
      } else if (!this.#options.connection.isClosed()) {
        this.#options.failed(error);
      }
    }
  }

  async #follow(): Promise<void> {
    for await (const status of this.#options.connection.status()) {
      if (status.type === "disconnect") this.#healthy = false;
      if (status.type === "reconnect") {
        // A reading begun before may never be answered.
        await this.#checkNow();
        this.#options.interrupted("reconnected");
      }
    }
  }
}
