import type { PollMachine } from "@/lib/client/poll_machine.ts";
import { readPollAnswer } from "@/lib/client/poll_answer.ts";
import type { Poll, PollCommand, PollFailure, PollInput, PollTimer } from "@/lib/client/poll_types.ts";
import { SERVICES } from "@/lib/protocol/services.ts";
import { type After, Timers } from "@/lib/client/timers.ts";
import { Turns } from "@/lib/client/turns.ts";

/** Commands that are not the polls' own business. */
export type PollNotice = Exclude<PollCommand, { type: "poll" | "abort" | "schedule" | "cancel" }>;

export interface PollsParts {
  readonly machine: PollMachine;
  /** An HTTP GET of this path as the person who is signed in. */
  readonly get: (path: string, signal: AbortSignal) => Promise<Response>;
  readonly after: After;
  /** Unix time in milliseconds. */
  readonly now: () => number;
  readonly notice: (notice: PollNotice) => void;
}

/** An answer that has not come this long after it was due never will. */
export const LATE_MS = 15_000;
const SECOND_MS = 1_000;

/** Runs a poll machine on real requests and real clocks; holds no rule of its own. */
export class Polls {
  readonly #parts: PollsParts;
  readonly #timers: Timers<PollTimer>;
  readonly #turns: Turns<PollInput>;
  readonly #underWay = new Set<AbortController>();

  constructor(parts: PollsParts) {
    this.#parts = parts;
    this.#turns = new Turns((input) => {
      for (const command of parts.machine.handle(input, parts.now())) this.#do(command);
    });
    this.#timers = new Timers(parts.after, (timer) => this.input({ type: "timer", timer }));
  }

  input(input: PollInput): void {
    this.#turns.give(input);
  }

  #do(command: PollCommand): void {
    switch (command.type) {
      case "poll":
        return void this.#poll(command);
      case "abort":
        for (const request of this.#underWay) request.abort();
        return this.#underWay.clear();
      case "schedule":
        return this.#timers.schedule(command.timer, command.ms);
      case "cancel":
        return this.#timers.cancel(command.timer);
      default:
        return this.#parts.notice(command);
    }
  }

  async #poll(poll: Poll): Promise<void> {
    const { service, turn } = poll;
    const request = new AbortController();
    this.#underWay.add(request);
    const inTime = this.#parts.after(poll.waitMs + LATE_MS, () => request.abort());
    try {
      const response = await this.#parts.get(pathOf(poll), request.signal);
      const answer = response.ok ? readPollAnswer(await response.text()) : undefined;
      if (answer !== undefined) this.input({ type: "answered", service, turn, answer });
      else this.input({ type: "failed", service, turn, failure: await failureOf(response) });
    } catch {
      // Aborted by ourselves it is of an earlier turn, and passed over.
      this.input({ type: "failed", service, turn, failure: { kind: "network" } });
    } finally {
      inTime();
      this.#underWay.delete(request);
    }
  }
}

function pathOf({ service, position: { seq, epoch }, propertyId, waitMs }: Poll): string {
  const query = new URLSearchParams({ lastSeq: String(seq), wait: String(waitMs) });
  if (epoch !== null) query.set("epoch", epoch);
  if (propertyId !== null) query.set("propertyId", String(propertyId));
  return `/${SERVICES[service].base}/realtime/subscribe?${query}`;
}

const UNAUTHORIZED = 401;
const REFUSED: ReadonlySet<number> = new Set([400, 403, 404]);
const BUSY: ReadonlySet<number> = new Set([429, 503]);

async function failureOf(response: Response): Promise<PollFailure> {
  const { code, detail, title } = await problemOf(response);
  if (code === "long_poll_off") return { kind: "switched_off" };
  if (response.status === UNAUTHORIZED) return { kind: "unauthenticated" };
  if (REFUSED.has(response.status)) return { kind: "refused", message: detail ?? title ?? "not allowed" };
  if (!BUSY.has(response.status)) return { kind: "network" };
  const seconds = Number(response.headers.get("retry-after") ?? 0);
  return { kind: "busy", retryAfterMs: Number.isFinite(seconds) ? Math.max(0, seconds) * SECOND_MS : 0 };
}

async function problemOf(response: Response): Promise<{ code?: string; detail?: string; title?: string }> {
  try {
    return response.bodyUsed ? {} : await response.json() ?? {};
  } catch {
    return {};
  }
}
