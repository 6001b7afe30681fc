import { Attempts } from "@/lib/client/attempts.ts";
import type { Credential } from "@/lib/client/machine_types.ts";
import { CHAT_CLOSE } from "@/lib/protocol/close_codes.ts";
import { CHAT_SILENCE_MS } from "@/lib/chat/limits.ts";
import type { ChatState } from "@/lib/chat/client/chat_types.ts";
import type {
  ConnectionCommand,
  ConnectionInput,
  ConnectionStatus,
  ConnectionTimer,
} from "@/lib/chat/client/connection_types.ts";
import {
  OPEN_MS,
  REFUSALS_MAX,
  RENEW_MS,
  STABLE_MS,
  UPGRADES_BEFORE_RENEWAL,
} from "@/lib/chat/client/limits.ts";
import { readServerChatFrame } from "@/lib/chat/client/server_frames.ts";

type Phase = "idle" | "renewing" | "connecting" | "live" | "waiting" | "offline" | "ended";

/** Closes that say that a frame of this client was not understood. */
const NOT_UNDERSTOOD: ReadonlySet<number> = new Set([CHAT_CLOSE.bad_frame.code, CHAT_CLOSE.too_big.code]);

/**
 * The connection to `GET /v2/collaboration/chat/stream` as a state machine: inputs in, commands out, with neither clock
 * nor network of its own. It watches without a room; its owner joins them whenever it is live.
 */
export class ConnectionMachine {
  readonly #userId: string;
  readonly #random: () => number;
  readonly #attempts = new Attempts();
  #phase: Phase = "idle";
  #out: ConnectionCommand[] = [];
  #online = true;
  #heardAt = 0;
  /** Has this connection said anything? The server may accept one and refuse it then. */
  #isHeard = false;
  #retryAt: number | null = null;
  #upgradesFailed = 0;
  #refusals = 0;
  /** A token was got since a connection last worked: one that does not help is no reason to get another. */
  #hasRenewed = false;

  constructor({ userId, random }: { readonly userId: string; readonly random: () => number }) {
    this.#userId = userId;
    this.#random = random;
  }

