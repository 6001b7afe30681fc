import { coversProperty } from "@/lib/auth/principal.ts";
import type { ChatMessage } from "@/lib/chat/message.ts";
import { parseRoomId } from "@/lib/chat/room_id.ts";
import { heardMessage, heardPositions, tellMessage, tellPeople, type ToldPeople } from "@/lib/chat/told.ts";
import type { Registry } from "@/lib/metrics/registry.ts";
import { chatFilter, chatSubject, type ChatTold, parseChatSubject } from "@/lib/protocol/subjects.ts";
import type { Clock } from "@/lib/realtime/ports.ts";
import type { Alive } from "@/services/chat/alive.ts";
import type { Bus, Heard } from "@/services/chat/bus.ts";
import type { Peer } from "@/services/chat/peer.ts";
import { Members } from "@/services/chat/members.ts";
import type { ChatRecord, Seen, TopicMembers } from "@/services/chat/ports.ts";
import { Room } from "@/services/chat/room.ts";
import { Watchers } from "@/services/chat/watchers.ts";

/** A room, and what is heard of an organisation, is kept for so long after the last socket: people come back. */
export const LINGER_MS = 5_000;
/** Rooms of one organisation that an instance holds open at once. */
export const ROOMS_OPEN_MAX = 5_000;
/** All open rooms are compared with the record at least this often. */
export const HEADS_MS = 30_000;
/** Rooms asked for in one statement. */
export const HEADS_PER_READ = 500;
const HEADS_RETRY_MS = 1_000;
/** Messages that are heard while a room is being opened; more are read when it is. */
const EARLY_MAX = 200;
/** Who opens a room waits so long for what the others say of their people. */
export const ASK_MS = 75;

export interface OrgHubOptions {
  readonly orgId: number;
  readonly record: ChatRecord;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly instance: string;
  readonly alive: Alive;
  readonly registry: Registry;
  readonly failed: (error: unknown) => void;
}

interface Opening {
  readonly room: Promise<Room>;
  readonly early: ChatMessage[];
}

/** Chat of one organisation on this instance: its open rooms, and what the other instances tell. */
export class OrgHub {
  readonly #options: OrgHubOptions;
  readonly watchers: Watchers;
  readonly members: Members;
  readonly #rooms = new Map<string, Room>();
  readonly #opening = new Map<string, Opening>();
  readonly #stopListening: () => void;
  readonly #listening: Promise<void>;
  #holds = 0;
  #usedAt: number;
  #headsAt: number;
  #readingHeads: Promise<void> | undefined;
  #isReloading = false;
  #reloadAgain = false;

  constructor(options: OrgHubOptions) {
    const { bus, clock, orgId, record, failed } = options;
    this.#options = options;
    this.watchers = new Watchers(clock);
    this.members = new Members({
      read: (roomId) => record.membersOf(orgId, roomId),
      apply: (roomId, members) => this.#apply(roomId, members),
      failed,
    });
    this.#usedAt = this.#headsAt = clock.now();
    this.#stopListening = bus.listen(chatFilter(orgId), (heard) => this.#heard(heard));
    this.#listening = bus.settled();
  }

  /** Keeps the hub until what this answers is called. */
  hold(): () => void {
    this.#holds++;
    return () => {
      this.#holds--;
      this.#usedAt = this.#options.clock.now();
    };
  }

  isIdle(now: number): boolean {
    return this.#holds === 0 && this.#rooms.size + this.#opening.size === 0 &&
      now - this.#usedAt >= LINGER_MS;
  }

