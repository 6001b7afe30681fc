import type { Subscription } from "@/lib/protocol/frames.ts";
import type { Service } from "@/lib/protocol/services.ts";
import type { ClientState, Transport } from "@/lib/client/client_types.ts";
import { Connection, type Notice, type SocketLike } from "@/lib/client/connection.ts";
import type { Dedup } from "@/lib/client/dedup.ts";
import type { ClientFlags } from "@/lib/client/flags.ts";
import { Machine } from "@/lib/client/machine.ts";
import type { Command, Credential, ParkReason } from "@/lib/client/machine_types.ts";
import { PollMachine } from "@/lib/client/poll_machine.ts";
import { type PollNotice, Polls } from "@/lib/client/polls.ts";
import type { Position } from "@/lib/client/position.ts";
import { type After, Timers } from "@/lib/client/timers.ts";
import { TransportChoice, type TransportCommand, type TransportInput } from "@/lib/client/transport.ts";

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
  readonly #timers: Timers<"recheck">;
  #online: boolean;
  #position: Position;
  #stopped = false;
  #renewing = false;

  constructor(options: LinkOptions, world: LinkWorld) {
    const { WebSocket, socketUrl: url, get, after, now, random } = world;
    const { orgId, dedup, subscription, flags } = options;
    this.#world = world;
    this.#notice = options.notice;
    this.#online = options.online;
    this.#position = options.position;
    this.#choice = new TransportChoice(random);
    this.#timers = new Timers(after, () => this.#choose({ type: "due" }));
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
    this.#polls.input({ type: "switched", on: flags.longPoll });
    this.#choose({ type: "start", streaming: flags.streaming });
  }

  get status(): LinkStatus {
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
        return this.#connection.input({ type: "start", online, position: this.position });
      case "start_polls":
        // The choice is made already: where the stream stands is where they go on.
        return this.#polls.input({ type: "start", online, position: this.#streamPosition() });
      case "stop_polls":
        return this.#polls.input({ type: "stop" });
      case "ask":
        return void this.#askFlags((streaming) => this.#choose({ type: "flags", streaming }));
      case "schedule":
        return this.#timers.schedule("recheck", command.ms);
      case "cancel":
        return this.#timers.cancel("recheck");
    }
  }

  #streamPosition(): Position {
    const { position } = this.#machine;
    return position.epoch === null ? this.#position : position;
  }

  #streamed(notice: Notice): void {
    switch (notice.type) {
      case "parked":
        return this.#choose({ type: "parked", reason: notice.reason });
      case "check_session":
        // Only that: an answer that had the stream tried again would have the next failure ask again, and so on.
        return void this.#askFlags(() => {});
      case "token_needed":
        return void this.#renew();
      case "status":
        if (notice.status.state === "live") this.#choose({ type: "live" });
        return this.#tell({ type: "moved" });
      default:
        return this.#tell(notice);
    }
  }

  #polled(notice: PollNotice): void {
    // While the stream is tried again, polls that were answered late have nothing to add.
    if (notice.type === "token_needed") return void this.#renew();
    this.#tell(notice.type === "status" ? { type: "moved" } : notice);
  }

  #tell(notice: LinkNotice): void {
    if (this.#stopped) return;
    // A reset may lead back: from there on nothing is known.
    this.#position = notice.type === "refetch" ? this.#reached : this.position;
    this.#notice(notice);
  }

  async #askFlags(answered: (streaming: boolean | null) => void): Promise<void> {
    const flags = await this.#world.askFlags();
    if (this.#stopped) return;
    if (flags === "unauthenticated") return this.#both({ type: "session_ended" });
    if (flags === null) return answered(null);
    this.#polls.input({ type: "switched", on: flags.longPoll });
    if (!flags.streaming) this.#connection.input({ type: "switched_off" });
    answered(flags.streaming);
  }

  async #renew(): Promise<void> {
    if (this.#renewing) return;
    this.#renewing = true;
    const renewal = await this.#world.renew();
    this.#renewing = false;
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
