import type { Subscription } from "@/lib/protocol/frames.ts";
import type {
  ClientStatus,
  ClientWarning,
  EventFilter,
  LiveEvent,
  RealtimeClient,
} from "@/lib/client/client_types.ts";
import type { ClientFlags } from "@/lib/client/flags.ts";
import { Following } from "@/lib/client/following.ts";
import { Inbox } from "@/lib/client/inbox.ts";
import { KeptPosition, type StorageLike } from "@/lib/client/kept_position.ts";
import { Leading } from "@/lib/client/leading.ts";
import type { LinkStatus, LinkWorld } from "@/lib/client/link.ts";
import type { RefetchReason } from "@/lib/client/machine_types.ts";
import { NOWHERE, type Position } from "@/lib/client/position.ts";
import type { LocksLike } from "@/lib/client/tab_lock.ts";
import { channelName, isOfLeader, type TabMessage } from "@/lib/client/tab_messages.ts";
import { type ChannelLike, Tabs } from "@/lib/client/tabs.ts";
import { covers } from "@/lib/client/wishes.ts";

/** What happens to the page around a client. */
export type PageEvent = "online" | "offline" | "visible" | "hidden" | "left" | "returned";

/** The browser, or what stands for it in a test. */
export interface ClientWorld extends LinkWorld {
  readonly isOnline: () => boolean;
  readonly isVisible: () => boolean;
  /** null where the browser has none. */
  readonly locks: LocksLike | null;
  readonly channel: ((name: string) => ChannelLike) | null;
  /** Of this tab; null where it is forbidden. */
  readonly storage: StorageLike | null;
  readonly newId: () => string;
  /** Tells what happens to the page; what it returns ends that. */
  readonly watchPage: (listener: (event: PageEvent) => void) => () => void;
  /** A listener threw. */
  readonly failed: (error: unknown) => void;
}

export interface ClientOptions {
  readonly orgId: number;
  readonly userId: string;
  readonly subscription: Subscription;
  /** Where the snapshots that the page has already were read; without it they are asked for. */
  readonly position?: Position;
  /** As last known. */
  readonly flags: ClientFlags;
}

const BEFORE: LinkStatus = {
  state: "connecting",
  transport: null,
  retryAt: null,
  message: null,
  pollReason: null,
  off: [],
};

/** Makes the client of this tab; it does nothing before `start`. */
export function createClient(options: ClientOptions, world: ClientWorld): RealtimeClient {
  return new TabClient(options, world);
}

class TabClient implements RealtimeClient {
  readonly #options: ClientOptions;
  readonly #world: ClientWorld;
  readonly #id: string;
  readonly #inbox: Inbox;
  readonly #tabs: Tabs;
  readonly #kept: KeptPosition;
  readonly #refetching = new Set<(reason: RefetchReason) => void>();
  readonly #watching = new Set<() => void>();
  #wish: Subscription;
  /** The last wish that was met: what a refused one falls back to. */
  #met: Subscription;
  /** What is being sent, as last told; null before. */
  #held: Subscription | null = null;
  /** Is what this tab wants to see part of it, or of what was asked for at the start? */
  #isCovered = true;
  #leading: Leading | undefined;
  #following: Following | undefined;
  #unwatch: (() => void) | undefined;
  #status: ClientStatus;
  #warning: ClientWarning | null = null;

  constructor(options: ClientOptions, world: ClientWorld) {
    const { orgId, userId, subscription, position = NOWHERE } = options;
    const { locks, channel, after, now, random, isVisible, failed } = world;
    this.#options = options;
    this.#world = world;
    this.#id = world.newId();
    this.#wish = this.#met = subscription;
    this.#kept = new KeptPosition(world.storage, options);
    const begin = this.#kept.begin(position, now());
    this.#inbox = new Inbox({ orgId, position: begin, wish: () => this.#wish, failed });
    const lead = () => this.#lead();
    const follow = () => this.#follow();
    const beat = () => this.#leading?.beat();
    const heard = (message: TabMessage) => this.#heard(message);
    const name = channelName(orgId, userId);
    const happens = { lead, follow, beat, heard };
    this.#tabs = new Tabs({ name, locks, channel, after, now, random, isVisible, ...happens });
    this.#status = this.#statusOf(BEFORE, 0);
  }

