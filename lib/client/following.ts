import type { Subscription } from "@/lib/protocol/frames.ts";
import type { Inbox } from "@/lib/client/inbox.ts";
import type { LinkStatus } from "@/lib/client/link.ts";
import type { RefetchReason } from "@/lib/client/machine_types.ts";
import type { LeaderMessage } from "@/lib/client/tab_messages.ts";

export interface FollowingParts {
  readonly tab: string;
  readonly inbox: Inbox;
  readonly now: () => number;
  /** Asks the leader to be welcomed, from where this tab stands. */
  readonly hello: () => void;
  readonly refetch: (reason: RefetchReason) => void;
  readonly subscribed: (subscription: Subscription) => void;
  readonly refused: (message: string, subscription: Subscription) => void;
  readonly sessionEnds: () => void;
  readonly moved: () => void;
}

/** A hello that was not answered for this long is said again with the next beat. */
const HELLO_MS = 900;

/** A tab that is told by its leader what happens, and asks for whatever it was not told. */
export class Following {
  readonly #parts: FollowingParts;
  /** Number of what was told last; undefined until the leader of this term has welcomed this tab. */
  #n: number | undefined;
  #term = 0;
  #saidHelloAt = -Infinity;
  #status: LinkStatus | undefined;

  constructor(parts: FollowingParts) {
    this.#parts = parts;
    this.#hello();
  }

  /** undefined until a leader was heard. */
  get status(): LinkStatus | undefined {
    return this.#status;
  }

  /** `message` is of the present term. */
  heard(message: LeaderMessage): void {
    if (message.term !== this.#term) {
      this.#term = message.term;
      this.#n = undefined;
      this.#saidHelloAt = -Infinity;
    }
    if (message.type === "welcome") {
      return message.to === this.#parts.tab ? this.#welcomed(message) : undefined;
    }
    if (message.type === "beat") this.#status = message.status;
    const isNext = this.#n !== undefined && message.n === (message.type === "beat" ? this.#n : this.#n + 1);
    if (!isNext) {
      // Something was not told to this tab, or nothing yet.
      this.#n = undefined;
      this.#hello();
    } else {
      this.#n = message.n;
      this.#take(message);
    }
    this.#parts.moved();
  }

  #take(message: Exclude<LeaderMessage, { type: "welcome" }>): void {
    const { inbox, now } = this.#parts;
    switch (message.type) {
      case "beat":
        return inbox.moveTo(message.position);
      case "events":
        inbox.moveTo(message.position);
        return inbox.takeNew(message.batch, now());
      case "reset":
        if (message.reason === "start") inbox.moveTo(message.position);
        else inbox.restartAt(message.position);
        return this.#parts.refetch(message.reason);
      case "subscribed":
        if (message.from !== null) inbox.completeFrom(message.from);
        return this.#parts.subscribed(message.subscription);
      case "refused":
        return this.#parts.refused(message.message, message.subscription);
      case "session_ends":
        return this.#parts.sessionEnds();
    }
  }

  #welcomed(
    { n, position, status, subscription, from, replay }: Extract<LeaderMessage, { type: "welcome" }>,
  ): void {
    const { inbox, now } = this.#parts;
    this.#n = n;
    this.#status = status;
    const isNowhere = inbox.position.epoch === null;
    // What was missed may have been more than events: others are told from here on what this tab knows.
    inbox.completeFrom(replay === null ? from : inbox.position);
    for (const batch of replay ?? []) inbox.takeNew(batch, now());
    inbox.moveTo(position);
    // The leader has not everything that happened since: only a snapshot has.
    if (replay === null && position.epoch !== null) this.#parts.refetch(isNowhere ? "start" : "too_far");
    if (subscription !== null) this.#parts.subscribed(subscription);
    this.#parts.moved();
  }

  #hello(): void {
    const now = this.#parts.now();
    if (now - this.#saidHelloAt < HELLO_MS) return;
    this.#saidHelloAt = now;
    this.#parts.hello();
  }
}
