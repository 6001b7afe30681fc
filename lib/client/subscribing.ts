import type { Subscription } from "@/lib/protocol/frames.ts";

/** What was asked for and what holds. The server answers every handshake, subscribe and auth frame in their order. */
export class Subscribing {
  #wish: Subscription;
  /** Acknowledged last. */
  #held: Subscription;
  /** Sent and not answered yet: a subscription, or null for a token. */
  #asked: (Subscription | null)[] = [];
  /** Snapshots are to be read once everything is answered. */
  #stale: "start" | "subscription" | null = null;

  constructor(subscription: Subscription) {
    this.#wish = this.#held = subscription;
  }

  get wish(): Subscription {
    return this.#wish;
  }

  get held(): Subscription {
    return this.#held;
  }

  /** What was not subscribed to before is in no position: only a snapshot has it. */
  wants(subscription: Subscription): void {
    this.#wish = subscription;
    this.#stale ??= "subscription";
  }

  /** There is no position to go on from: nobody has what came before, whoever wished for it. */
  startsAnew(): void {
    this.#stale = "start";
  }

  /** A new connection: nothing else is under way on it. */
  greets(): void {
    this.#asked = [this.#wish];
  }

  asks(what: Subscription | null): void {
    this.#asked.push(what);
  }

  /** The answer to the oldest question was yes: the subscription that holds from now on, null where it was a token. */
  granted(): Subscription | null {
    const granted = this.#asked.shift() ?? null;
    this.#held = granted ?? this.#held;
    return granted;
  }

  refused(): void {
    this.#asked.shift();
  }

  /** Once everything is answered, what was granted last is what holds. Why snapshots are to be read then, if they are. */
  settle(): "start" | "subscription" | null {
    if (this.#asked.length > 0) return null;
    const stale = this.#stale;
    this.#wish = this.#held;
    this.#stale = null;
    return stale;
  }
}
