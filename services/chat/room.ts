import type { Principal } from "@/lib/auth/principal.ts";
import type { Since } from "@/lib/chat/client_frames.ts";
import type { ChatRefused } from "@/lib/chat/errors.ts";
import type { ChatMessage } from "@/lib/chat/message.ts";
import { type Position, Positions } from "@/lib/chat/positions.ts";
import type { Passed } from "@/lib/chat/rev_order.ts";
import { chatFrame } from "@/lib/chat/server_frames.ts";
import {
  heardPeople,
  heardPositions,
  heardTypists,
  tellPeople,
  tellPositions,
  tellTypists,
} from "@/lib/chat/told.ts";
import type { Registry } from "@/lib/metrics/registry.ts";
import type { ChatTold } from "@/lib/protocol/subjects.ts";
import type { Clock } from "@/lib/realtime/ports.ts";
import { nameOf } from "@/services/chat/access.ts";
import { JoinedFrames } from "@/services/chat/joined.ts";
import type { Peer } from "@/services/chat/peer.ts";
import type { ChatRecord, Entered, Kept, OpenedRoom } from "@/services/chat/ports.ts";
import { type CaughtUp, RoomLog } from "@/services/chat/room_log.ts";
import { RoomPresence } from "@/services/chat/room_presence.ts";
import { RoomReceipts } from "@/services/chat/room_receipts.ts";
import { RoomTyping } from "@/services/chat/room_typing.ts";
import { Sends } from "@/services/chat/sends.ts";

/** All people of this instance are told at least this often, for whom something was lost on the way. */
export const WHOLE_MS = 10_000;

/** So many rooms are open, or so much changes in this one, that nobody can be let in now. */
export const ROOM_UNAVAILABLE: ChatRefused = {
  error: "unavailable",
  detail: "the room cannot be opened now",
};

export interface RoomOptions {
  readonly record: ChatRecord;
  readonly clock: Clock;
  readonly instance: string;
  readonly orgId: number;
  readonly opened: OpenedRoom;
  readonly registry: Registry;
  /** Tells the other instances. */
  readonly tell: (told: ChatTold, text: string) => void;
  /** A message of this room was said, edited or deleted, here or elsewhere. */
  readonly said: (message: ChatMessage) => void;
  /** One was committed here that the others must hear of. */
  readonly committed: (message: ChatMessage) => void;
  /** People have read further, here or elsewhere. */
  readonly advanced: (positions: readonly Position[]) => void;
  readonly failed: (error: unknown) => void;
}

/** One room that somebody here has joined: what is said in it, and who is there. */
export class Room {
  readonly opened: OpenedRoom;
  /** May be changed. */
  name: string;
  /** A hotel room may go to another one. */
  propertyId: number | null;
  /** Unix milliseconds. */
  readonly openedAt: number;
  readonly log: RoomLog;
  readonly presence: RoomPresence;
  readonly #typing: RoomTyping;
  readonly #receipts: RoomReceipts;
  readonly #sends: Sends;
  readonly #positions: Positions;
  readonly #joined: JoinedFrames;
  readonly #options: RoomOptions;
  readonly #peers = new Set<Peer>();
  /** Those who are about to join or to say something. */
  #holds = 0;
  #usedAt: number;
  #wholeAt: number;
  /** When something was committed here last. */
  #committedAt = 0;

