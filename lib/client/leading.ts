import type { Subscription } from "@/lib/protocol/frames.ts";
import type { ClientFlags } from "@/lib/client/flags.ts";
import type { Inbox } from "@/lib/client/inbox.ts";
import { Link, type LinkNotice, type LinkStatus, type LinkWorld } from "@/lib/client/link.ts";
import type { RefetchReason } from "@/lib/client/machine_types.ts";
import type { FollowerMessage, LeaderMessage } from "@/lib/client/tab_messages.ts";
import { covers, isSameSubscription, Wishes } from "@/lib/client/wishes.ts";

export interface LeadingParts {
  readonly orgId: number;
  readonly term: () => number;
  readonly inbox: Inbox;
  readonly wish: Subscription;
  /** What the leader before held, so that nobody has to do without it meanwhile; null where there was none. */
  readonly before: Subscription | null;
  readonly flags: ClientFlags;
  readonly world: LinkWorld & { readonly isOnline: () => boolean; readonly isVisible: () => boolean };
  readonly say: (message: LeaderMessage) => void;
  readonly refetch: (reason: RefetchReason) => void;
  readonly subscribed: (subscription: Subscription) => void;
  readonly refused: (message: string, subscription: Subscription) => void;
  readonly sessionEnds: () => void;
  /** Status or position may have changed. */
  readonly moved: () => void;
}

/** By then the tabs of the leader before have said what they want, or are gone. */
export const INHERIT_MS = 3_000;
/** No tab is called so. */
const LEADER_BEFORE = "";

/** The tab that holds the connection: it hands on what it receives, and sees to it that every tab's wish is met. */
export class Leading {
  readonly #parts: LeadingParts;
  readonly #wishes = new Wishes();
  readonly #since: number;
  #link: Link;
  #wish: Subscription;
  /** Asked for on behalf of all tabs. */
  #asked: Subscription;
  /** In force; null before the first answer where no leader was before. */
  #held: Subscription | null;
  #told = 0;
  #toldStatus = "";

  constructor(parts: LeadingParts) {
    const { wish, before, world } = parts;
    this.#parts = parts;
    this.#since = world.now();
    this.#wish = wish;
    this.#held = before;
    if (before !== null) this.#wishes.set(LEADER_BEFORE, before);
    this.#asked = this.#wishes.unionWith(wish);
    this.#link = this.#makeLink();
  }

  start(): void {
    this.#link.start();
  }

  stop(): void {
    this.#link.stop();
  }

  get status(): LinkStatus {
    return this.#link.status;
  }

  wants(wish: Subscription): void {
    this.#wish = wish;
    this.#ask();
  }

  network(online: boolean): void {
    this.#link.network(online);
  }

  woke(): void {
    this.#link.woke();
  }

  /** The person does not want to wait. */
  retry(): void {
    if (this.#hasEnded) this.#restart();
    else this.#link.retry();
  }

  /** Lets the others hear that this tab leads, and how things are. */
  beat(): void {
    const { say, term, inbox, world } = this.#parts;
    if (world.now() - this.#since >= INHERIT_MS) {
      this.#wishes.delete(LEADER_BEFORE);
      this.#ask();
    }
    // Pings move it on without a word: what passes a filter may be long ago.
    inbox.moveTo(this.#link.position);
    const { status } = this;
    this.#toldStatus = JSON.stringify(status);
    const visible = world.isVisible();
    say({ type: "beat", term: term(), n: this.#told, visible, status, position: inbox.position });
  }

  heard(message: FollowerMessage): void {
    switch (message.type) {
      case "hello": {
        const isNew = !this.#wishes.has(message.tab);
        this.#wishes.set(message.tab, message.wish);
        // First what is in force, then what its wish changes: else it would not notice the change.
        this.#welcome(message);
        // Its page was read a moment ago: the person is signed in, whatever became of the session before.
        if (isNew && this.#hasEnded) this.#restart();
        return this.#ask();
      }
      case "wish":
        this.#wishes.set(message.tab, message.wish);
        return this.#ask();
      case "bye":
        this.#wishes.delete(message.tab);
        return this.#ask();
      case "retry":
        return this.retry();
    }
  }

  get #hasEnded(): boolean {
    const { state } = this.status;
    return state === "signed_out" || state === "stopped";
  }

  #makeLink(): Link {
    const { orgId, inbox, flags, world } = this.#parts;
    return new Link({
      orgId,
      dedup: inbox.dedup,
      subscription: this.#asked,
      position: inbox.position,
      flags,
      online: world.isOnline(),
      resumes: this.#held !== null,
      notice: (notice) => this.#take(notice),
    }, world);
  }

  #restart(): void {
    this.#link.stop();
    this.#link = this.#makeLink();
    this.#link.start();
  }

  #ask(): void {
    const union = this.#wishes.unionWith(this.#wish);
    if (isSameSubscription(union, this.#asked)) return;
    this.#asked = union;
    this.#link.subscribe(union);
  }

  #welcome({ tab, position }: Extract<FollowerMessage, { type: "hello" }>): void {
    const { say, term, inbox, world } = this.#parts;
    say({
      type: "welcome",
      to: tab,
      term: term(),
      n: this.#told,
      visible: world.isVisible(),
      position: inbox.position,
      status: this.status,
      subscription: this.#held,
      from: this.#link.furthest,
      replay: inbox.since(position) ?? null,
    });
  }

  #take(notice: LinkNotice): void {
    const { inbox, term, say, world, moved } = this.#parts;
    inbox.moveTo(this.#link.position);
    switch (notice.type) {
      case "deliver": {
        const { service, events, seq, ageMs, chars } = notice;
        const batch = { service, events, seq, ageMs, chars };
        say({ type: "events", term: term(), n: ++this.#told, batch, position: inbox.position });
        inbox.take(batch, world.now());
        break;
      }
      case "refetch":
        this.#refetch(notice.reason);
        break;
      case "subscribed":
        this.#subscribed(notice.subscription);
        break;
      case "refused": {
        const { message, subscription } = notice;
        this.#asked = subscription;
        say({ type: "refused", term: term(), n: ++this.#told, message, subscription });
        this.#parts.refused(message, subscription);
        break;
      }
      case "session_ends":
        say({ type: "session_ends", term: term(), n: ++this.#told });
        this.#parts.sessionEnds();
        break;
      case "moved":
        // A change of state is told at once, a mere move with the next beat.
        if (JSON.stringify(this.status) !== this.#toldStatus) this.beat();
    }
    moved();
  }

  #subscribed(subscription: Subscription): void {
    const { inbox, term, say } = this.#parts;
    const isMore = this.#held === null || !covers(this.#held, subscription);
    const from = isMore ? this.#link.furthest : null;
    if (from !== null) inbox.completeFrom(from);
    this.#held = subscription;
    say({ type: "subscribed", term: term(), n: ++this.#told, subscription, from });
    this.#parts.subscribed(subscription);
  }

  /** Who was not subscribed before must read; that is each tab's own to know. */
  #refetch(reason: RefetchReason): void {
    if (reason === "subscription") return;
    const { inbox, term, say } = this.#parts;
    const { position } = this.#link;
    if (reason === "start") inbox.moveTo(position);
    else inbox.restartAt(position);
    say({ type: "reset", term: term(), n: ++this.#told, reason, position });
    this.#parts.refetch(reason);
  }
}
