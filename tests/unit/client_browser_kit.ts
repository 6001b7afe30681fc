// What a browser lends to the tabs of a person, for tests: locks, a channel and requests, which move only when told to.
import assert from "node:assert/strict";

/** A tab as its browser knows it: what it is told waits until it runs. */
export interface Tab {
  task(run: () => void): void;
}

/** A lock manager like the browser's: a queue, and stealing. What it tells a tab waits until that tab runs. */
export class ModelLocks {
  #holder: Claim | undefined;
  #queue: Claim[] = [];

  get holder(): Tab | undefined {
    return this.#holder?.tab;
  }

  request(tab: Tab, { steal, signal }: { steal?: boolean; signal?: AbortSignal }, work: Work) {
    assert.ok(!(steal && signal), "browsers refuse both together");
    return new Promise((resolve, reject) => {
      const claim: Claim = { tab, signal, work, resolve, reject: () => reject(new Error("AbortError")) };
      if (signal?.aborted) return claim.reject();
      signal?.addEventListener("abort", () => {
        if (!this.#queue.includes(claim)) return;
        this.#queue = this.#queue.filter((other) => other !== claim);
        claim.reject();
      });
      if (!steal) this.#queue.push(claim);
      else {
        const before = this.#holder;
        if (before !== undefined) before.tab.task(before.reject);
        this.#grant(claim);
      }
      this.#next();
    });
  }

  forget(tab: Tab): void {
    this.#queue = this.#queue.filter((claim) => claim.tab !== tab);
    if (this.#holder?.tab === tab) this.#release(this.#holder);
  }

  #grant(claim: Claim): void {
    this.#holder = claim;
    claim.tab.task(() => {
      if (claim.signal?.aborted) {
        claim.reject();
        return this.#release(claim);
      }
      Promise.resolve(claim.work()).then(() => {
        claim.resolve();
        this.#release(claim);
      });
    });
  }

  #release(claim: Claim): void {
    if (this.#holder !== claim) return;
    this.#holder = undefined;
    this.#next();
  }

  #next(): void {
    if (this.#holder !== undefined) return;
    const next = this.#queue.shift();
    if (next !== undefined) this.#grant(next);
  }
}

type Work = () => Promise<void> | void;
interface Claim {
  readonly tab: Tab;
  readonly signal: AbortSignal | undefined;
  readonly work: Work;
  readonly resolve: (value?: unknown) => void;
  readonly reject: () => void;
}

/** One tab's end of a channel: what others say waits here, in the order of each. */
export class ModelChannel {
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  isOpen = true;
  readonly #tab: Tab;
  readonly #others: () => readonly ModelChannel[];
  readonly #waiting = new Map<Tab, unknown[]>();
  #loses = false;

  constructor(tab: Tab, others: () => readonly ModelChannel[]) {
    this.#tab = tab;
    this.#others = others;
  }

  postMessage(message: unknown): void {
    assert.ok(this.isOpen, "a closed channel is not spoken into");
    for (const other of this.#others()) if (other.isOpen) other.#hear(this.#tab, structuredClone(message));
  }

  close(): void {
    this.isOpen = false;
  }

  #hear(from: Tab, message: unknown): void {
    if (this.#loses && isCounted(message)) this.#loses = false;
    else this.#waiting.set(from, [...this.#waiting.get(from) ?? [], message]);
  }

  /** Of what a leader tells, the next thing is lost. */
  lose(): void {
    this.#loses = true;
  }

  forget(): void {
    this.#waiting.clear();
  }

  get steps(): (() => void)[] {
    if (!this.isOpen) return [];
    return [...this.#waiting.values()].filter(({ length }) => length > 0).map((waiting) => () => {
      const data = waiting.shift();
      if (this.isOpen) this.onmessage?.({ data });
    });
  }
}

/** A leader numbers what it tells: one that is lost is missed. */
function isCounted(message: unknown): boolean {
  const { type } = message as { type: string };
  return ["events", "reset", "subscribed"].includes(type);
}

interface Call {
  /** What the server says now; undefined while it says nothing. */
  readonly ask: () => unknown;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
  answer?: unknown;
}

/** Requests of a tab on their way to the server, and answers on their way back. */
export class ModelCalls {
  #calls: Call[] = [];

  get underWay(): string[] {
    return this.#calls.map(() => "call");
  }

  ask<T>(ask: () => T | undefined, signal?: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const call: Call = { ask, resolve: resolve as (answer: unknown) => void, reject };
      this.#calls.push(call);
      signal?.addEventListener("abort", () => {
        this.#end(call);
        reject(new Error("aborted"));
      });
    });
  }

  forget(): void {
    this.#calls = [];
  }

  steps(isReachable: boolean): (() => void)[] {
    const moving = this.#calls.filter((call) => {
      return call.answer !== undefined || !isReachable || call.ask() !== undefined;
    });
    return moving.map((call) => () => this.#move(call, isReachable));
  }

  /** A request arrives and is answered, or its answer arrives. */
  #move(call: Call, isReachable: boolean): void {
    if (isReachable && call.answer === undefined) return void (call.answer = call.ask());
    this.#end(call);
    if (isReachable) call.resolve(call.answer);
    else call.reject(new Error("network"));
  }

  #end(call: Call): void {
    this.#calls = this.#calls.filter((other) => other !== call);
  }
}
