import type { Subscription } from "@/lib/protocol/frames.ts";
import type { Service } from "@/lib/protocol/services.ts";
import type { ClientState, Transport } from "@/lib/client/client_types.ts";
import { Connection, type Notice } from "@/lib/client/connection.ts";
import type { SocketLike } from "@/lib/client/socket.ts";
import type { Dedup } from "@/lib/client/dedup.ts";
import type { ClientFlags } from "@/lib/client/flags.ts";
import { Machine, RENEW_MS } from "@/lib/client/machine.ts";
import type { Command, Credential, ParkReason } from "@/lib/client/machine_types.ts";
import { PollMachine } from "@/lib/client/poll_machine.ts";
import { type PollNotice, Polls } from "@/lib/client/polls.ts";
import type { Position } from "@/lib/client/position.ts";
import { type After, Timers } from "@/lib/client/timers.ts";
import { TransportChoice, type TransportCommand, type TransportInput } from "@/lib/client/transport.ts";

/** While polling, the token is renewed this long before it ends: it is looked at once in RECHECK_MS and a tenth. */
export const RENEW_AHEAD_MS = 3 * 60_000;

/** What came of the wish for a new token. "elsewhere": it is not this server that renews it. */
export type Renewal = { readonly credential: Credential | null } | "ended" | "elsewhere" | "failed";

/** What a link needs of the world. */
export interface LinkWorld {
  readonly WebSocket: new (url: string) => SocketLike;
  readonly socketUrl: () => string | Promise<string>;
  readonly get: (path: string, signal: AbortSignal) => Promise<Response>;
  /** null: there was no answer. */
  readonly askFlags: () => Promise<ClientFlags | "unauthenticated" | null>;
  readonly renew: () => Promise<Renewal>;
  readonly after: After;
  readonly now: () => number;
  readonly random: () => number;
}

export interface LinkOptions {
  readonly orgId: number;
  readonly dedup: Dedup;
  readonly subscription: Subscription;
  readonly position: Position;
  /** As last known. */
  readonly flags: ClientFlags;
  readonly online: boolean;
  /** Were events received before, by another link? Then this one comes back rather than for the first time. */
  readonly resumes: boolean;
  readonly notice: (notice: LinkNotice) => void;
}

export type LinkNotice =
  | Extract<Command, { type: "deliver" | "refetch" | "subscribed" }>
  | { readonly type: "refused"; readonly message: string; readonly subscription: Subscription }
  /** The session ends soon, and it is not ours to renew. */
  | { readonly type: "session_ends" }
  /** Status or position may have changed. */
  | { readonly type: "moved" };

export interface LinkStatus {
  readonly state: ClientState;
  readonly transport: Transport | null;
  readonly retryAt: number | null;
  readonly message: string | null;
  readonly pollReason: ParkReason | null;
  readonly off: readonly Service[];
}

/** The one way by which a person's events reach their tabs: the stream where it may be had, else long polls. */
export class Link {
  readonly #world: LinkWorld;
  readonly #notice: (notice: LinkNotice) => void;
  readonly #choice: TransportChoice;
  readonly #machine: Machine;
  readonly #connection: Connection;
  readonly #pollMachine: PollMachine;
  readonly #polls: Polls;
  readonly #timers: Timers<"recheck" | "renewal">;
  #online: boolean;
  #position: Position;
  readonly #flags: ClientFlags;
  readonly #resumes: boolean;
  #stopped = false;
  /** Counts the renewals; one that took too long is not waited for. */
  #renewal = 0;
  #renewing = false;
  /** Polls have failed since they last worked. */
  #pollsFailed = false;

