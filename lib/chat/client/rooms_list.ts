import type { ChatMessage, ChatRoom } from "@/lib/chat/message.ts";
import type { JoinedFrame } from "@/lib/chat/server_frames.ts";
import type { RoomsPage } from "@/lib/chat/client/chat_rest.ts";

/** The rooms of a person as far as they are loaded, with counts that follow what happens in them. */
export class RoomsList {
  readonly #userId: string;
  #rooms: ReadonlyMap<string, ChatRoom> = new Map();
  #sorted: readonly ChatRoom[] | undefined;
  /** Of all rooms, those that are not loaded included. */
  #unread = 0;
  #mentions = 0;

  constructor(userId: string) {
    this.#userId = userId;
  }

  /** Where something was said last first. */
  get list(): readonly ChatRoom[] {
    return this.#sorted ??= [...this.#rooms.values()].toSorted(byLast);
  }

  get unread(): number {
    return this.#unread;
  }

  get mentions(): number {
    return this.#mentions;
  }

  of(roomId: string): ChatRoom | undefined {
    return this.#rooms.get(roomId);
  }

  /** Takes pages as they were read. `isWhole`: from the first on; what is not among them is not held any more. */
  read(pages: readonly RoomsPage[], isWhole: boolean): void {
    const last = pages.at(-1);
    if (last === undefined) return;
    const before = this.#rooms;
    const rooms = new Map(isWhole ? [] : before);
    this.#unread = last.unread;
    this.#mentions = last.mentions;
    for (const read of pages.flatMap((page) => page.rooms)) {
      const room = merged(read, before.get(read.roomId));
      rooms.set(room.roomId, room);
      this.#count(read, room);
    }
    this.#rooms = rooms;
    this.#sorted = undefined;
  }

  /**
   * Something was said, edited or deleted. "unknown": of a room that is not in the list. "doubt": whether messages that
   * were not told mention this person is not known.
   */
  message(message: ChatMessage): "known" | "doubt" | "unknown" {
    const room = this.#rooms.get(message.roomId);
    if (room === undefined) return "unknown";
    const isNew = message.seq > room.lastSeq;
    const isLast = message.seq === room.lastSeq && message.rev > (room.lastMessage?.rev ?? 0);
    if (!isNew && !isLast) return "known";
    const isOwn = message.userId === this.#userId;
    const isMention = isNew && message.mentions?.includes(this.#userId) === true;
    const next = {
      ...room,
      lastSeq: message.seq,
      lastRev: Math.max(room.lastRev, message.rev),
      lastMessage: message,
      ...(isNew && { lastAt: message.at, unread: room.unread + message.seq - room.lastSeq }),
      mentions: room.mentions + (isMention ? 1 : 0),
    };
    // Who speaks has read what was said before.
    this.#set(isNew && isOwn ? { ...next, readUpTo: message.seq, unread: 0, mentions: 0 } : next);
    return isOwn || message.seq <= room.lastSeq + 1 ? "known" : "doubt";
  }

  /** `mentions` are those left after `upTo`; null: that is not known. */
  position(roomId: string, upTo: number, mentions: number | null): void {
    const room = this.#rooms.get(roomId);
    if (room === undefined || upTo <= room.readUpTo) return;
    const unread = Math.max(0, Math.min(room.unread, room.lastSeq - upTo));
    this.#set({ ...room, readUpTo: upTo, unread, mentions: Math.min(mentions ?? room.mentions, unread) });
  }

  joined({ roomId, name, may, unread, mentions, readUpTo, online, seq, history }: JoinedFrame): void {
    const room = this.#rooms.get(roomId);
    if (room === undefined) return;
    const last = history.at(-1);
    const isFurther = last !== undefined && last.seq === seq && seq >= room.lastSeq &&
      last.rev >= (room.lastMessage?.rev ?? 0);
    const latest = isFurther ? { lastMessage: last, lastAt: last.at } : {};
    // What was read here, and is not told yet, does not become unread again.
    const counts = readUpTo >= room.readUpTo ? { unread, mentions, readUpTo } : {};
    const lastSeq = Math.max(seq, room.lastSeq);
    this.#set({ ...room, name, may, online: online.length, lastSeq, ...latest, ...counts });
  }

  online(roomId: string, online: number): void {
    const room = this.#rooms.get(roomId);
    if (room !== undefined && room.online !== online) this.#set({ ...room, online });
  }

  #set(room: ChatRoom): void {
    this.#count(this.#rooms.get(room.roomId)!, room);
    this.#rooms = new Map(this.#rooms).set(room.roomId, room);
    this.#sorted = undefined;
  }

  #count(before: ChatRoom, room: ChatRoom): void {
    this.#unread = Math.max(0, this.#unread + room.unread - before.unread);
    this.#mentions = Math.max(0, this.#mentions + room.mentions - before.mentions);
  }
}

/** A room as it was read, with what has happened while it was. */
function merged(read: ChatRoom, held: ChatRoom | undefined): ChatRoom {
  if (held === undefined) return read;
  const isBehind = held.lastSeq > read.lastSeq;
  const { lastSeq, lastRev, lastAt, lastMessage } = isBehind ? held : read;
  const readUpTo = Math.max(read.readUpTo, held.readUpTo);
  if (!isBehind && readUpTo === read.readUpTo) return read;
  const unread = Math.max(0, lastSeq - readUpTo);
  const mentions = Math.min(unread, isBehind ? held.mentions : read.mentions);
  return { ...read, lastSeq, lastRev, lastAt, lastMessage, readUpTo, unread, mentions };
}

function byLast(a: ChatRoom, b: ChatRoom): number {
  const [aAt, bAt] = [a.lastAt ?? "", b.lastAt ?? ""];
  if (aAt !== bAt) return aAt < bAt ? 1 : -1;
  return a.roomId < b.roomId ? -1 : 1;
}
