import type { ClientFrame, FrameErrorCode, PROTOCOL_VERSION, Subscription } from "@/lib/protocol/frames.ts";
import { PING_MS } from "@/lib/protocol/limits.ts";
import { Dedup } from "@/lib/client/dedup.ts";
import { backoffMs, RECONNECT_IN_MS_MAX, reconnectRule } from "@/lib/client/reconnect.ts";
import { advance, afterAck, afterReset, isGap, NOWHERE, type Position } from "@/lib/client/position.ts";
import { readServerFrame, type ServerFrame } from "@/lib/client/server_frames.ts";
import { ServerClock } from "@/lib/client/server_clock.ts";
import type { Command, ConnectionState, Input, Status, Timer } from "@/lib/client/machine_types.ts";

/** The same constant as the server's, without the schemas that its file would bring into the browser. */
const VERSION: typeof PROTOCOL_VERSION = 1;
/** A socket that has not opened by then never will: networks drop such attempts without a word. */
export const OPEN_MS = 15_000;
/** From the handshake to its ack. */
export const ACK_MS = 10_000;
/** A connection that lived this long was a good one: the next attempt starts from the shortest wait. */
export const STABLE_MS = 10_000;
/** Added to two missed pings before a silent connection is given up. */
export const WATCHDOG_GRACE_MS = 5_000;
/** Attempts that must fail in a row before the person is told "offline" instead of "catching up". */
export const FAILURES_SHOWN = 3;
/** From this failed upgrade on, ask whether the session is still good: a browser does not tell why one failed. */
const FAILED_UPGRADES_ASKED = 2;

/** Error frames that answer a subscribe or auth frame in place of an ack. */
const REFUSALS: ReadonlySet<string> = new Set(
  [
    "bad_frame",
    "unknown_service",
    "no_services",
    "service_forbidden",
    "property_forbidden",
    "token_invalid",
    "unavailable",
    "token_mismatch",
  ] satisfies FrameErrorCode[],
);

type Phase = "idle" | "connecting" | "greeting" | "live" | "waiting" | "offline" | "signed_out" | "stopped";
type Frame<T extends ServerFrame["type"]> = Extract<ServerFrame, { type: T }>;

export interface MachineOptions {
  readonly orgId: number;
  readonly subscription: Subscription;
  /** Where the snapshots that the owner has already were read; without it the first ack asks for them. */
  readonly position?: Position;
  /** May be shared by the connections of one page. */
  readonly dedup?: Dedup;
  /** A number from 0 to below 1. */
  readonly random: () => number;
}

/**
 * A connection to `GET /v2/realtime/stream` as a state machine: inputs in, commands out, and neither clock nor network
 * of its own. Whatever happens, an event is delivered exactly once, or the owner is asked to read its snapshots again.
 */
export class Machine {
  readonly #options: MachineOptions;
  readonly #dedup: Dedup;
  readonly #clock = new ServerClock();
  #phase: Phase = "idle";
  #out: Command[] = [];
  #position: Position;
  #wish: Subscription;
  /** The subscription that the server has acknowledged last. */
  #held: Subscription;
  /** What was sent and the server has yet to answer, in order: a subscription, or null for a token. */
  #asked: (Subscription | null)[] = [];
  /** Snapshots are to be read once the subscription is acknowledged. */
  #stale: "start" | "subscription" | null = null;
  /** Attempts since the last stable connection. */
  #attempt = 0;
  /** Attempts in a row that came to nothing; and of them, upgrades that failed. */
  #failures = 0;
  #failedUpgrades = 0;
  #wasLive = false;
  #online = true;
  #reconnectInMs: number | null = null;
  #heartbeatMs: number = PING_MS;
  #heardAt = 0;
  #retryAt: number | null = null;
  #message: string | null = null;
  #status: Status;

  constructor(options: MachineOptions) {
    this.#options = options;
    this.#dedup = options.dedup ?? new Dedup();
    this.#position = options.position ?? NOWHERE;
    this.#wish = this.#held = options.subscription;
    this.#status = { state: "connecting", since: 0, seq: this.#position.seq, retryAt: null, message: null };
  }

