import type { Subscription } from "@/lib/protocol/frames.ts";
import { PING_MS } from "@/lib/protocol/limits.ts";
import type { Service } from "@/lib/protocol/services.ts";
import { Dedup } from "@/lib/client/dedup.ts";
import {
  authFrame,
  handshakeFrame,
  isSomewhere,
  REFUSALS,
  subscribeFrame,
} from "@/lib/client/client_frames.ts";
import { Attempts } from "@/lib/client/attempts.ts";
import { readReconnectInMs, reconnectRule } from "@/lib/client/reconnect.ts";
import { Subscribing } from "@/lib/client/subscribing.ts";
import { TokenLife } from "@/lib/client/token_life.ts";
import { advance, afterAck, afterReset, isGap, NOWHERE, type Position } from "@/lib/client/position.ts";
import { readServerFrame, type ServerFrame } from "@/lib/client/server_frames.ts";
import { ServerClock } from "@/lib/client/server_clock.ts";
import type {
  Command,
  ConnectionState,
  Credential,
  Input,
  MachineOptions,
  ParkReason,
  Status,
  Timer,
} from "@/lib/client/machine_types.ts";

/** A socket that has not opened by then never will: networks drop such attempts without a word. */
export const OPEN_MS = 15_000;
/** From the handshake to its ack. */
export const ACK_MS = 10_000;
/** A connection that lived this long was a good one: the next attempt starts from the shortest wait. */
export const STABLE_MS = 10_000;
/** Added to two missed pings before a silent connection is given up. */
export const WATCHDOG_GRACE_MS = 5_000;
/** Longest wait for a new token, and between two requests for one. */
export const RENEW_MS = 10_000;
const NONE: ReadonlyMap<Service, number> = new Map();
type Phase =
  | "idle"
  | "renewing"
  | "connecting"
  | "greeting"
  | "live"
  | "waiting"
  | "offline"
  | "parked"
  | "signed_out"
  | "stopped";
