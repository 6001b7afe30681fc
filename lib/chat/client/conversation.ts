import type { ChatMessage, PresenceStatus, RoomRights } from "@/lib/chat/message.ts";
import type { JoinedFrame, PresenceFrame, ReadFrame, TypingFrame } from "@/lib/chat/server_frames.ts";
import type { After } from "@/lib/client/timers.ts";
import type { ChatRest } from "@/lib/chat/client/chat_rest.ts";
import type { ConversationLike, ConversationView, Draft } from "@/lib/chat/client/chat_types.ts";
import { MESSAGES_PARKED_MAX } from "@/lib/chat/client/limits.ts";
import { Listeners } from "@/lib/chat/client/listeners.ts";
import type { Outbox } from "@/lib/chat/client/outbox.ts";
import { OwnWords } from "@/lib/chat/client/own_words.ts";
import { People } from "@/lib/chat/client/people.ts";
import { PositionsTold } from "@/lib/chat/client/positions_told.ts";
import { type Applied, RoomMessages } from "@/lib/chat/client/room_messages.ts";
import { RoomLink } from "@/lib/chat/client/room_link.ts";
import { TypingIn, TypingOut } from "@/lib/chat/client/typing.ts";

export interface ConversationWorld {
  readonly after: After;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly newId: () => string;
  /** A listener threw. */
  readonly failed: (error: unknown) => void;
}

interface ConversationParts {
  readonly roomId: string;
  readonly userId: string;
  readonly world: ConversationWorld;
  readonly outbox: Outbox;
  readonly rest: ChatRest;
  readonly send: (frame: object) => void;
  /** Something is to be sent. */
  readonly pump: () => void;
  /** How far this person has read is another place now. */
  readonly reached: () => void;
  /** The answer to a join did not come: the connection is no good. */
  readonly overdue: () => void;
}

const NO_RIGHTS: RoomRights = { moderate: false, manage: false };