  get status(): Status {
    return { ...this.#status, seq: this.#position.seq };
  }

  get position(): Position {
    return this.#position;
  }

  /** Takes one input at `now` (Unix milliseconds) and answers what is to be done. */
  handle(input: Input, now: number): Command[] {
    this.#out = [];
    this.#take(input, now);
    this.#tell(now);
    return this.#out;
  }

  #take(input: Input, now: number): void {
    switch (input.type) {
      case "start":
        if (this.#phase !== "idle") return;
        this.#online = input.online;
        return input.online ? this.#connect() : this.#goOffline();
      case "stop":
        return this.#end("stopped", null);
      case "session_ended":
        return this.#ended ? undefined : this.#end("signed_out", "Your session has ended");
      case "opened":
        return this.#opened();
      case "frame":
        return this.#frame(input.text, now);
      case "closed":
        return this.#closed(input.code, now);
      case "timer":
        return this.#fired(input.timer, now);
      case "online":
        this.#online = true;
        if (this.#phase !== "offline" && this.#phase !== "waiting") return;
        this.#attempt = this.#failures = 0;
        return this.#connect();
      case "offline":
        this.#online = false;
        return this.#ended || this.#phase === "idle" ? undefined : this.#goOffline();
      case "retry":
        return this.#phase === "waiting" || this.#phase === "offline" ? this.#connect() : undefined;
      case "subscribe":
        return this.#subscribe(input.subscription);
      case "token":
        if (this.#phase !== "live") return;
        this.#asked.push(null);
        return this.#send({ type: "auth", token: input.token } satisfies ClientFrame);
    }
  }

  get #ended(): boolean {
    return this.#phase === "signed_out" || this.#phase === "stopped";
  }

  #connect(): void {
    this.#cancel("retry");
    this.#retryAt = this.#message = null;
    this.#phase = "connecting";
    this.#reconnectInMs = null;
    this.#out.push({ type: "open" });
    this.#schedule("open", OPEN_MS);
  }

  #opened(): void {
    if (this.#phase !== "connecting") return;
    this.#phase = "greeting";
    this.#failedUpgrades = 0;
    this.#cancel("open");
    const { seq, epoch } = this.#position;
    const resumes = epoch !== null || seq > 0;
    if (!resumes) this.#stale ??= "start";
    this.#asked = [this.#wish];
    this.#send({
      ...wireOf(this.#wish),
      version: VERSION,
      ...(resumes && { lastSeq: seq, epoch }),
    });
    this.#schedule("ack", ACK_MS);
  }

  #subscribe(subscription: Subscription): void {
    this.#wish = subscription;
    // What was not subscribed to before is in no position: only a snapshot has it.
    this.#stale ??= "subscription";
    if (this.#phase !== "greeting" && this.#phase !== "live") return;
    this.#asked.push(subscription);
    this.#send({ type: "subscribe", ...wireOf(subscription) });
  }

  #frame(text: string, now: number): void {
    if (this.#phase !== "greeting" && this.#phase !== "live") return;
    this.#heardAt = now;
    const frame = readServerFrame(text);
    if (frame === "unknown") return;
    if (frame === "broken") return this.#lost(now);
    switch (frame.type) {
      case "ack":
        return this.#ack(frame, now);
      case "event":
        return this.#event(frame, now);
      case "ping":
        this.#clock.heard(frame.timestamp, now);
        this.#position = advance(this.#position, frame.seq);
        return;
      case "reset":
        this.#position = afterReset(frame);
        this.#out.push({ type: "refetch", reason: frame.reason });
        return;
      case "downgrade":
        this.#reconnectInMs = clamp(frame.reconnectInMs);
        return;
      case "error":
        return this.#error(frame);
    }
  }

  #ack(frame: Frame<"ack">, now: number): void {
    this.#clock.heard(frame.timestamp, now);
    this.#position = afterAck(this.#position, frame);
    if (frame.heartbeatMs > 0) this.#heartbeatMs = frame.heartbeatMs;
    if (this.#phase === "greeting") this.#goLive();
    this.#held = this.#asked.shift() ?? this.#held;
    this.#settle();
  }

  /** Once the server has answered everything, what it acknowledged last is what holds. */
  #settle(): void {
    if (this.#asked.length > 0) return;
    this.#wish = this.#held;
    if (this.#stale !== null) this.#out.push({ type: "refetch", reason: this.#stale });
    this.#stale = null;
  }

  #goLive(): void {
    this.#phase = "live";
    this.#wasLive = true;
    this.#failures = 0;
    this.#cancel("ack");
    this.#schedule("stable", STABLE_MS);
    this.#schedule("watchdog", this.#silenceMs);
  }

