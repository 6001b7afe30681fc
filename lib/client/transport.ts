import type { ParkReason } from "@/lib/client/machine_types.ts";

/** While polling, how often it is asked whether streaming may be had (design: every minute); plus up to a tenth. */
export const RECHECK_MS = 60_000;
/** A page that goes in and out of sight does not ask more often than this. */
export const RECHECK_MS_MIN = 2_000;

export type TransportInput =
  | { readonly type: "start"; readonly streaming: boolean }
  | { readonly type: "stop" }
  /** The stream tries no more. */
  | { readonly type: "parked"; readonly reason: ParkReason; readonly waitMs?: number }
  /** The stream is acknowledged. */
  | { readonly type: "live" }
  /** The answer to `ask`; null where there was none. */
  | { readonly type: "flags"; readonly streaming: boolean | null }
  | { readonly type: "due" }
  /** The page came into sight, or the person does not want to wait. */
  | { readonly type: "woke" };

export type TransportCommand =
  | { readonly type: "start_stream" }
  | { readonly type: "start_polls"; readonly waitMs: number }
  | { readonly type: "stop_polls" }
  /** Ask the server for its flags. */
  | { readonly type: "ask" }
  | { readonly type: "schedule"; readonly ms: number }
  | { readonly type: "cancel" };

/** off; stream alone; polls alone; or polls that go on while the stream is tried again. */
type Mode = "off" | "stream" | "polls" | "trial";

/**
 * Decides whether events come over the stream or by long polls, and when to go back: nothing is stopped before the
 * other one works, so that nothing is ever waited for.
 */
export class TransportChoice {
  readonly #random: () => number;
  #mode: Mode = "off";
  #reason: ParkReason | null = null;
  #askedAt = -Infinity;

  constructor(random: () => number) {
    this.#random = random;
  }

  get isPolling(): boolean {
    return this.#mode === "polls" || this.#mode === "trial";
  }

  /** null while events come over the stream. */
  get reason(): ParkReason | null {
    return this.isPolling ? this.#reason : null;
  }

  handle(input: TransportInput, now: number): TransportCommand[] {
    switch (input.type) {
      case "start":
        if (this.#mode !== "off") return [];
        if (!input.streaming) return this.#poll("switched_off", 0);
        this.#mode = "stream";
        return [{ type: "start_stream" }];
      case "stop":
        this.#mode = "off";
        return [{ type: "cancel" }];
      case "parked":
        if (this.#mode === "stream") return this.#poll(input.reason, input.waitMs ?? 0);
        if (this.#mode !== "trial") return [];
        this.#mode = "polls";
        this.#reason = input.reason;
        return [this.#later()];
      case "live":
        if (this.#mode !== "trial") return [];
        this.#mode = "stream";
        return [{ type: "stop_polls" }, { type: "cancel" }];
      case "flags":
        if (this.#mode !== "polls") return [];
        if (input.streaming !== true) return [this.#later()];
        this.#mode = "trial";
        return [{ type: "start_stream" }];
      case "due":
        return this.#mode === "polls" ? this.#ask(now) : [];
      case "woke":
        return this.#mode === "polls" && now - this.#askedAt >= RECHECK_MS_MIN ? this.#ask(now) : [];
    }
  }

  #poll(reason: ParkReason, waitMs: number): TransportCommand[] {
    this.#mode = "polls";
    this.#reason = reason;
    return [{ type: "start_polls", waitMs }, this.#later()];
  }

  #ask(now: number): TransportCommand[] {
    this.#askedAt = now;
    return [{ type: "ask" }, this.#later()];
  }

  #later(): TransportCommand {
    return { type: "schedule", ms: Math.floor(RECHECK_MS * (1 + this.#random() / 10)) };
  }
}