  get status(): ConnectionStatus {
    return { state: this.#state, retryAt: this.#retryAt };
  }

  get isLive(): boolean {
    return this.#phase === "live";
  }

  /** Takes one input at `now` (Unix milliseconds) and answers what is to be done. */
  handle(input: ConnectionInput, now: number): ConnectionCommand[] {
    this.#out = [];
    if (this.#phase !== "ended") this.#take(input, now);
    return this.#out;
  }

  get #state(): ChatState {
    if (this.#phase === "ended" || this.#phase === "offline") return this.#phase;
    if (this.#phase === "live" && (this.#isHeard || !this.#attempts.areMany)) return "live";
    return this.#attempts.areMany ? "offline" : "connecting";
  }

  #take(input: ConnectionInput, now: number): void {
    switch (input.type) {
      case "start":
        if (this.#phase !== "idle") return;
        this.#online = input.online;
        return input.online ? this.#connect() : void (this.#phase = "offline");
      case "stop":
        this.#leave(false);
        this.#phase = "idle";
        return;
      case "opened":
        return this.#opened(now);
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
        return this.#connect();
      case "offline":
        return this.#wentOffline();
      case "woke":
        return this.#woke(now);
      case "overdue":
        return this.#phase === "live" ? this.#lost(now, true) : undefined;
      case "renewed":
        return this.#gotToken(input.credential);
      case "renewal_failed":
        if (this.#phase === "renewing") return this.#lost(now, false);
        return this.#phase === "live" ? this.#schedule("renew", RENEW_MS) : undefined;
      case "session_ended":
        return this.#phase === "idle" ? undefined : this.#end();
    }
  }

  #connect(): void {
    this.#unschedule("retry");
    this.#retryAt = null;
    const isTokenSuspected = this.#upgradesFailed >= UPGRADES_BEFORE_RENEWAL && !this.#hasRenewed;
    if (isTokenSuspected) return this.#renew();
    this.#open();
  }

  #open(): void {
    this.#phase = "connecting";
    this.#out.push({ type: "open" });
    this.#schedule("open", OPEN_MS);
  }

  #opened(now: number): void {
    if (this.#phase !== "connecting") return;
    this.#unschedule("open");
    this.#phase = "live";
    this.#upgradesFailed = 0;
    this.#isHeard = false;
    this.#heardAt = now;
    this.#attempts.opened();
    this.#send({ userId: this.#userId, watch: true });
    this.#schedule("watchdog", CHAT_SILENCE_MS);
    this.#out.push({ type: "live" });
  }

  #frame(text: string, now: number): void {
    if (this.#phase !== "live") return;
    this.#heardAt = now;
    const frame = readServerChatFrame(text);
    if (frame === null) return;
    if (frame.type !== "error") this.#works();
    if (frame.type === "error" && frame.code === "token_expiring") this.#out.push({ type: "token_needed" });
    else if (frame.type !== "ping" && frame.type !== "renewed") this.#out.push({ type: "frame", frame });
  }

  #works(): void {
    if (this.#isHeard) return;
    this.#isHeard = true;
    this.#hasRenewed = false;
    this.#attempts.succeeded();
    this.#schedule("stable", STABLE_MS);
  }

  #closed(code: number, now: number): void {
    if (this.#phase !== "connecting" && this.#phase !== "live") return;
    if (NOT_UNDERSTOOD.has(code)) return this.#refused(now);
    const known = Object.values(CHAT_CLOSE).find((close) => close.code === code);
    if (code === CHAT_CLOSE.forbidden.code) return this.#end();
    if (known?.reconnect !== "with_new_token") return this.#lost(now, known?.reconnect === "at_once");
    if (this.#hasRenewed) return this.#end();
    this.#leave(false);
    this.#renew();
  }

  /** The owner puts aside what was under way; where that does not help, it is no use to go on. */
  #refused(now: number): void {
    this.#refusals++;
    if (this.#refusals >= REFUSALS_MAX) return this.#end();
    this.#lost(now, false, true);
  }

  /** The connection is no good: let it go and come back. */
  #lost(now: number, atOnce = this.#phase === "live", isRefused = false): void {
    if (this.#phase === "connecting") this.#upgradesFailed++;
    if (this.#phase !== "live" || !this.#isHeard) this.#attempts.failed(this.#phase === "connecting");
    this.#leave(isRefused);
    if (!this.#online) return void (this.#phase = "offline");
    this.#phase = "waiting";
    const ms = this.#attempts.wait(atOnce, this.#random);
    this.#retryAt = now + ms;
    this.#schedule("retry", ms);
  }

  #wentOffline(): void {
    this.#online = false;
    if (this.#phase === "idle") return;
    this.#leave(false);
    this.#phase = "offline";
  }

  #woke(now: number): void {
    if (this.#phase === "waiting") return this.#connect();
    if (this.#phase === "offline") return this.#online ? this.#connect() : undefined;
    if (this.#phase === "live" && now - this.#heardAt >= CHAT_SILENCE_MS) this.#lost(now, true);
  }

  #renew(): void {
    this.#phase = "renewing";
    this.#hasRenewed = true;
    this.#out.push({ type: "token_needed" });
    this.#schedule("renew", RENEW_MS);
  }

  #gotToken(credential: Credential | null): void {
    if (this.#phase !== "renewing" && this.#phase !== "live") return;
    this.#unschedule("renew");
    if (this.#phase === "renewing") {
      this.#upgradesFailed = 0;
      return this.#open();
    }
    if (credential !== null) this.#send({ type: "auth", ...credential });
  }

  #fired(timer: ConnectionTimer, now: number): void {
    switch (timer) {
      case "retry":
        return this.#phase === "waiting" ? this.#connect() : undefined;
      case "open":
        return this.#phase === "connecting" ? this.#lost(now, false) : undefined;
      case "stable":
        this.#refusals = 0;
        return this.#attempts.lasted();
      case "renew":
        if (this.#phase === "renewing") return this.#lost(now, false);
        if (this.#phase === "live") this.#out.push({ type: "token_needed" });
        return;
      case "watchdog": {
        if (this.#phase !== "live") return;
        const left = this.#heardAt + CHAT_SILENCE_MS - now;
        if (left <= 0) this.#lost(now, true);
        else this.#schedule("watchdog", left);
      }
    }
  }

  #end(): void {
    this.#leave(false);
    this.#phase = "ended";
  }

  #leave(isRefused: boolean): void {
    this.#retryAt = null;
    this.#unschedule("open", "retry", "stable", "watchdog", "renew");
    if (this.#phase === "connecting" || this.#phase === "live") this.#out.push({ type: "drop" });
    if (this.#phase === "live") this.#out.push({ type: "lost", isRefused });
  }

  #send(frame: object): void {
    this.#out.push({ type: "send", text: JSON.stringify(frame) });
  }

  #schedule(timer: ConnectionTimer, ms: number): void {
    this.#out.push({ type: "schedule", timer, ms });
  }

  #unschedule(...timers: readonly ConnectionTimer[]): void {
    for (const timer of timers) this.#out.push({ type: "unschedule", timer });
  }
}