  #event(frame: Frame<"event">, now: number): void {
    if (isGap(this.#position, frame.prevSeq)) return this.#lost(now);
    this.#position = advance(this.#position, frame.seq);
    const { orgId } = this.#options;
    const events = frame.events.filter((event) => !this.#dedup.seen(orgId, event.id));
    const last = events.at(-1);
    if (last === undefined) return;
    const { service, seq } = frame;
    this.#out.push({ type: "deliver", service, events, seq, ageMs: this.#clock.since(last.at, now) });
  }

  #error({ code, message }: Frame<"error">): void {
    this.#message = message;
    if (code === "token_expiring") this.#out.push({ type: "token_needed" });
    // Before the first ack a refusal is the end of the connection: its close says what follows.
    if (this.#phase !== "live" || !REFUSALS.has(code)) return;
    this.#asked.shift();
    this.#out.push({ type: "refused", code, message, subscription: this.#held });
    this.#settle();
  }

  #closed(code: number, now: number): void {
    if (this.#phase !== "connecting" && this.#phase !== "greeting" && this.#phase !== "live") return;
    const { reconnect, reason } = reconnectRule(code);
    if (reconnect === "no") return this.#end("stopped", this.#message ?? reason);
    if (reconnect === "with_new_token") return this.#end("signed_out", this.#message ?? reason);
    this.#lost(now, reconnect === "at_once");
  }

  /** The connection is no good: let it go and come back, resuming from the position. */
  #lost(now: number, atOnce = this.#phase === "live"): void {
    const failed = this.#phase !== "live";
    if (this.#phase === "connecting") this.#failedUpgrades++;
    if (this.#failedUpgrades >= FAILED_UPGRADES_ASKED) this.#out.push({ type: "check_session" });
    if (failed) this.#failures++;
    this.#leave();
    if (!this.#online) return this.#goOffline();
    const free = atOnce && this.#attempt === 0;
    const wait = this.#reconnectInMs ?? (free ? 0 : backoffMs(this.#attempt, this.#options.random));
    this.#attempt++;
    this.#phase = "waiting";
    this.#retryAt = now + wait;
    this.#schedule("retry", wait);
  }

  #goOffline(): void {
    this.#leave();
    this.#phase = "offline";
    this.#retryAt = null;
  }

  #end(phase: "signed_out" | "stopped", message: string | null): void {
    this.#leave();
    this.#phase = phase;
    this.#message = message;
    this.#retryAt = null;
  }

  #leave(): void {
    for (const timer of ["open", "ack", "retry", "stable", "watchdog"] as const) this.#cancel(timer);
    if (this.#phase === "connecting" || this.#phase === "greeting" || this.#phase === "live") {
      this.#out.push({ type: "drop" });
    }
  }

  #fired(timer: Timer, now: number): void {
    switch (timer) {
      case "retry":
        return this.#phase === "waiting" ? this.#connect() : undefined;
      case "open":
        return this.#phase === "connecting" ? this.#lost(now) : undefined;
      case "ack":
        return this.#phase === "greeting" ? this.#lost(now) : undefined;
      case "stable":
        if (this.#phase === "live") this.#attempt = 0;
        return;
      case "watchdog": {
        if (this.#phase !== "live") return;
        const left = this.#heardAt + this.#silenceMs - now;
        if (left <= 0) this.#lost(now);
        else this.#schedule("watchdog", left);
      }
    }
  }

  /** Longest silence of a connection that lives. */
  get #silenceMs(): number {
    return 2 * this.#heartbeatMs + WATCHDOG_GRACE_MS;
  }

  #tell(now: number): void {
    const before = this.#status;
    const state = this.#state;
    const retryAt = this.#retryAt;
    const message = this.#ended ? this.#message : null;
    const isFirst = before.since === 0;
    const since = isFirst || state !== before.state ? now : before.since;
    this.#status = { state, since, seq: this.#position.seq, retryAt, message };
    const isSame = state === before.state && retryAt === before.retryAt && message === before.message;
    if (isFirst || !isSame) this.#out.push({ type: "status", status: this.#status });
  }

  get #state(): ConnectionState {
    const phase = this.#phase;
    if (phase === "live" || phase === "offline" || phase === "signed_out" || phase === "stopped") {
      return phase;
    }
    if (this.#failures >= FAILURES_SHOWN) return "offline";
    return this.#wasLive ? "catching_up" : "connecting";
  }

  #send(frame: object): void {
    this.#out.push({ type: "send", text: JSON.stringify(frame) });
  }

  #schedule(timer: Timer, ms: number): void {
    this.#out.push({ type: "schedule", timer, ms });
  }

  #cancel(timer: Timer): void {
    this.#out.push({ type: "cancel", timer });
  }
}

function wireOf({ services, propertyId }: Subscription): object {
  return { services, ...(propertyId !== null && { filters: { propertyId } }) };
}

function clamp(ms: unknown): number | null {
  if (typeof ms !== "number" || !Number.isFinite(ms)) return null;
  return Math.min(Math.max(0, ms), RECONNECT_IN_MS_MAX);
}
