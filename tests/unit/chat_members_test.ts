// Who is taken out of a topic hears nothing more of it, whatever is lost between instances.
import assert from "node:assert/strict";
import type { NewMessage } from "@/lib/chat/message.ts";
import type { ChatServerFrame } from "@/lib/chat/server_frames.ts";
import { ALIVE_MS, CUT_MS } from "@/services/chat/alive.ts";
import { Chat } from "@/services/chat/chat.ts";
import type { Peer } from "@/services/chat/peer.ts";
import type { Room } from "@/services/chat/room.ts";
import { chatPerson } from "../harness/chat.ts";
import { type MemoryBus, MemoryNet, MemoryRecord } from "../harness/memory_chat.ts";
import { ManualClock } from "../harness/memory_log.ts";

const TOPIC = "topic-1";
const SINCE = { afterSeq: null, afterRev: null };
const HEARD_MS = 1_000;

interface Instance {
  readonly chat: Chat;
  readonly bus: MemoryBus;
}

class Somebody implements Peer {
  readonly principal;
  readonly watches: boolean;
  readonly rooms = new Map<string, Room>();
  readonly frames: ChatServerFrame[] = [];
  readonly status = "online";
  isClosed = false;

  constructor(userId: string, watches = false) {
    this.principal = chatPerson(userId);
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

  get heard(): readonly string[] {
    return this.frames.flatMap((frame) =>
      frame.type === "chat" ? [frame.text] : frame.type === "activity" ? [frame.message.text] : []
    );
  }
}

class House {
  readonly clock = new ManualClock();
  readonly record = new MemoryRecord();
  readonly net = new MemoryNet((ms, run) => ms === 0 ? run() : void this.clock.after(ms, run));
  #instances: Chat[] = [];
  #said = 0;

  constructor() {
    this.record.topics.set(TOPIC, { name: "Night shift", userIds: new Set(["anna", "ben"]) });
  }

  instance(): Instance {
    const { record, clock } = this;
    const bus = this.net.bus();
    const instance = `i${this.#instances.length + 1}`;
    const chat = new Chat({ record, bus, clock, instance, failed: () => {} });
    this.#instances.push(chat);
    return { chat, bus };
  }

  async join({ chat }: Instance, userId: string, roomId = TOPIC): Promise<Somebody> {
    const somebody = new Somebody(userId);
    const joining = chat.join(somebody, { roomId, since: SINCE }, (room, joined) => {
      somebody.rooms.set(roomId, room);
      somebody.send(joined);
    });
    await this.run(HEARD_MS);
    assert.equal(await joining, undefined);
    return somebody;
  }

  async watch({ chat }: Instance, userId: string): Promise<Somebody> {
    const somebody = new Somebody(userId, true);
    await chat.attach(somebody);
    return somebody;
  }

  async say({ chat }: Instance, userId: string, text: string): Promise<void> {
    const message: NewMessage = {
      roomId: TOPIC,
      text,
      clientMsgId: `c${++this.#said}`,
      replyTo: null,
      link: null,
      mentions: [],
    };
    const saying = chat.say(chatPerson(userId), message);
    await this.run(HEARD_MS);
    assert.ok("message" in await saying);
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

Deno.test("members - who is taken out by an instance that is cut off hears nothing more once it is back", async () => {
  const house = new House();
  const [one, two] = [house.instance(), house.instance()];
  const anna = await house.join(two, "anna");
  const ben = await house.join(two, "ben");
  const watching = await house.watch(two, "ben");
  one.bus.isUp = false;
  house.expel(one, "ben");
  await house.run(CUT_MS + HEARD_MS);
  one.bus.isUp = true;
  await house.run(HEARD_MS);
  await house.say(two, "anna", "Not for Ben");
  assert.deepEqual([anna.heard, ben.heard, watching.heard], [["Not for Ben"], [], []]);
  await house.close();
});

Deno.test("members - nor once the instance that took them out is seen to be gone, before it could tell", async () => {
  const house = new House();
  const [one, two] = [house.instance(), house.instance()];
  await house.run(HEARD_MS);
  const ben = await house.join(two, "ben");
  const watching = await house.watch(two, "ben");
  one.bus.isDead = true;
  house.expel(one, "ben");
  await house.run(ALIVE_MS + HEARD_MS);
  await house.say(two, "anna", "Not for Ben");
  assert.deepEqual([ben.heard, watching.heard], [[], []]);
  await house.close();
});

Deno.test("members - a connection to NATS that breaks for a moment is noticed, however short that was", async () => {
  for (const broken of ["teller", "listener"]) {
    const house = new House();
    const [one, two] = [house.instance(), house.instance()];
    await house.run(HEARD_MS);
    const ben = await house.join(two, "ben");
    const watching = await house.watch(two, "ben");
    const { bus } = broken === "teller" ? one : two;
    bus.break();
    house.expel(one, "ben");
    bus.mend();
    await house.run(HEARD_MS);
    await house.say(two, "anna", "Not for Ben");
    assert.deepEqual([ben.heard, watching.heard], [[], []], broken);
    await house.close();
  }
});

Deno.test("members - of who begins to watch, what is read late does not undo what was told meanwhile", async () => {
  // Before the answer of which read ben is taken out: something else changes before the first.
  for (const nth of [0, 1]) {
    const house = new House();
    const one = house.instance();
    // Each of these reads what there is now, and answers it late.
    const late: (() => void)[] = [];
    const read = house.record.topicsOf.bind(house.record);
    house.record.topicsOf = async (principal) => {
      const topics = await read(principal);
      await new Promise<void>((resolve) => late.push(resolve));
      return topics;
    };
    const ben = new Somebody("ben", true);
    const attaching = one.chat.attach(ben);
    await house.run(HEARD_MS);
    one.chat.membersChanged(1, "topic-2");
    await house.run(HEARD_MS);
    for (let i = 0; i < late.length; i++) {
      if (i === nth) house.expel(one, "ben");
      await house.run(HEARD_MS);
      late[i]!();
      await house.run(HEARD_MS);
    }
    await attaching;
    if (late.length <= nth) house.expel(one, "ben");
    await house.say(one, "anna", "Not for Ben");
    assert.deepEqual(ben.heard, []);
    await house.close();
  }
});

Deno.test("members - however often other topics change, a room can be joined", async () => {
  const house = new House();
  const one = house.instance();
  house.record.topics.set("topic-2", { name: "Day shift", userIds: new Set(["carl"]) });
  const enter = house.record.enter.bind(house.record);
  house.record.enter = async (principal, roomId) => {
    const entered = await enter(principal, roomId);
    one.chat.membersChanged(1, "topic-2");
    return entered;
  };
  const anna = await house.join(one, "anna");
  assert.equal(anna.frames[0]?.type, "joined");
  await house.close();
});