  /** Tells a peer of rooms that it has not joined, until it is taken from the watchers. */
  async watch(peer: Peer): Promise<void> {
    await this.#listening;
    await this.watchers.read(peer, () => this.#options.record.topicsOf(peer.principal));
  }

  /** Rooms joined, over all sockets. */
  get joined(): number {
    return this.#rooms.values().reduce((sum, { peers }) => sum + peers.size, 0);
  }

  /** The room where it is open here. */
  room(roomId: string): Room | undefined {
    return this.#rooms.get(roomId);
  }

  /** The room, opened where it was not; undefined where there are too many. Rejects where the record cannot be read. */
  async open(roomId: string): Promise<Room | undefined> {
    const open = this.#rooms.get(roomId);
    if (open !== undefined) return open;
    let opening = this.#opening.get(roomId);
    if (opening === undefined) {
      if (this.#rooms.size + this.#opening.size >= ROOMS_OPEN_MAX) return undefined;
      const early: ChatMessage[] = [];
      opening = { early, room: this.#open(roomId, early).finally(() => this.#opening.delete(roomId)) };
      this.#opening.set(roomId, opening);
    }
    return await opening.room;
  }

  /** Has the others say who is in a room. */
  ask(room: Room): void {
    this.#tell(room.roomId, "ask", "");
  }

  /** Settles when the others had time to say who is there. */
  async asked(room: Room): Promise<void> {
    const { clock, alive } = this.#options;
    const others = alive.isCut ? 0 : alive.others;
    if (others === 0 || clock.now() - room.openedAt >= ASK_MS) return;
    await new Promise<void>((resolve) => room.presence.whenHeardFrom(others, ASK_MS, resolve));
  }

  /** Who is in a topic, or what it is called, has changed: told here and to the others. */
  membersChanged(roomId: string): void {
    this.#tell(roomId, "members", "");
    this.members.changed(roomId);
  }

  /** Another instance is gone: what it has committed last it may not have told. */
  gone(instance: string): void {
    for (const room of this.#rooms.values()) room.gone(instance);
    this.#catchUp();
  }

  /** One that could not tell what it did is heard again. */
  back(): void {
    for (const room of this.#rooms.values()) this.ask(room);
    this.#catchUp();
  }

  cut(): void {
    for (const room of this.#rooms.values()) room.presence.cut(true);
  }

  healed(from: number): void {
    for (const room of this.#rooms.values()) {
      room.healed(from);
      this.ask(room);
    }
    // What is told from here on is heard; what was told before is read.
    void this.#options.bus.settled().then(() => this.#catchUp());
  }

  tick(now: number): void {
    this.watchers.tick();
    for (const room of this.#rooms.values()) {
      room.tick(now);
      if (room.isIdle(now, LINGER_MS)) this.#close(room);
    }
    this.members.tick();
    if (this.#reloadAgain) void this.#reload();
    if (now - this.#headsAt >= HEADS_MS) void this.readHeads();
  }

  /** Compares the open rooms with the record, and reads what is missing. Never rejects; where it fails it is done again soon. */
  readHeads(): Promise<void> {
    return this.#readingHeads ??= this.#readHeads().finally(() => this.#readingHeads = undefined);
  }

  /** Ends what goes on in it; the sockets have left. */
  async close(): Promise<void> {
    this.#stopListening();
    this.watchers.close();
    await Promise.all(this.#opening.values().map(({ room }) => room.catch(() => undefined)));
    await Promise.all(this.#rooms.values().map((room) => room.close()));
    this.#rooms.clear();
  }

  async #open(roomId: string, early: readonly ChatMessage[]): Promise<Room> {
    const { record, clock, instance, orgId, registry, failed } = this.#options;
    // What is told from here on is heard; what was told before is read.
    await this.#listening;
    const opened = await record.open(orgId, roomId);
    const room: Room = new Room({
      record,
      clock,
      instance,
      orgId,
      opened,
      registry,
      tell: (told, text) => this.#tell(roomId, told, text),
      said: (message) => this.watchers.said(message, room.propertyId),
      committed: (message) => {
        this.#tell(roomId, "message", tellMessage({ propertyId: room.propertyId, message }));
      },
      advanced: (positions) => this.watchers.advanced(roomId, positions),
      failed,
    });
    this.#rooms.set(roomId, room);
    // In the same moment: it must not count twice.
    this.#opening.delete(roomId);
    if (this.#options.alive.isCut) room.presence.cut(true);
    this.ask(room);
    for (const message of early) room.log.take(message);
    return room;
  }

  #close(room: Room): void {
    this.#rooms.delete(room.roomId);
    this.#usedAt = this.#options.clock.now();
    void room.close().catch(this.#options.failed);
  }

  #tell(roomId: string, told: ChatTold, text: string): void {
    const { bus, orgId, instance } = this.#options;
    bus.tell(chatSubject(orgId, roomId, told, instance), text);
  }

  #heard({ subject, text, answer }: Heard): void {
    try {
      const parsed = parseChatSubject(subject);
      if (parsed === undefined || parseRoomId(parsed.roomId) === undefined) return;
      const { roomId, told, instance } = parsed;
      if (instance === this.#options.instance) return;
      this.#options.alive.seen(instance);
      if (told === "message") return this.#message(roomId, text);
      if (told === "members") return this.members.changed(roomId);
      const room = this.#rooms.get(roomId);
      if (answer !== undefined) {
        if (room !== undefined) answer(tellPeople(room.presence.whole()));
      } else if (room === undefined && told === "ask") {
        // Who asks waits for us.
        this.#tell(roomId, "presence", tellPeople(nobody(this.#options.clock.now())));
      } else if (room !== undefined) {
        room.heard(instance, told, text);
      } else if (told === "read") {
        this.watchers.advanced(roomId, heardPositions(text) ?? []);
      }
    } catch (error) {
      this.#options.failed(error);
    }
  }

  #message(roomId: string, text: string): void {
    const told = heardMessage(text);
    if (told === undefined || told.message.roomId !== roomId) return;
    const room = this.#rooms.get(roomId);
    if (room !== undefined) return room.log.take(told.message);
    const opening = this.#opening.get(roomId);
    if (opening !== undefined && opening.early.length < EARLY_MAX) opening.early.push(told.message);
    this.watchers.said(told.message, told.propertyId);
  }

  /** Others have done something of which we have not heard, or may have: all that is held here is compared with the record. */
  #catchUp(): void {
    void this.readHeads();
    // Somebody may have been taken out of a topic.
    for (const { roomId, opened } of this.#rooms.values()) {
      if (opened.kind === "topic") this.members.changed(roomId);
    }
    void this.#reload();
  }

  /** Reads which topics watchers are in. What is asked for while it goes on is done after it, once; what fails, with the next tick. */
  async #reload(): Promise<void> {
    this.#reloadAgain = true;
    if (this.#isReloading) return;
    this.#isReloading = true;
    const { record, failed } = this.#options;
    try {
      while (this.#reloadAgain) {
        this.#reloadAgain = false;
        await this.watchers.reload((peer) => record.topicsOf(peer.principal));
      }
    } catch (error) {
      this.#reloadAgain = true;
      failed(error);
    } finally {
      this.#isReloading = false;
    }
  }

  #apply(roomId: string, members: TopicMembers | undefined): void {
    this.watchers.members(roomId, members);
    const room = this.#rooms.get(roomId);
    if (room === undefined || room.opened.kind !== "topic") return;
    if (members !== undefined) room.name = members.name;
    for (const peer of [...room.peers]) {
      if (members?.userIds.has(peer.principal.userId) !== true) this.#expel(room, peer);
    }
  }

  #seen(roomId: string, { lastRev, propertyId }: Seen): void {
    const room = this.#rooms.get(roomId);
    if (room === undefined) return;
    if (propertyId !== room.propertyId) {
      room.propertyId = propertyId;
      for (const peer of [...room.peers]) {
        if (!coversProperty(peer.principal, propertyId)) this.#expel(room, peer);
      }
    }
    room.log.seen(lastRev);
  }

  #expel(room: Room, peer: Peer): void {
    room.leave(peer, true);
    peer.expelled(room.roomId);
  }

  async #readHeads(): Promise<void> {
    const { record, orgId, clock, failed } = this.#options;
    this.#headsAt = clock.now();
    const roomIds = [...this.#rooms.keys()];
    try {
      for (let at = 0; at < roomIds.length; at += HEADS_PER_READ) {
        const heads = await record.heads(orgId, roomIds.slice(at, at + HEADS_PER_READ));
        for (const [roomId, head] of heads) this.#seen(roomId, head);
      }
    } catch (error) {
      failed(error);
      this.#headsAt = clock.now() - HEADS_MS + HEADS_RETRY_MS;
    }
  }
}

function nobody(version: number): ToldPeople {
  return { version, isWhole: true, sockets: 0, people: new Map() };
}