  get status(): ClientStatus {
    const { position, received, last } = this.#inbox;
    return { ...this.#status, position, received, last };
  }

  get warning(): ClientWarning | null {
    return this.#warning;
  }

  get subscription(): Subscription {
    return this.#wish;
  }

  start(): void {
    if (this.#unwatch !== undefined) return;
    this.#unwatch = this.#world.watchPage((event) => this.#page(event));
    this.#tabs.start();
  }

  stop(): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#leave();
  }

  subscribe(subscription: Subscription): void {
    this.#wish = subscription;
    this.#isCovered = this.#held !== null && covers(this.#held, subscription);
    if (this.#isCovered) this.#met = subscription;
    this.#sayWish();
    this.#tell();
    // What is not sent yet is read once it is.
    if (this.#isCovered) this.#refetch("subscription");
  }

  #sayWish(): void {
    this.#leading?.wants(this.#wish);
    if (this.#following !== undefined) this.#tabs.say({ type: "wish", tab: this.#id, wish: this.#wish });
  }

  retry(): void {
    if (this.#leading !== undefined) this.#leading.retry();
    else this.#tabs.say({ type: "retry" });
  }

  dismiss(): void {
    this.#warn(null);
  }

  on(filter: EventFilter, listener: (events: readonly LiveEvent[]) => void): () => void {
    return this.#inbox.on(filter, listener);
  }

  onRefetch(listener: (reason: RefetchReason) => void): () => void {
    this.#refetching.add(listener);
    return () => this.#refetching.delete(listener);
  }

  onStatus(listener: () => void): () => void {
    this.#watching.add(listener);
    return () => this.#watching.delete(listener);
  }

  #lead(): void {
    const { orgId, flags } = this.#options;
    // The leader before knew better than this page, which may be hours old.
    const before = this.#following?.status;
    const streaming = before === undefined ? flags.streaming : before.pollReason !== "switched_off";
    this.#following = undefined;
    this.#leading = new Leading({
      orgId,
      term: () => this.#tabs.term,
      before: this.#held,
      flags: { ...flags, streaming },
      inbox: this.#inbox,
      wish: this.#wish,
      world: this.#world,
      say: (message) => this.#tabs.say(message),
      ...this.#news(),
    });
    this.#leading.start();
  }

  #follow(): void {
    this.#leading?.stop();
    this.#leading = undefined;
    this.#following = new Following({
      tab: this.#id,
      inbox: this.#inbox,
      now: this.#world.now,
      hello: () => this.#hello(),
      ...this.#news(),
    });
    this.#moved();
  }

  #hello(): void {
    const { position } = this.#inbox;
    this.#tabs.say({ type: "hello", tab: this.#id, position, wish: this.#wish });
  }

  /** What leader and follower are told alike. */
  #news() {
    return {
      refetch: (reason: RefetchReason) => this.#refetch(reason),
      subscribed: (held: Subscription) => this.#subscribed(held),
      refused: (message: string, held: Subscription) => this.#refused(message, held),
      sessionEnds: () => this.#warn({ type: "session_ends", at: this.#world.now() }),
      moved: () => this.#moved(),
    };
  }

  #heard(message: TabMessage): void {
    if (isOfLeader(message)) this.#following?.heard(message);
    else this.#leading?.heard(message);
  }

  /** What was not sent before must be read, now that it is. */
  #subscribed(held: Subscription): void {
    const wasCovered = this.#isCovered;
    this.#held = held;
    this.#isCovered = covers(held, this.#wish);
    if (this.#isCovered) this.#met = this.#wish;
    if (!wasCovered && this.#isCovered) this.#refetch("subscription");
  }

  #refused(message: string, held: Subscription): void {
    this.#warn({ type: "refused", message });
    if (covers(held, this.#wish)) return;
    this.subscribe(covers(held, this.#met) ? this.#met : held);
  }

  #page(event: PageEvent): void {
    switch (event) {
      case "online":
      case "offline":
        return this.#leading?.network(event === "online");
      case "visible":
        this.#tabs.input({ type: "visible" });
        return this.#leading?.woke();
      case "hidden":
        this.#kept.keep(this.#inbox.position, this.#world.now(), true);
        return this.#tabs.input({ type: "hidden" });
      case "left":
        return this.#leave();
      case "returned":
        return this.#tabs.start();
    }
  }

  /** Others may have the lead; where this tab stood is kept. */
  #leave(): void {
    if (this.#following !== undefined) this.#tabs.say({ type: "bye", tab: this.#id });
    this.#kept.keep(this.#inbox.position, this.#world.now(), true);
    this.#leading?.stop();
    this.#leading = this.#following = undefined;
    this.#tabs.stop();
  }

  #refetch(reason: RefetchReason): void {
    this.#call(this.#refetching, (listener) => listener(reason));
  }

  #warn(warning: ClientWarning | null): void {
    this.#warning = warning;
    this.#tell();
  }

  #moved(): void {
    const now = this.#world.now();
    this.#kept.keep(this.#inbox.position, now);
    this.#status = this.#statusOf(this.#leading?.status ?? this.#following?.status ?? BEFORE, now);
    const { state, since } = this.#status;
    // A connection that was made after the end of the session was foretold proves that wrong.
    const wasWrong = this.#warning?.type === "session_ends" && state === "live" && since > this.#warning.at;
    if (wasWrong) this.#warning = null;
    this.#tell();
  }

  #statusOf(link: LinkStatus, now: number): ClientStatus {
    const { position, received, last } = this.#inbox;
    const before = this.#status as ClientStatus | undefined;
    const since = before !== undefined && before.state === link.state && before.since > 0
      ? before.since
      : now;
    const role = this.#leading !== undefined || this.#following === undefined ? "leader" : "follower";
    return { ...link, since, role, position, received, last };
  }

  #tell(): void {
    this.#call(this.#watching, (listener) => listener());
  }

  /** One that throws must not keep the others from hearing, nor the client from going on. */
  #call<L>(listeners: ReadonlySet<L>, call: (listener: L) => void): void {
    for (const listener of [...listeners]) {
      try {
        call(listener);
      } catch (error) {
        this.#world.failed(error);
      }
    }
  }
}