  constructor(options: RoomOptions) {
    const { record, clock, instance, orgId, opened, tell, failed } = options;
    const { roomId } = opened;
    this.#options = options;
    this.opened = opened;
    this.name = opened.name;
    this.propertyId = opened.propertyId;
    this.openedAt = this.#usedAt = this.#wholeAt = clock.now();
    this.log = new RoomLog({
      record,
      clock,
      orgId,
      opened,
      passed: (passed, isNew) => this.#passed(passed, isNew),
      failed,
    });
    this.presence = new RoomPresence({
      clock,
      instance,
      changed: (change) => {
        this.#joined.changed("online");
        this.broadcast(chatFrame({ type: "presence", roomId, ...change }));
      },
      tell: (told) => tell("presence", tellPeople(told)),
      ask: () => tell("ask", ""),
    });
    this.#typing = new RoomTyping({
      clock,
      instance,
      changed: (typing) => this.broadcast(chatFrame({ type: "typing", roomId, ...typing })),
      shown: (ms) => options.registry.observe("innstream_chat_typing_seconds", {}, ms / 1000),
      tell: (typists) => tell("typing", tellTypists(typists)),
    });
    this.#receipts = new RoomReceipts({
      record,
      clock,
      orgId,
      roomId,
      advanced: (positions) => {
        tell("read", tellPositions(positions));
        this.#advanced(positions);
      },
      failed,
    });
    this.#sends = new Sends({ record, orgId, roomId, kept: (kept) => this.kept(kept), failed });
    this.#positions = new Positions(opened.positions);
    this.#joined = new JoinedFrames({
      history: () => this.log.recent.last,
      online: () => this.presence.all,
      positions: () => this.#positions,
    });
  }

  get roomId(): string {
    return this.opened.roomId;
  }

  get peers(): ReadonlySet<Peer> {
    return this.#peers;
  }

  /** Keeps the room open until what this answers is called. */
  hold(): () => void {
    this.#holds++;
    return () => {
      this.#holds--;
      this.#usedAt = this.#options.clock.now();
    };
  }

  /** Has nobody used it for so long? */
  isIdle(now: number, ms: number): boolean {
    const isUsed = this.#holds > 0 || this.#peers.size > 0 || !this.presence.isEmpty ||
      !this.#receipts.isEmpty || !this.#sends.isEmpty;
    return !isUsed && now - this.#usedAt >= ms;
  }

  /** Adds a peer and answers its `joined`, in one moment: from `rev` on it hears everything. */
  join(peer: Peer, entered: Entered, since: Since, caughtUp: CaughtUp): string {
    const isNew = since.afterRev === null && since.afterSeq === null;
    const missed = isNew ? undefined : this.log.missed(since, caughtUp);
    this.presence.add(peer);
    this.presence.listed();
    this.#joined.changed("online");
    this.#peers.add(peer);
    const { lastSeq } = this.log.recent;
    const own = this.#positions.get(peer.principal.userId);
    const readUpTo = Math.max(entered.readUpTo, own?.readUpTo ?? 0);
    return this.#joined.frame({
      type: "joined",
      roomId: this.roomId,
      name: this.name,
      propertyId: this.propertyId,
      seq: lastSeq,
      rev: this.log.lastRev,
      ...(!isNew && missed === undefined && { reset: true as const }),
      unread: Math.max(0, lastSeq - readUpTo),
      mentions: entered.mentions,
      readUpTo,
      may: entered.may,
    }, missed);
  }

  /** `typing` of now, for who has just joined; undefined where nobody types. */
  typingFrame(): string | undefined {
    const typing = this.#typing.list();
    return typing.count === 0 ? undefined : chatFrame({ type: "typing", roomId: this.roomId, ...typing });
  }

  /** `isClean`: the connection was closed in order, or the room was left. */
  leave(peer: Peer, isClean: boolean): void {
    if (!this.#peers.delete(peer)) return;
    this.#usedAt = this.#options.clock.now();
    if (this.presence.remove(peer, isClean)) this.#typing.stop(peer.principal.userId);
  }

  say(principal: Principal, message: Parameters<Sends["add"]>[0]["message"]): Promise<Kept | ChatRefused> {
    return this.#sends.add({ principal, message });
  }

  /** Something is committed: it goes out here, and to the other instances. */
  kept({ message, isNew }: Kept): void {
    // One that was there already may be one that nobody has told: the answer to its first commit was lost.
    if (isNew || message.rev > this.log.lastRev) {
      this.#committedAt = this.#options.clock.now();
      this.#options.committed(message);
    }
    this.log.take(message);
  }

  typing(principal: Principal, isTyping: boolean): void {
    const { userId } = principal;
    if (isTyping) this.#typing.start({ userId, userName: nameOf(principal) });
    else this.#typing.stop(userId);
  }

  /** Somebody says how far they have read, or received. */
  advance(principal: Principal, how: "read" | "delivered", upTo: number): void {
    const { userId } = principal;
    const seq = Math.min(upTo, this.log.recent.lastSeq);
    const known = this.#positions.get(userId);
    const before = how === "read" ? known?.readUpTo : known?.deliveredUpTo;
    if (seq <= (before ?? 0)) return;
    const userName = nameOf(principal);
    this.#receipts.add({ userId, userName, readUpTo: how === "read" ? seq : 0, deliveredUpTo: seq });
  }

  status(peer: Peer): void {
    this.presence.update(peer);
  }

  /** What another instance tells of this room. */
  heard(instance: string, told: Exclude<ChatTold, "message" | "members">, text: string): void {
    if (told === "ask") return this.presence.tellWhole();
    if (told === "presence") {
      const people = heardPeople(text);
      if (people !== undefined) this.presence.heard(instance, people);
    } else if (told === "typing") {
      const typists = heardTypists(text);
      if (typists !== undefined) this.#typing.heard(instance, typists);
    } else {
      this.#advanced(heardPositions(text) ?? []);
    }
  }

  /** Another instance is gone, with everybody there. */
  gone(instance: string): void {
    this.presence.gone(instance);
    this.#typing.gone(instance);
  }

  /** The others hear us again, and may not have heard what we said since `from`: Unix milliseconds. */
  healed(from: number): void {
    this.presence.cut(false);
    this.presence.tellWhole();
    const last = this.log.recent.lastChange;
    // They find out from the last one what else they have missed.
    if (last !== undefined && this.#committedAt >= from) this.#options.committed(last);
  }

  tick(now: number): void {
    this.#typing.tick(now);
    if (now - this.#wholeAt < WHOLE_MS || this.presence.isEmpty) return;
    this.#wholeAt = now;
    this.presence.tellWhole();
  }

  broadcast(text: string): void {
    for (const peer of this.#peers) peer.send(text);
  }

  /** Writes what people have read. */
  async close(): Promise<void> {
    this.log.close();
    this.presence.close();
    this.#typing.close();
    await this.#receipts.settle();
  }

  #passed({ item: message, prevRev }: Passed<ChatMessage>, isNew: boolean): void {
    this.#joined.changed("history");
    if (isNew) this.#spoke(message);
    const overtaken = prevRev === message.rev - 1 ? undefined : { prevRev };
    this.broadcast(chatFrame({ type: "chat", ...overtaken, ...message }));
    this.#options.said(message);
  }

  /** Who speaks has read what was said before. */
  #spoke({ userId, userName, seq }: ChatMessage): void {
    this.#typing.said(userId);
    if (this.#positions.advance({ userId, userName, readUpTo: seq, deliveredUpTo: seq }) !== undefined) {
      this.#joined.changed("receipts");
    }
  }

  #advanced(positions: readonly Position[]): void {
    const ahead = positions.flatMap((position) => this.#positions.advance(position) ?? []);
    if (ahead.length === 0) return;
    this.#joined.changed("receipts");
    this.broadcast(chatFrame({ type: "read", roomId: this.roomId, ...Positions.told(ahead) }));
    this.#options.advanced(ahead);
  }
}
