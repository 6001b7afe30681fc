import type { Service } from "@/lib/protocol/services.ts";

/** What a run came to. `published` counts the events that reached the stream or are committed on their way to it. */
export interface Totals {
  readonly published: number;
  readonly rest: number;
  readonly nats: number;
  /** Acts that were refused or given up. */
  readonly failed: number;
  readonly byService: Readonly<Partial<Record<Service, number>>>;
}

export class Tally {
  #rest = 0;
  #nats = 0;
  #failed = 0;
  readonly #byService: Partial<Record<Service, number>> = {};
  /** Why the last one failed. */
  lastFailure: string | undefined;

  count(service: Service, way: "rest" | "nats"): void {
    if (way === "rest") this.#rest++;
    else this.#nats++;
    this.#byService[service] = (this.#byService[service] ?? 0) + 1;
  }

  fail(why: string): void {
    this.#failed++;
    this.lastFailure = why;
  }

  get totals(): Totals {
    return {
      published: this.#rest + this.#nats,
      rest: this.#rest,
      nats: this.#nats,
      failed: this.#failed,
      byService: { ...this.#byService },
    };
  }
}
