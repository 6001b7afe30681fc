import type { Principal } from "@/lib/auth/principal.ts";
import type { ChatRefused } from "@/lib/chat/errors.ts";
import { HISTORY_MESSAGES } from "@/lib/chat/limits.ts";
import type { ChatMessage } from "@/lib/chat/message.ts";
import { type Position, Positions } from "@/lib/chat/positions.ts";
import { parseRoomId } from "@/lib/chat/room_id.ts";
import type { Bus, Heard } from "@/services/chat/bus.ts";
import type { ChatRecord, Entered, Kept, OpenedRoom, Sending, TopicMembers } from "@/services/chat/ports.ts";

interface MemoryRoom {
  lastRev: number;
  readonly messages: ChatMessage[];
  readonly positions: Positions;
}

const NOT_FOUND: ChatRefused = { error: "room_not_found", detail: "" };

/** Twin of the record in memory: everybody of the organisation may be in every room but topics. */
export class MemoryRecord implements ChatRecord {
  readonly #rooms = new Map<string, MemoryRoom>();
  readonly topics = new Map<string, { name: string; userIds: Set<string> }>();
  /** What every room is about. */
  propertyId = 1;
  reads = 0;
  /** The next calls reject. */
  failing = 0;
  /** Waited for by each call, before it does anything and after. */
  pause: () => Promise<void> = () => Promise.resolve();

  /** Everything that is in a room. */
  all(roomId: string): readonly ChatMessage[] {
    return this.#room(roomId).messages;
  }

  lastRev(roomId: string): number {
    return this.#room(roomId).lastRev;
  }

  enter({ userId }: Principal, roomId: string): Promise<Entered | ChatRefused> {
    return this.#call(() => {
      const topic = parseRoomId(roomId)?.kind === "topic";
      if (topic && this.topics.get(roomId)?.userIds.has(userId) !== true) return NOT_FOUND;
      const readUpTo = this.#room(roomId).positions.get(userId)?.readUpTo ?? 0;
      return { readUpTo, mentions: 0, may: { moderate: false, manage: false } };
    });
  }

  open(_orgId: number, roomId: string): Promise<OpenedRoom> {
    return this.#call(() => {
      const { lastRev, messages, positions } = this.#room(roomId);
      return {
        roomId,
        kind: parseRoomId(roomId)!.kind,
        name: this.topics.get(roomId)?.name ?? roomId,
        propertyId: this.propertyId,
        lastSeq: messages.length,
        lastRev,
        history: messages.slice(-HISTORY_MESSAGES),
        positions: [...positions.all],
      };
    });
  }

  heads(_orgId: number, roomIds: readonly string[]) {
    return this.#call(() =>
      new Map(roomIds.map((roomId) => {
        const { lastRev } = this.#room(roomId);
        return [roomId, { lastRev, propertyId: this.propertyId }];
      }))
    );
  }

  changesAfter(_orgId: number, roomId: string, rev: number, max: number): Promise<readonly ChatMessage[]> {
    return this.#call(() => {
      const changed = this.#room(roomId).messages.filter((message) => message.rev > rev);
      return changed.sort((a, b) => a.rev - b.rev).slice(0, max);
    });
  }

  messagesAfter(_orgId: number, roomId: string, seq: number, max: number): Promise<readonly ChatMessage[]> {
    return this.#call(() => this.#room(roomId).messages.slice(seq, seq + max));
  }

  send(_orgId: number, roomId: string, sendings: readonly Sending[]): Promise<readonly Kept[]> {
    return this.#call(() => sendings.map((sending) => this.#keep(roomId, sending)));
  }

  edit(
    { userId }: Principal,
    { roomId, id, text }: { roomId: string; id: number; text: string },
  ): Promise<Kept | ChatRefused> {
    return this.#call(() => this.#change(roomId, { id, userId, change: { text, editedAt: "later" } }));
  }

  remove({ userId }: Principal, { roomId, id }: { roomId: string; id: number }): Promise<Kept | ChatRefused> {
    return this.#call(() => this.#change(roomId, { id, userId, change: { text: "", deleted: true } }));
  }

  seqOf(_orgId: number, roomId: string, id: number): Promise<number | undefined> {
    return this.#call(() => this.#room(roomId).messages.find((message) => message.id === id)?.seq);
  }

  advance(_orgId: number, roomId: string, positions: readonly Position[]): Promise<readonly Position[]> {
    return this.#call(() =>
      positions.flatMap((position) => this.#room(roomId).positions.advance(position) ?? [])
    );
  }

  topicsOf({ userId }: Principal): Promise<readonly string[]> {
    return this.#call(() =>
      [...this.topics].filter(([, { userIds }]) => userIds.has(userId)).map(([id]) => id)
    );
  }

  membersOf(_orgId: number, roomId: string): Promise<TopicMembers | undefined> {
    return this.#call(() => this.topics.get(roomId));
  }

  #keep(roomId: string, { principal: { userId, name }, message }: Sending): Kept {
    const room = this.#room(roomId);
    const { clientMsgId, text } = message;
    const there = room.messages.find((other) => other.userId === userId && other.clientMsgId === clientMsgId);
    if (there !== undefined) return { message: there, isNew: false };
    const seq = room.messages.length + 1;
    const at = "2026-01-01T00:00:00.000Z";
    const kept = { id: seq, seq, rev: ++room.lastRev, roomId, userId, userName: name, text, clientMsgId, at };
    room.messages.push(kept);
    room.positions.advance({ userId, userName: name, readUpTo: seq, deliveredUpTo: seq });
    return { message: kept, isNew: true };
  }

  #change(
    roomId: string,
    { id, userId, change }: { id: number; userId: string; change: Partial<ChatMessage> },
  ): Kept | ChatRefused {
    const room = this.#room(roomId);
    const at = room.messages.findIndex((message) => message.id === id);
    const message = room.messages[at];
    if (message === undefined) return { error: "message_not_found", detail: "" };
    if (message.userId !== userId) return { error: "message_forbidden", detail: "" };
    if (message.deleted) return { error: "message_deleted", detail: "" };
    const changed = { ...message, ...change, rev: ++room.lastRev };
    room.messages[at] = changed;
    return { message: changed, isNew: true };
  }

  #room(roomId: string): MemoryRoom {
    let room = this.#rooms.get(roomId);
    if (room === undefined) {
      this.#rooms.set(roomId, room = { lastRev: 0, messages: [], positions: new Positions([]) });
    }
    return room;
  }

  async #call<T>(run: () => T): Promise<T> {
    this.reads++;
    await this.pause();
    if (this.failing > 0) {
      this.failing--;
      throw Object.assign(new Error("Cannot read: the database is away"), { code: "CONNECTION_CLOSED" });
    }
    const answer = run();
    await this.pause();
    return answer;
  }
}

