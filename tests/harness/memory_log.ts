import type { Service } from "@/lib/protocol/services.ts";
import type { StoredEvent } from "@/lib/realtime/event.ts";
import type { Chunk, Clock, EventLog, StreamState } from "@/lib/realtime/ports.ts";

/** Twin of the stream in memory: the same answers as JetStream's, small chunks, trimming and recreation at will. */
export class MemoryLog implements EventLog {
  epoch = "e1";
  first = 1;
  last = 0;
  events: StoredEvent[] = [];
  /** Everything since the stream was made, trimmed or not. */
  history: StoredEvent[] = [];
  reads = 0;
  /** Happens once, in the middle of the next read. */
  duringRead: (() => void) | undefined;
  /** The next reads reject. */
  failing = 0;
  readonly #chunk: number;

  constructor(chunk = 3) {
    this.#chunk = chunk;
  }

  append(orgId: number, service: Service, propertyId: number | null = 1): StoredEvent {
    const seq = ++this.last;
    const event = {
      seq,
      orgId,
      propertyId,
      service,
      json: `{"id":"${this.epoch}-${seq}"}`,
      bytes: 40,
      storedAt: 0,
      begunAt: 0,
    };
    this.events.push(event);
    this.history.push(event);
    return event;
  }

  /** Sequences below `first` are not kept any more. */
  trim(first: number): void {
    this.first = Math.max(this.first, Math.min(first, this.last + 1));
    this.events = this.events.filter((event) => event.seq >= this.first);
  }

  recreate(epoch: string): void {
    this.epoch = epoch;
    this.first = 1;
    this.last = 0;
    this.events = [];
    this.history = [];
  }

  state(): Promise<StreamState> {
    return Promise.resolve(this.now());
  }

  now(): StreamState {
    return { epoch: this.epoch, first: this.first, last: this.last };
  }

  async read(orgId: number, seq: number, state: StreamState): Promise<Chunk> {
    this.reads++;
    await Promise.resolve();
    if (this.failing > 0) {
      this.failing--;
      throw new Error("Cannot read: NATS is away");
    }
    this.duringRead?.();
    this.duringRead = undefined;
    const matching = this.events.filter((event) => event.orgId === orgId && event.seq > seq);
    const events = matching.slice(0, this.#chunk);
    const pending = matching.length - events.length;
    const end = pending > 0 ? events.at(-1)!.seq : Math.max(events.at(-1)?.seq ?? seq, state.last);
    return { events, end, pending };
  }
}

/** A clock that moves only when told. */
export class ManualClock implements Clock {
  #now = 1_000_000;
  #due: { at: number; run: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(delayMs: number, run: () => void): () => void {
    const entry = { at: this.#now + delayMs, run };
    this.#due.push(entry);
    return () => this.#due = this.#due.filter((other) => other !== entry);
  }

  advance(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const next = this.#due.filter((entry) => entry.at <= until).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#due = this.#due.filter((entry) => entry !== next);
      this.#now = next.at;
      next.run();
    }
    this.#now = until;
  }
}

/** Lets every promise that can settle settle. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}
