/** The part of `navigator.locks` that is used here. */
export interface LocksLike {
  request(
    name: string,
    options: { steal?: boolean; signal?: AbortSignal },
    work: () => Promise<void> | void,
  ): Promise<unknown>;
}

export interface TabLockParts {
  readonly locks: LocksLike;
  readonly name: string;
  readonly granted: () => void;
  readonly stolen: () => void;
  readonly denied: () => void;
}

/** The lock that one of a person's tabs holds. The browser gives it on when a tab is closed or crashes. */
export class TabLock {
  readonly #parts: TabLockParts;
  /** Ends what is held, or waited for. */
  #end: (() => void) | undefined;

  constructor(parts: TabLockParts) {
    this.#parts = parts;
  }

  /** Queues for the lock; with `steal` takes it at once. What was held or waited for before is given up. */
  request(steal: boolean): void {
    this.release();
    const { locks, name, granted, stolen, denied } = this.#parts;
    const queue = new AbortController();
    let isHeld = false;
    let isOver = false;
    const ended = new Promise<void>((resolve) => {
      this.#end = () => {
        isOver = true;
        queue.abort();
        resolve();
      };
    });
    const hold = (): Promise<void> | void => {
      if (isOver) return;
      isHeld = true;
      granted();
      return ended;
    };
    locks.request(name, steal ? { steal } : { signal: queue.signal }, hold).catch(() => {
      if (isOver) return;
      if (isHeld) stolen();
      else denied();
    });
  }

  release(): void {
    this.#end?.();
    this.#end = undefined;
  }
}
