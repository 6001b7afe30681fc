import { watchStarter } from "./starter.ts";

/** One Ctrl-C arrives twice: from the terminal, and passed on by `deno task`. */
const SAME_REQUEST_MS = 1_000;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export interface Reason {
  /** Why everything is to stop, for the terminal. */
  text: string;
  /** The exit code that it means. */
  code: number;
}

/** The one place where the wish to stop is known, whoever has it: the person, the system, or a child that ended. */
export class StopRequest {
  readonly #controller = new AbortController();
  readonly #onSignal: Record<(typeof SIGNALS)[number], () => void>;
  readonly #unwatch: () => void;
  #firstAt: number | undefined;

  /** `onSecond` runs on a Ctrl-C that comes while the first one is being followed. */
  constructor(onSecond: () => void) {
    const handler = (signal: string) => () => {
      if (this.#firstAt === undefined) {
        return this.now({ text: signal, code: 0 });
      }
      if (performance.now() - this.#firstAt > SAME_REQUEST_MS) onSecond();
    };
    this.#onSignal = {
      SIGINT: handler("Ctrl-C"),
      SIGTERM: handler("SIGTERM"),
      SIGHUP: handler("the terminal closed"),
    };
    for (const signal of SIGNALS) {
      Deno.addSignalListener(signal, this.#onSignal[signal]);
    }
    this.#unwatch = watchStarter((runner) => this.now({ text: `"${runner}" has ended`, code: 1 }));
  }

  /** Ends pending work when everything is to stop. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get reason(): Reason | undefined {
    return this.signal.aborted ? this.signal.reason : undefined;
  }

  /** Requests the stop; only the first reason counts. */
  now(reason: Reason): void {
    this.#firstAt ??= performance.now();
    if (!this.signal.aborted) this.#controller.abort(reason);
  }

  /** Settles when everything is to stop. */
  requested(): Promise<Reason> {
    const { signal } = this;
    if (signal.aborted) return Promise.resolve(signal.reason);
    return new Promise((resolve) =>
      signal.addEventListener("abort", () => resolve(signal.reason), {
        once: true,
      })
    );
  }

  /** The result of the work, unless everything is to stop first: then it rejects with the reason. */
  async unless<T>(work: Promise<T>): Promise<T> {
    work.catch(() => {});
    return await Promise.race([
      work,
      this.requested().then((reason) => Promise.reject(reason)),
    ]);
  }

  /** Gives the signals back to the system. */
  end(): void {
    for (const signal of SIGNALS) {
      Deno.removeSignalListener(signal, this.#onSignal[signal]);
    }
    this.#unwatch();
  }
}