type Frame<T extends ServerFrame["type"]> = Extract<ServerFrame, { type: T }>;

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
  #ahead: ReadonlyMap<Service, number> = NONE;
  readonly #subscribing: Subscribing;
  readonly #attempts = new Attempts();
  readonly #token: TokenLife;
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
    this.#subscribing = new Subscribing(options.subscription);
    this.#token = new TokenLife(this.#clock, options.renews ?? false);
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
        if (this.#phase !== "idle" && this.#phase !== "parked") return;
        this.#online = input.online;
        this.#position = input.position ?? this.#position;
        this.#ahead = input.ahead ?? NONE;
        return input.online ? this.#connect(now) : this.#goOffline();
      case "stop":
        return this.#end("stopped", null);
      case "session_ended":
        return this.#ended ? undefined : this.#end("signed_out", "Your session has ended");
      case "switched_off":
        return this.#options.parks && this.#phase === "waiting" ? this.#park("switched_off") : undefined;
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
        this.#attempts.forget();
        return this.#connect(now);
      case "offline":
        this.#online = false;
        return this.#ended || this.#rests ? undefined : this.#goOffline();
      case "retry":
        return this.#phase === "waiting" || this.#phase === "offline" ? this.#connect(now) : undefined;
      case "woke":
        return this.#woke(now);
      case "subscribe":
        return this.#subscribe(input.subscription);
      case "renewed":
        return this.#gotToken(input.credential);
      case "renewal_failed":
        if (this.#phase === "renewing") return this.#lost(now);
        return this.#phase === "live" ? this.#schedule("renew", RENEW_MS) : undefined;
    }
  }

  get #ended(): boolean {
    return this.#phase === "signed_out" || this.#phase === "stopped";
  }

  /** Is it the owner's turn? */
  get #rests(): boolean {
    return this.#phase === "idle" || this.#phase === "parked";
  }

  #connect(now: number): void {
    this.#cancel("retry");
    this.#retryAt = this.#message = null;
    if (this.#token.isEnding(now)) return this.#renew();
    this.#open();
  }

  #open(): void {
    this.#phase = "connecting";
    this.#reconnectInMs = null;
    this.#out.push({ type: "open" });
    this.#schedule("open", OPEN_MS);
  }

  #opened(): void {
    if (this.#phase !== "connecting") return;
    this.#phase = "greeting";
    this.#attempts.opened();
    this.#cancel("open");
    if (!isSomewhere(this.#position)) this.#subscribing.startsAnew();
    this.#subscribing.greets();
    this.#send(handshakeFrame(this.#subscribing.wish, this.#position));
    this.#schedule("ack", ACK_MS);
  }

  /** Gets a new token before anything is sent: a socket opened with the old one would be refused. */
  #renew(): void {
    this.#phase = "renewing";
    this.#out.push({ type: "token_needed" });
    this.#schedule("renew", RENEW_MS);
  }

  #gotToken(credential: Credential | null): void {
    if (this.#phase !== "renewing" && this.#phase !== "live") return;
    this.#cancel("renew");
    this.#token.renewed();
    if (this.#phase === "renewing") return this.#open();
    if (credential === null) return;
    this.#subscribing.asks(null);
    this.#send(authFrame(credential));
  }

  /** Nothing sent meanwhile may have arrived, and the token may have ended. */
  #woke(now: number): void {
    if (this.#phase === "waiting") return this.#connect(now);
    if (this.#phase === "offline") return this.#online ? this.#connect(now) : undefined;
    if (this.#phase !== "live") return;
    if (now - this.#heardAt >= this.#silenceMs) return this.#lost(now);
    if (this.#token.isEnding(now)) this.#out.push({ type: "token_needed" });
  }

  #subscribe(subscription: Subscription): void {
    this.#subscribing.wants(subscription);
    if (this.#phase !== "greeting" && this.#phase !== "live") return;
    this.#subscribing.asks(subscription);
    this.#send(subscribeFrame(subscription));
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
        return this.#event(frame, text.length, now);
      case "ping":
        this.#clock.heard(frame.timestamp, now);
        this.#position = advance(this.#position, frame.seq);
        return;
      case "reset":
        this.#position = afterReset(frame);
        this.#ahead = NONE;
        this.#out.push({ type: "refetch", reason: frame.reason });
        return;
      case "downgrade":
        this.#reconnectInMs = readReconnectInMs(frame.reconnectInMs);
        return;
      case "error":
        return this.#error(frame);
    }
  }

  #ack(frame: Frame<"ack">, now: number): void {
    this.#clock.heard(frame.timestamp, now);
    this.#position = afterAck(this.#position, frame);
    if (frame.heartbeatMs > 0) this.#heartbeatMs = frame.heartbeatMs;
    this.#token.acknowledged(frame.expiresAt);
    if (this.#phase === "greeting") this.#goLive();
    const subscription = this.#subscribing.granted();
    if (subscription !== null) this.#out.push({ type: "subscribed", subscription });
    this.#settle();
  }

  #settle(): void {
    const reason = this.#subscribing.settle();
    if (reason !== null) this.#out.push({ type: "refetch", reason });
  }

  #goLive(): void {
    this.#phase = "live";
    this.#wasLive = true;
    this.#attempts.succeeded();
    this.#cancel("ack");
    this.#schedule("stable", STABLE_MS);
    this.#schedule("watchdog", this.#silenceMs);
  }

  #event(frame: Frame<"event">, chars: number, now: number): void {
    if (isGap(this.#position, frame.prevSeq)) return this.#lost(now);
    this.#position = advance(this.#position, frame.seq);
    const { service, seq } = frame;
    if (seq <= (this.#ahead.get(service) ?? 0)) return;
    const events = frame.events.filter(({ id }) => !this.#dedup.seen(this.#options.orgId, id));
    const last = events.at(-1);
    if (last === undefined) return;
    const ageMs = this.#clock.since(last.at, now);
    this.#out.push({ type: "deliver", service, events, seq, ageMs, chars });
  }

  #error({ code, message }: Frame<"error">): void {
    this.#message = message;
    if (code === "token_expiring") this.#out.push({ type: "token_needed" });
    // Before the first ack a refusal is the end of the connection: its close says what follows.
    if (this.#phase !== "live" || !REFUSALS.has(code)) return;
    this.#subscribing.refused();
    this.#out.push({ type: "refused", code, message, subscription: this.#subscribing.held });
    this.#settle();
  }

  #closed(code: number, now: number): void {
    if (this.#phase !== "connecting" && this.#phase !== "greeting" && this.#phase !== "live") return;
    const { reconnect, reason } = reconnectRule(code);
    if (reconnect === "no") return this.#end("stopped", this.#message ?? reason);
    if (reconnect === "long_poll" && this.#options.parks) return this.#park("switched_off");
    if (reconnect !== "with_new_token") return this.#lost(now, reconnect === "at_once");
    if (!this.#token.isWorthRenewing) return this.#end("signed_out", this.#message ?? reason);
    this.#leave();
    this.#renew();
  }

  /** Leaves it to the owner to get events in another way, and to try again. */
  #park(reason: ParkReason): void {
    this.#leave();
    this.#phase = "parked";
    this.#out.push({ type: "parked", reason, waitMs: this.#reconnectInMs ?? 0 });
  }

  /** The connection is no good: let it go and come back, resuming from the position. */
  #lost(now: number, atOnce = this.#phase === "live"): void {
    const atUpgrade = this.#phase === "connecting";
    if (this.#phase !== "live") this.#attempts.failed(atUpgrade);
    if (atUpgrade) this.#out.push({ type: "check_session" });
    this.#leave();
    if (!this.#online) return this.#goOffline();
    if (this.#options.parks && this.#attempts.areUpgradesBlocked) return this.#park("upgrades_failed");
    const backoff = this.#attempts.wait(atOnce, this.#options.random);
    const wait = this.#reconnectInMs ?? backoff;
    this.#phase = "waiting";
    this.#retryAt = now + wait;
    this.#schedule("retry", wait);
  }

  #goOffline(): void {
    this.#leave();
    this.#phase = "offline";
  }

  #end(phase: "signed_out" | "stopped", message: string | null): void {
    this.#leave();
    this.#phase = phase;
    this.#message = message;
  }

  #leave(): void {
    this.#retryAt = null;
    for (const timer of ["open", "ack", "retry", "stable", "watchdog", "renew"] as const) this.#cancel(timer);
    if (this.#phase === "connecting" || this.#phase === "greeting" || this.#phase === "live") {
      this.#out.push({ type: "drop" });
    }
  }

  #fired(timer: Timer, now: number): void {
    switch (timer) {
      case "retry":
        return this.#phase === "waiting" ? this.#connect(now) : undefined;
      case "open":
        return this.#phase === "connecting" ? this.#lost(now) : undefined;
      case "ack":
        return this.#phase === "greeting" ? this.#lost(now) : undefined;
      case "stable":
        if (this.#phase === "live") this.#attempts.lasted();
        return;
      case "renew":
        if (this.#phase === "renewing") return this.#lost(now);
        if (this.#phase === "live") this.#out.push({ type: "token_needed" });
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
    const [state, retryAt] = [this.#state, this.#retryAt];
    const message = this.#ended ? this.#message : null;
    const isFirst = before.since === 0;
    const since = isFirst || state !== before.state ? now : before.since;
    this.#status = { state, since, seq: this.#position.seq, retryAt, message };
    const isSame = state === before.state && retryAt === before.retryAt && message === before.message;
    if (isFirst || !isSame) this.#out.push({ type: "status", status: this.#status });
  }

  get #state(): ConnectionState {
    const phase = this.#phase;
    if (phase === "live" || phase === "offline" || phase === "parked") return phase;
    if (phase === "signed_out" || phase === "stopped") return phase;
    return this.#attempts.areMany ? "offline" : this.#wasLive ? "catching_up" : "connecting";
  }

  #send(text: string): void {
    this.#out.push({ type: "send", text });
  }

  #schedule(timer: Timer, ms: number): void {
    this.#out.push({ type: "schedule", timer, ms });
  }

  #cancel(timer: Timer): void {
    this.#out.push({ type: "cancel", timer });
  }
}