/** One room: what was said in it, who is there, and what this person says. */
export class Conversation implements ConversationLike {
  readonly roomId: string;
  readonly own: OwnWords;
  readonly link: RoomLink;
  /** Does a page show it? Otherwise it is only kept for who comes back. */
  isOpen = false;
  readonly #parts: ConversationParts;
  readonly #messages = new RoomMessages();
  readonly #people = new People();
  readonly #positions: PositionsTold;
  readonly #typingIn: TypingIn;
  readonly #typingOut: TypingOut;
  readonly #listeners: Listeners;
  #state: ConversationView["state"] = "opening";
  #about: Pick<ConversationView, "name" | "propertyId" | "may"> = {
    name: "",
    propertyId: null,
    may: NO_RIGHTS,
  };
  #newAfter: number | null = null;
  #view: ConversationView | undefined;

  constructor(parts: ConversationParts) {
    const { roomId, userId, world, outbox, pump, send, overdue } = parts;
    const { after, now, newId } = world;
    const changed = () => this.changed();
    this.roomId = roomId;
    this.#parts = parts;
    this.own = new OwnWords({ roomId, userId, outbox, now, newId, pump, changed });
    this.link = new RoomLink({ roomId, after, send, overdue });
    this.#listeners = new Listeners(world.failed);
    this.#typingIn = new TypingIn({ after, userId, changed });
    this.#typingOut = new TypingOut({
      after,
      now,
      say: (typing) => this.isJoined && send({ type: "typing", roomId, typing }),
    });
    this.#positions = new PositionsTold({ after, say: (type, upTo) => send({ type, roomId, upTo }) });
  }

  get isJoined(): boolean {
    return this.link.isJoined;
  }

  get isGone(): boolean {
    return this.#state === "gone";
  }

  get isWatched(): boolean {
    return !this.#listeners.isEmpty;
  }

  get lastSeq(): number {
    return this.#messages.lastSeq;
  }

  get rev(): number {
    return this.#messages.rev ?? 0;
  }

  get readUpTo(): number {
    return this.#positions.read;
  }

  get online(): number {
    return this.#people.present.length;
  }

  get view(): ConversationView {
    return this.#view ??= this.#look();
  }

  subscribe(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  changed(): void {
    this.#view = undefined;
    this.#listeners.tell();
  }

  send(draft: Draft): boolean {
    const isTaken = this.own.send(draft, this.isGone);
    if (isTaken) this.#typingOut.stopped();
    return isTaken;
  }

  retry(clientMsgId: string): void {
    if (!this.isGone) this.own.retry(clientMsgId);
  }

  discard(clientMsgId: string): void {
    this.own.discard(clientMsgId);
  }

  edit(id: number, text: string, mentions: readonly string[]): void {
    this.own.edit(this.#messages.byId(id), text, mentions);
  }

  remove(id: number): void {
    this.own.remove(this.#messages.byId(id));
  }

  typing(isTyping: boolean): void {
    if (!isTyping) this.#typingOut.stopped();
    else if (this.isJoined) this.#typingOut.key();
  }

  read(upTo: number): void {
    if (!this.#positions.reads(Math.min(upTo, this.lastSeq))) return;
    this.#parts.reached();
    this.changed();
  }

  loadOlder(): void {
    const page = this.#messages.startPage();
    if (page === null) return;
    this.changed();
    this.#parts.rest.older(this.roomId, page.before).then((answer) => {
      this.#messages.page(page.generation, answer);
      this.own.arrived(answer?.messages ?? []);
      this.changed();
    });
  }

  /** Of those of others after `seq`, how many mention this person; null: not all of them are here. */
  mentionsAfter(seq: number): number | null {
    if (seq < this.#messages.firstSeq - 1) return null;
    const { userId } = this.#parts;
    return this.#messages.list.filter((message) => {
      return message.seq > seq && message.userId !== userId && message.mentions?.includes(userId);
    }).length;
  }

  /** Is this message of this person there? */
  hasSaid(clientMsgId: string): boolean {
    const { userId } = this.#parts;
    return this.#messages.list.some((message) =>
      message.clientMsgId === clientMsgId && message.userId === userId
    );
  }

  statusOf(userId: string): PresenceStatus {
    return this.isJoined ? this.#people.statusOf(userId) : "unknown";
  }

  opens(): void {
    // Who opens it again wants to know whether it is there by now.
    if (this.isGone) this.#state = "opening";
    if (!this.isOpen) this.#newAfter = null;
    this.isOpen = true;
    this.changed();
  }

  closes(): void {
    this.isOpen = false;
    this.#typingOut.stopped();
    this.#messages.trim(MESSAGES_PARKED_MAX);
  }

  /** Asks for the room, with what of it is held; `anew`: as if nothing were. */
  join(anew = false): void {
    this.link.join(anew ? null : this.#messages.rev);
  }

  leave(): void {
    this.#positions.flush();
    this.unlinked();
    this.link.leave();
  }

  /** The page is left: what is not told yet is told now. */
  flush(): void {
    this.#typingOut.stopped();
    this.#positions.flush();
  }

  joined(frame: JoinedFrame): void {
    const { userId } = this.#parts;
    if (!this.#messages.joined(frame, this.link.asked)) return this.join(true);
    const { name, propertyId, may, readUpTo, delivered, history } = frame;
    this.link.joined();
    this.#state = "open";
    this.#about = { name, propertyId, may };
    this.#people.joined(frame);
    this.#typingIn.clear();
    this.#positions.joined(readUpTo, delivered[userId] ?? 0);
    this.own.arrived(history);
    this.#caughtUp();
    if (this.isOpen) this.#newAfter ??= this.#positions.read;
    this.#positions.received(this.lastSeq);
    this.changed();
  }

  /** A message in the form of its `rev`. Where one before it is missing, the room is joined again. */
  chat(message: ChatMessage, prevRev?: number): Applied {
    const applied = this.#messages.chat(message, prevRev);
    if (applied === "gap") {
      if (this.isJoined) this.join();
      return applied;
    }
    if (applied === "new") {
      if (message.userId === this.#parts.userId) this.#positions.known(message.seq, message.seq);
      else this.#positions.received(message.seq);
    }
    this.#caughtUp();
    this.changed();
    return applied;
  }

  typed(frame: TypingFrame): void {
    this.#typingIn.said(frame);
    this.changed();
  }

  presence(frame: PresenceFrame): void {
    this.#people.presence(frame);
    this.changed();
  }

  receipts(frame: ReadFrame): void {
    const { userId, reached } = this.#parts;
    this.#people.read(frame);
    if (this.#positions.known(frame.receipts[userId] ?? 0, frame.delivered[userId] ?? 0)) reached();
    this.changed();
  }

  /** How far this person has read on another device. */
  position(upTo: number): void {
    if (this.#positions.known(upTo, upTo)) this.changed();
  }

  /** The room is not there for this person. */
  gone(problem: string): void {
    this.unlinked();
    this.#state = "gone";
    this.own.fail(problem);
    this.changed();
  }

  /** The connection is gone. */
  lost(): void {
    this.link.lost();
    this.unlinked();
  }

  /** It is not joined any more. */
  unlinked(): void {
    this.link.ends();
    this.own.changes.lost();
    this.#typingIn.clear();
    this.#typingOut.lost();
    this.#positions.lost();
    this.changed();
  }

  #caughtUp(): void {
    this.own.caughtUp(this.lastSeq, this.rev);
  }

  #look(): ConversationView {
    const messages = this.#messages;
    const { read } = this.#positions;
    return {
      roomId: this.roomId,
      state: this.#state,
      ...this.#about,
      messages: this.own.changes.applied(messages.list),
      changing: this.own.changes.kinds,
      refusal: this.own.refusal,
      outgoing: this.own.outgoing,
      older: messages.older,
      lastSeq: messages.lastSeq,
      readUpTo: read,
      newAfter: this.#newAfter ?? read,
      typing: this.#typingIn.now,
      present: this.#people.present,
      receipts: this.#people.receipts,
      delivered: this.#people.delivered,
    };
  }
}