/** What becomes of something told to one listener: how many times it arrives, each after so many ms. */
export type Fate = (subject: string) => readonly number[];

/** Twin of core NATS for several instances: things are lost, come twice, or late, as it is told. */
export class MemoryNet {
  fate: Fate = () => [0];
  readonly #after: (ms: number, run: () => void) => void;
  readonly #buses = new Set<MemoryBus>();

  constructor(after: (ms: number, run: () => void) => void) {
    this.#after = after;
  }

  bus(): MemoryBus {
    const bus = new MemoryBus((from, subject, text) => this.#tell(from, subject, text));
    this.#buses.add(bus);
    return bus;
  }

  #tell(from: MemoryBus, subject: string, text: string): void {
    for (const bus of this.#buses) {
      // What an instance tells itself does not leave its machine.
      for (const ms of bus === from ? [0] : this.fate(subject)) {
        this.#after(ms, () => bus.hear(subject, text));
      }
    }
  }
}

/** The end of one instance. */
export class MemoryBus implements Bus {
  isUp = true;
  breaks = 0;
  /** Its process is gone: it says nothing any more, although it does not know. */
  isDead = false;
  readonly #told: (from: MemoryBus, subject: string, text: string) => void;
  readonly #listeners = new Map<(heard: Heard) => void, string>();

  constructor(told: (from: MemoryBus, subject: string, text: string) => void) {
    this.#told = told;
  }

  tell(subject: string, text: string): void {
    if (this.isUp && !this.isDead) this.#told(this, subject, text);
  }

  listen(filter: string, heard: (heard: Heard) => void): () => void {
    this.#listeners.set(heard, filter);
    return () => this.#listeners.delete(heard);
  }

  break(): void {
    this.isUp = false;
    this.breaks++;
  }

  mend(): void {
    this.isUp = true;
  }

  settled(): Promise<void> {
    return Promise.resolve();
  }

  ask(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  hear(subject: string, text: string): void {
    if (!this.isUp || this.isDead) return;
    for (const [heard, filter] of this.#listeners) {
      const fits = filter.endsWith(">") ? subject.startsWith(filter.slice(0, -1)) : subject === filter;
      if (fits) heard({ subject, text, answer: undefined });
    }
  }
}