  constructor(options: LinkOptions, world: LinkWorld) {
    const { WebSocket, socketUrl: url, get, after, now, random } = world;
    const { orgId, dedup, subscription, flags } = options;
    this.#world = world;
    this.#notice = options.notice;
    this.#online = options.online;
    this.#position = options.position;
    this.#flags = flags;
    this.#resumes = options.resumes;
    this.#choice = new TransportChoice(random);
    this.#timers = new Timers(
      after,
      (timer) => timer === "recheck" ? this.#choose({ type: "due" }) : this.#renewed("failed"),
    );
    this.#machine = new Machine({ orgId, dedup, subscription, random, parks: true, renews: true });
    const streamed = (notice: Notice) => this.#streamed(notice);
    this.#connection = new Connection({
      machine: this.#machine,
      url,
      WebSocket,
      after,
      now,
      notice: streamed,
    });
    this.#pollMachine = new PollMachine({ orgId, dedup, subscription, random });
    const polled = (notice: PollNotice) => this.#polled(notice);
    this.#polls = new Polls({ machine: this.#pollMachine, get, after, now, notice: polled });
  }

  start(): void {
    const { streaming, longPoll } = this.#flags;
    this.#polls.input({ type: "switched", on: longPoll });
    this.#choose({ type: "start", streaming });
  }

  get status(): LinkStatus {
    const status = this.#ofTransport;
    return this.#resumes && status.state === "connecting" ? { ...status, state: "catching_up" } : status;
  }

  get #ofTransport(): LinkStatus {
    const { reason } = this.#choice;
    if (this.#choice.isPolling) {
      const { state, retryAt, off } = this.#pollMachine.status;
      const transport = state === "polling" ? "long_poll" : null;
      return { state, transport, retryAt, message: null, pollReason: reason, off };
    }
    const { state, retryAt, message } = this.#machine.status;
    const transport = state === "live" ? "websocket" : null;
    // Parked it is only until the polls have begun.
    const shown = state === "parked" ? "catching_up" : state;
    return { state: shown, transport, retryAt, message, pollReason: null, off: [] };
  }

  /** Everything up to it was handed over. */
  get position(): Position {
    const reached = this.#reached;
    const isFurther = reached.epoch !== this.#position.epoch || reached.seq > this.#position.seq;
    return reached.epoch !== null && isFurther ? reached : this.#position;
  }

  /** Behind it nothing was handed over: of polled services some are further than the common position. */
  get furthest(): Position {
    const { seq, epoch } = this.position;
    return { seq: Math.max(seq, ...this.#ahead.values()), epoch };
  }

  get #reached(): Position {
    return this.#choice.isPolling ? this.#pollMachine.position : this.#machine.position;
  }

  subscribe(subscription: Subscription): void {
    this.#both({ type: "subscribe", subscription });
  }

  network(online: boolean): void {
    this.#online = online;
    this.#both({ type: online ? "online" : "offline" });
  }

  /** The person does not want to wait. */
  retry(): void {
    this.#both({ type: "retry" });
    this.#choose({ type: "woke" });
  }

  /** The page came into sight, the device may have slept. */
  woke(): void {
    this.#connection.input({ type: "woke" });
    if (this.#online) this.#polls.input({ type: "retry" });
    this.#choose({ type: "woke" });
  }

  stop(): void {
    this.#stopped = true;
    this.#timers.cancel("renewal");
    this.#choose({ type: "stop" });
    this.#both({ type: "stop" });
  }

  #both(
    input:
      | { type: "subscribe"; subscription: Subscription }
      | { type: "online" | "offline" | "retry" | "stop" | "session_ended" },
  ): void {
    this.#connection.input(input);
    this.#polls.input(input);
  }

  #choose(input: TransportInput): void {
    for (const command of this.#choice.handle(input, this.#world.now())) this.#do(command);
    this.#tell({ type: "moved" });
  }

  #do(command: TransportCommand): void {
    const online = this.#online;
    switch (command.type) {
      case "start_stream":
        return this.#connection.input({ type: "start", online, position: this.position, ahead: this.#ahead });
      case "start_polls":
        // The choice is made already: where the stream stands is where they go on.
        return this.#polls.input({
          type: "start",
          online,
          position: this.#streamPosition(),
          waitMs: command.waitMs,
        });
      case "stop_polls":
        return this.#polls.input({ type: "stop" });
      case "ask":
        return void this.#recheck();
      case "schedule":
        return this.#timers.schedule("recheck", command.ms);
      case "cancel":
        return this.#timers.cancel("recheck");
    }
  }

  /** What polls have found of single services in front of the common position. */
  get #ahead(): ReadonlyMap<Service, number> {
    return this.#choice.isPolling ? this.#pollMachine.ahead : new Map();
  }

  #streamPosition(): Position {
    const { position } = this.#machine;
    return position.epoch === null ? this.#position : position;
  }

  #streamed(notice: Notice): void {
    switch (notice.type) {
      case "parked":
        return this.#choose(notice);
      case "check_session":
        return void this.#readFlags();
      case "token_needed":
        return this.#renew();
      case "status":
        if (notice.status.state === "live") this.#choose({ type: "live" });
        return this.#tell({ type: "moved" });
      default:
        return this.#tell(notice);
    }
  }

  #polled(notice: PollNotice): void {
    if (notice.type === "token_needed") return this.#renew();
    if (notice.type !== "status") return this.#tell(notice);
    const { state, retryAt } = notice.status;
    if (state === "polling" && this.#pollsFailed) {
      // The server is back: what kept the stream away may be over too.
      this.#pollsFailed = false;
      this.#choose({ type: "woke" });
    }
    // Streaming that is switched off has another reason, and its polls may only wait to begin.
    const isBlocked = this.#choice.reason === "upgrades_failed";
    if (isBlocked && (state === "offline" || retryAt !== null)) this.#pollsFailed = true;
    this.#tell({ type: "moved" });
  }

  #tell(notice: LinkNotice): void {
    if (this.#stopped) return;
    // A reset may lead back: from there on nothing is known.
    this.#position = notice.type === "refetch" ? this.#reached : this.position;
    this.#notice(notice);
  }

  /** May the stream be tried again? Asked for by nobody but the choice: an upgrade that fails is no reason to try at once. */
  async #recheck(): Promise<void> {
    const streaming = await this.#readFlags();
    if (!this.#stopped) this.#choose({ type: "flags", streaming });
  }

  /** Is the person still signed in, and may stream? null where that is not known. */
  async #readFlags(): Promise<boolean | null> {
    const flags = await this.#world.askFlags();
    if (this.#stopped || flags === null) return null;
    if (flags === "unauthenticated") {
      this.#both({ type: "session_ended" });
      return null;
    }
    this.#polls.input({ type: "switched", on: flags.longPoll });
    // The stream warns before its token ends; polls are told by nobody.
    if (this.#choice.isPolling && (flags.expiresInMs ?? Infinity) < RENEW_AHEAD_MS) this.#renew();
    if (!flags.streaming) this.#connection.input({ type: "switched_off" });
    return flags.streaming;
  }

  #renew(): void {
    if (this.#renewing) return;
    this.#renewing = true;
    const renewal = ++this.#renewal;
    this.#timers.schedule("renewal", RENEW_MS);
    this.#world.renew().then((answer) => {
      if (this.#renewing && renewal === this.#renewal) this.#renewed(answer);
    });
  }

  #renewed(renewal: Renewal): void {
    this.#renewing = false;
    this.#timers.cancel("renewal");
    if (this.#stopped) return;
    if (renewal === "ended") return this.#both({ type: "session_ended" });
    if (renewal === "failed") {
      this.#connection.input({ type: "renewal_failed" });
      return this.#polls.input({ type: "renewal_failed" });
    }
    if (renewal === "elsewhere") this.#tell({ type: "session_ends" });
    // What the identity provider does to the cookie nobody tells us: it is worth a try.
    const credential = renewal === "elsewhere" ? null : renewal.credential;
    this.#connection.input({ type: "renewed", credential });
    this.#polls.input({ type: "renewed" });
  }
}
