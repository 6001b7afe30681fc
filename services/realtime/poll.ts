import type { Principal } from "@/lib/auth/principal.ts";
import type { ResetReason } from "@/lib/protocol/frames.ts";
import { BATCH_EVENTS_MAX, POLL_EVENTS_MAX, POLL_WAIT_MS } from "@/lib/protocol/limits.ts";
import type { Problem } from "@/lib/protocol/problems.ts";
import type { Service } from "@/lib/protocol/services.ts";
import { audienceOf } from "@/lib/realtime/audience.ts";
import type { Frame } from "@/lib/realtime/frame.ts";
import type { Sink } from "@/lib/realtime/ports.ts";
import type { ResumePoint } from "@/lib/realtime/subscriber.ts";
import type { Feeds } from "@/services/feeds/feeds.ts";
import type { Connections, Held } from "@/services/realtime/connections.ts";

export interface PollRequest {
  readonly principal: Principal;
  readonly service: Service;
  readonly propertyId: number | null;
  /** null: whatever happens from now on. */
  readonly from: ResumePoint | null;
  /** How long to wait for the first event, up to POLL_WAIT_MS. */
  readonly waitMs: number;
  /** Ends the wait when the client is gone. */
  readonly signal: AbortSignal;
}

/** How often a poll whose time is up looks whether it has caught up. */
const BEHIND_LOOK_MS = 20;

/**
 * One long poll: a subscriber that leaves with the first events. Answers the JSON text `{events, seq, epoch, reset?}`
 * after at most `waitMs`, longer only where the stream is still being read for it; `seq` and `epoch` are the same cursor as on the socket, valid on any instance.
 */
export async function poll(
  { feeds, connections }: { feeds: Feeds; connections: Connections },
  request: PollRequest,
): Promise<string | Problem> {
  const { principal, service, propertyId, from } = request;
  const audience = audienceOf(principal, { services: [service], propertyId });
  if ("error" in audience) return { code: "forbidden", detail: `${audience.error}: ${audience.detail}` };
  const place = connections.take(principal);
  if ("code" in place) return place;
  const wait = new Wait(request);
  connections.add(wait);
  try {
    const feed = await feeds.acquire(principal.orgId);
    const subscriber = feed.add(wait, audience, from);
    try {
      feed.begin(subscriber);
      wait.begin(() => subscriber.state === "behind");
      await wait.over;
      return wait.isRevoked
        ? { code: "token_revoked" }
        : wait.answer(feed.position(subscriber), subscriber.epoch);
    } finally {
      feed.leave(subscriber);
    }
  } finally {
    wait.end();
    connections.remove(wait);
    place.release();
  }
}

/** Collects what the feed hands over until there is something to answer, or time is up. */
class Wait implements Sink, Held {
  readonly kind = "polling";
  readonly principal: Principal;
  readonly orgId: number;
  readonly over: Promise<void>;
  readonly #resolve: () => void;
  readonly #waitMs: number;
  readonly #signal: AbortSignal;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #events: string[] = [];
  #reset: ResetReason | undefined;
  #isRevoked = false;

  constructor({ principal, waitMs, signal }: PollRequest) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.principal = principal;
    this.orgId = principal.orgId;
    this.over = promise;
    this.#resolve = () => resolve();
    this.#waitMs = waitMs;
    this.#signal = signal;
    signal.addEventListener("abort", this.#resolve, { once: true });
    if (signal.aborted) resolve();
  }

  /** From here on time runs. A client behind the present is told what it missed, however short it wants to wait. */
  begin(isBehind: () => boolean): void {
    let left = POLL_WAIT_MS - this.#waitMs;
    const timeUp = () => {
      if (left <= 0 || !isBehind()) return this.#resolve();
      left -= BEHIND_LOOK_MS;
      this.#timer = setTimeout(timeUp, BEHIND_LOOK_MS);
    };
    this.#timer = setTimeout(timeUp, this.#waitMs);
  }

  /** Full where one more frame might pass POLL_EVENTS_MAX: the rest stays behind the cursor that the answer carries. */
  buffered(): number {
    return this.#events.length > POLL_EVENTS_MAX - BATCH_EVENTS_MAX ? Infinity : 0;
  }

  get isRevoked(): boolean {
    return this.#isRevoked;
  }

  frame(frame: Frame): void {
    for (const { json } of frame.shown) this.#events.push(json);
    this.#resolve();
  }

  reset(reason: ResetReason): void {
    this.#reset = reason;
    this.#events.length = 0;
    this.#resolve();
  }

  stalled(): void {
    this.#resolve();
  }

  tick(): void {}

  leave(): void {
    this.#resolve();
  }

  /** It tells nothing any more; the next one is refused. */
  revoke(): void {
    this.#isRevoked = true;
    this.#resolve();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#signal.removeEventListener("abort", this.#resolve);
  }

  answer(seq: number, epoch: string): string {
    const reset = this.#reset === undefined ? "" : `,"reset":"${this.#reset}"`;
    return `{"events":[${this.#events.join(",")}],"seq":${seq},"epoch":${JSON.stringify(epoch)}${reset}}`;
  }
}
