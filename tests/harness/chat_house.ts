import assert from "node:assert/strict";
import type { Principal } from "@/lib/auth/principal.ts";
import type { ChatServerFrame } from "@/lib/chat/server_frames.ts";
import type { Kept } from "@/services/chat/ports.ts";
import type { ChatRefused } from "@/lib/chat/errors.ts";
import { Chat } from "@/services/chat/chat.ts";
import type { Peer } from "@/services/chat/peer.ts";
import type { Room } from "@/services/chat/room.ts";
import { PRESENCE_FLUSH_MS } from "@/services/chat/room_presence.ts";
import { chatPerson } from "./chat.ts";
import { type MemoryBus, MemoryNet, MemoryRecord } from "./memory_chat.ts";
import { ManualClock } from "./memory_log.ts";
import { Registry } from "@/lib/metrics/registry.ts";
import { APP_METRICS } from "@/services/metrics/app_metrics.ts";

/** A topic with anna and ben. */
export const TOPIC = "topic-1";
const SINCE = { afterSeq: null, afterRev: null };
/** Whatever is told is heard within this time. */
export const HEARD_MS = 1_000;
/** Who joins is known within this time: longer than what is told of it is held back, twice. */
const JOINED_MS = 2 * PRESENCE_FLUSH_MS + 100;

export interface Instance {
  readonly chat: Chat;
  readonly bus: MemoryBus;
  readonly registry: Registry;
}

/** A socket, as rooms see it. */
export class Somebody implements Peer {
  readonly principal;
  readonly watches: boolean;
  readonly rooms = new Map<string, Room>();
  readonly frames: ChatServerFrame[] = [];
  status: Peer["status"] = "online";
  isClosed = false;

  constructor(userId: string, watches = false, rest: Partial<Principal> = {}) {
    this.principal = chatPerson(userId, rest);
    this.watches = watches;
  }

  send(text: string): void {
    this.frames.push(JSON.parse(text));
  }

  hasJoined(roomId: string): boolean {
    return this.rooms.has(roomId);
  }

  expelled(roomId: string): void {
    this.rooms.delete(roomId);
  }

  /** The only one that is joined. */
  get room(): Room {
    return this.rooms.values().next().value!;
  }

  /** As this one has come to see another one. */
  sees(userId: string): string {
    let status = "offline";
    for (const frame of this.frames) {
      if (frame.type === "joined") {
        status = frame.online.find((one) => one.userId === userId)?.status ?? "offline";
      }
      if (frame.type === "presence") status = frame.users[userId] ?? status;
    }
    return status;
  }

  /** How often what this one sees of another one has changed. */
  changes(userId: string): number {
    let [changes, last] = [0, "offline"];
    for (const frame of this.frames) {
      if (frame.type !== "presence") continue;
      const status = frame.users[userId] ?? last;
      if (status !== last) changes++;
      last = status;
    }
    return changes;
  }

  /** Who types, as this one was told last. */
  get typing(): readonly string[] {
    const last = this.frames.findLast(({ type }) => type === "typing");
    return last?.type === "typing" ? last.users.map((one) => one.userId) : [];
  }

  leave(isClean: boolean): void {
    this.isClosed = true;
    this.room.leave(this, isClean);
  }

  get heard(): readonly string[] {
    return this.frames.flatMap((frame) =>
      frame.type === "chat" ? [frame.text] : frame.type === "activity" ? [frame.message.text] : []
    );
  }
}

/** Chat on several instances, with the clock moved by hand, and the record and NATS in memory. */
export class House {
  readonly clock = new ManualClock();
  readonly record = new MemoryRecord();
  readonly net = new MemoryNet((ms, run) => ms === 0 ? run() : void this.clock.after(ms, run));
  /** What went wrong where nobody could be told. */
  readonly failures: unknown[] = [];
  #instances: Chat[] = [];
  #said = 0;

  constructor() {
    this.record.topics.set(TOPIC, { name: "Night shift", userIds: new Set(["anna", "ben"]) });
  }

  instance(): Instance {
    const { record, clock } = this;
    const bus = this.net.bus();
    const instance = `i${this.#instances.length + 1}`;
    const registry = new Registry(APP_METRICS);
    const chat = new Chat({
      record,
      bus,
      clock,
      instance,
      registry,
      failed: (error) => void this.failures.push(error),
    });
    this.#instances.push(chat);
    return { chat, bus, registry };
  }

  async join(
    { chat }: Instance,
    userId: string,
    { roomId = TOPIC, ...rest }: Partial<Principal> & { roomId?: string } = {},
  ): Promise<Somebody> {
    const somebody = new Somebody(userId, false, rest);
    const joining = chat.join(somebody, { roomId, since: SINCE }, (room, joined) => {
      somebody.rooms.set(roomId, room);
      somebody.send(joined);
    });
    await this.run(JOINED_MS);
    assert.equal(await joining, undefined);
    return somebody;
  }

  async watch({ chat }: Instance, userId: string, rest: Partial<Principal> = {}): Promise<Somebody> {
    const somebody = new Somebody(userId, true, rest);
    await chat.attach(somebody);
    return somebody;
  }

  async say(
    { chat }: Instance,
    userId: string,
    { text, roomId = TOPIC, clientMsgId = `c${++this.#said}` }: {
      text: string;
      roomId?: string;
      clientMsgId?: string;
    },
  ): Promise<Kept | ChatRefused> {
    const message = { roomId, text, clientMsgId, replyTo: null, link: null, mentions: [] };
    const saying = chat.say(chatPerson(userId), message);
    await this.run(HEARD_MS);
    return await saying;
  }

  /** As the REST API does it on an instance. */
  expel({ chat }: Instance, userId: string): void {
    this.record.topics.get(TOPIC)!.userIds.delete(userId);
    chat.membersChanged(1, TOPIC);
  }

  async run(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 10) {
      for (let i = 0; i < 30; i++) await Promise.resolve();
      this.clock.advance(10);
    }
    for (let i = 0; i < 30; i++) await Promise.resolve();
  }

  async close(): Promise<void> {
    for (const chat of this.#instances) await chat.close();
  }
}
