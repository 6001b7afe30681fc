import type { Subscription } from "@/lib/protocol/frames.ts";
import type { ClientFlags } from "@/lib/client/flags.ts";
import type { Inbox } from "@/lib/client/inbox.ts";
import { Link, type LinkNotice, type LinkStatus, type LinkWorld } from "@/lib/client/link.ts";
import type { RefetchReason } from "@/lib/client/machine_types.ts";
import type { FollowerMessage, LeaderMessage } from "@/lib/client/tab_messages.ts";
import { isSameSubscription, Wishes } from "@/lib/client/wishes.ts";

export interface LeadingParts {
  readonly orgId: number;
  readonly term: number;
  readonly inbox: Inbox;
  readonly wish: Subscription;
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

/** The tab that holds the connection: it hands on what it receives, and sees to it that every tab's wish is met. */
export class Leading {
  readonly #parts: LeadingParts;
  readonly #wishes = new Wishes();
  readonly #link: Link;
  #wish: Subscription;
  /** Asked for on behalf of all tabs. */
  #asked: Subscription;
  /** In force. */
  #held: Subscription;
  #told = 0;
  #toldStatus = "";

  constructor(parts: LeadingParts) {
    const { orgId, inbox, wish, flags, world } = parts;
    this.#parts = parts;
    this.#wish = this.#asked = this.#held = wish;
    const notice = (notice: LinkNotice) => this.#take(notice);
    const { dedup, position } = inbox;
    const online = world.isOnline();
    this.#link = new Link({ orgId, dedup, subscription: wish, position, flags, online, notice }, world);
    this.beat();
  }

  get status(): LinkStatus {
    return this.#link.status;
  }

  get link(): Link {
    return this.#link;
  }

  wants(wish: Subscription): void {
    this.#wish = wish;
    this.#ask();
  }

  /** Lets the others hear that this tab leads, and how things are. */
  beat(): void {
    const { say, term, inbox, world } = this.#parts;
    // Not there yet while the link that is being made tells its first status.
    const status = (this.#link as Link | undefined)?.status;
    if (status === undefined) return;
    this.#toldStatus = JSON.stringify(status);
    const visible = world.isVisible();
    say({ type: "beat", term, n: this.#told, visible, status, position: inbox.position });
  }

  heard(message: FollowerMessage): void {
    switch (message.type) {
      case "hello":
        this.#wishes.set(message.tab, message.wish);
        this.#ask();
        return this.#welcome(message);
      case "wish":
        this.#wishes.set(message.tab, message.wish);
        return this.#ask();
      case "bye":
        this.#wishes.delete(message.tab);
        return this.#ask();
      case "retry":
        return this.#link.retry();
    }
  }

  stop(): void {
    this.#link.stop();
  }

  #ask(): void {
    const union = this.#wishes.unionWith(this.#wish);
    if (isSameSubscription(union, this.#asked)) return;
    this.#asked = union;
    this.#link.subscribe(union);
  }

  #welcome({ tab, position }: Extract<FollowerMessage, { type: "hello" }>): void {
    const { say, term, inbox } = this.#parts;
    say({
      type: "welcome",
      to: tab,
      term,
      n: this.#told,
      position: inbox.position,
      status: this.status,
      subscription: this.#held,
      replay: inbox.since(position) ?? null,
    });
  }

  #take(notice: LinkNotice): void {
    const { inbox, term, say, world, moved } = this.#parts;
    switch (notice.type) {
      case "deliver": {
        const { service, events, seq, ageMs, chars } = notice;
        const batch = { service, events, seq, ageMs, chars };
        this.#move();
        say({ type: "events", term, n: ++this.#told, batch, position: inbox.position });
        inbox.take(batch, world.now());
        break;
      }
      case "refetch":
        this.#refetch(notice.reason);
        break;
      case "subscribed":
        this.#held = notice.subscription;
        this.#move();
        say({ type: "subscribed", term, n: ++this.#told, subscription: this.#held });
        this.#parts.subscribed(this.#held);
        break;
      case "refused":
        this.#asked = notice.subscription;
        say({ type: "refused", term, n: ++this.#told, ...spread(notice) });
        this.#parts.refused(notice.message, notice.subscription);
        break;
      case "session_ends":
        say({ type: "session_ends", term, n: ++this.#told });
        this.#parts.sessionEnds();
        break;
      case "moved":
        this.#move();
        // A change of state is told at once, a mere move with the next beat.
        if (JSON.stringify(this.#linkStatus) !== this.#toldStatus) this.beat();
    }
    moved();
  }

  get #linkStatus(): LinkStatus | undefined {
    return (this.#link as Link | undefined)?.status;
  }

  /** Who was not subscribed before must read; that is each tab's own to know. */
  #refetch(reason: RefetchReason): void {
    if (reason === "subscription") return;
    const { inbox, term, say } = this.#parts;
    inbox.restartAt(this.#link.position);
    say({ type: "reset", term, n: ++this.#told, reason, position: inbox.position });
    this.#parts.refetch(reason);
  }

  #move(): void {
    const link = this.#link as Link | undefined;
    if (link !== undefined) this.#parts.inbox.moveTo(link.position);
  }
}

function spread({ message, subscription }: { message: string; subscription: Subscription }) {
  return { message, subscription };
}
