// Any mix of messages, edits, people who come and go, things lost, doubled and late between instances, instances that
// die or are cut off: whoever follows the protocol ends with what the record has, and never sees a revision twice,
// out of order, or left out.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Principal } from "@/lib/auth/principal.ts";
import type { ChatMessage } from "@/lib/chat/message.ts";
import type { ChatServerFrame } from "@/lib/chat/server_frames.ts";
import { Chat } from "@/services/chat/chat.ts";
import type { Peer } from "@/services/chat/peer.ts";
import { HEADS_MS } from "@/services/chat/org_hub.ts";
import type { Room } from "@/services/chat/room.ts";
import { chatPerson } from "../harness/chat.ts";
import { type MemoryBus, MemoryNet, MemoryRecord } from "../harness/memory_chat.ts";
import { ManualClock } from "../harness/memory_log.ts";
import { Registry } from "@/lib/metrics/registry.ts";
import { APP_METRICS } from "@/services/metrics/app_metrics.ts";

const ROOM = "property-1";
const INSTANCES = 3;
const CLIENTS = 4;
const STEP_MS = 25;

interface Instance {
  readonly chat: Chat;
  readonly bus: MemoryBus;
}

/** One connection of a client. */
class Link implements Peer {
  readonly status = "online";
  readonly watches = false;
  readonly principal;
  readonly #take: (frame: ChatServerFrame) => void;
  isClosed = false;
  room: Room | undefined;
  detach: (() => void) | undefined;

  constructor(principal: Principal, take: (frame: ChatServerFrame) => void) {
    this.principal = principal;
    this.#take = take;
  }

  send(text: string): void {
    if (!this.isClosed) this.#take(JSON.parse(text));
  }

  hasJoined(): boolean {
    return this.room !== undefined;
  }

  expelled(): void {
    assert.fail("nobody is taken out of a property's room");
  }

  close(isClean: boolean): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.room?.leave(this, isClean);
    this.detach?.();
  }
}

/** A client that obeys the protocol: it keeps what it has over its connections, and goes on from there. */
class Client {
  readonly principal;
  readonly messages = new Map<number, ChatMessage>();
  /** What is not acknowledged is said again. */
  readonly unsure = new Set<string>();
  rev = 0;
  #link: Link | undefined;
  #said = 0;

  constructor(userId: string) {
    this.principal = chatPerson(userId);
  }

  get isConnected(): boolean {
    return this.#link?.isClosed === false;
  }

  get room(): Room | undefined {
    return this.#link?.room;
  }

  async connect({ chat }: Instance): Promise<void> {
    const link = this.#link = new Link(this.principal, (frame) => this.#take(frame));
    try {
      link.detach = await chat.attach(link);
      const since = { afterSeq: null, afterRev: this.rev === 0 ? null : this.rev };
      await chat.join(link, { roomId: ROOM, since }, (room, joined) => {
        link.room = room;
        link.send(joined);
      });
    } catch {
      link.close(false);
    }
    if (link.isClosed) return link.detach?.();
    for (const clientMsgId of this.unsure) void this.#send(chat, clientMsgId);
  }

  disconnect(isClean: boolean): void {
    this.#link?.close(isClean);
  }

  say({ chat }: Instance): void {
    const clientMsgId = `${this.principal.userId}-${++this.#said}`;
    this.unsure.add(clientMsgId);
    void this.#send(chat, clientMsgId);
  }

  change({ chat }: Instance, which: number, isRemoval: boolean): void {
    const own = [...this.messages.values()].filter(({ userId }) => userId === this.principal.userId);
    const message = own[which % Math.max(1, own.length)];
    if (message === undefined) return;
    const about = { roomId: ROOM, id: message.id };
    void chat.change(
      this.principal,
      isRemoval ? about : { ...about, text: `${message.text}'`, mentions: [] },
    );
  }

  #take(frame: ChatServerFrame): void {
    if (frame.type === "joined") this.#joined(frame);
    if (frame.type !== "chat") return;
    assert.equal(frame.prevRev ?? frame.rev - 1, this.rev, "a revision was left out, or told twice");
    assert.ok(frame.rev > this.rev);
    const { type: _type, prevRev: _prevRev, ...message } = frame;
    this.rev = frame.rev;
    this.messages.set(message.seq, message);
  }

  #joined({ reset, history, rev, seq }: Extract<ChatServerFrame, { type: "joined" }>): void {
    assert.ok(reset === true || rev >= this.rev, "a client was let in behind what it has");
    if (reset) this.messages.clear();
    for (const message of history) this.messages.set(message.seq, message);
    assert.ok(history.every((message) => message.seq <= seq));
    this.rev = rev;
  }

  async #send(chat: Chat, clientMsgId: string): Promise<void> {
    const link = this.#link;
    const message = { roomId: ROOM, text: clientMsgId, clientMsgId, replyTo: null, link: null, mentions: [] };
    const outcome = await chat.say(this.principal, message);
    // The answer reaches only who is still there.
    if (link?.isClosed === false && !("error" in outcome)) this.unsure.delete(clientMsgId);
  }
}

async function turn(): Promise<void> {
  for (let i = 0; i < 60; i++) await Promise.resolve();
}

const client = fc.nat(CLIENTS - 1);
const act = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ act: fc.constant("say" as const), client, times: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant("change" as const),
      isRemoval: fc.boolean(),
      client,
      which: fc.nat(20),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ act: fc.constant("move" as const), client, to: fc.nat(INSTANCES - 1) }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("break" as const), client }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("die" as const), instance: fc.nat(INSTANCES - 1) }) },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constant("cut" as const), instance: fc.nat(INSTANCES - 1) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constant("mend" as const), instance: fc.nat(INSTANCES - 1) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constant("fail" as const), times: fc.integer({ min: 1, max: 2 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ act: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 2_000 }) }),
  },
);

/** How what is told between instances fares, in turn. */
const fates = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constant<number[]>([0]) },
    { weight: 2, arbitrary: fc.constant<number[]>([]) },
    { weight: 1, arbitrary: fc.constant<number[]>([0, 40]) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 120 }).map((ms) => [ms]) },
  ),
  { minLength: 1, maxLength: 20 },
);

/** How long the record takes, in turn. */
const delays = fc.array(fc.constantFrom(0, 0, 0, 10, 60, 300), { minLength: 1, maxLength: 7 });

Deno.test("chat - whatever is lost between instances, everybody ends with what the record has", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(act, { minLength: 5, maxLength: 40 }),
      fates,
      delays,
      async (acts, fates, delays) => {
        const clock = new ManualClock();
        const record = new MemoryRecord();
        const net = new MemoryNet((ms, run) => ms === 0 ? run() : void clock.after(ms, run));
        let told = 0;
        let called = 0;
        record.pause = () => {
          const ms = delays[called++ % delays.length]!;
          return ms === 0 ? Promise.resolve() : new Promise((resolve) => void clock.after(ms, resolve));
        };
        net.fate = (subject) => subject.startsWith("chat.") ? fates[told++ % fates.length]! : [0];
        let named = 0;
        const registry = new Registry(APP_METRICS);
        const failures: unknown[] = [];
        const start = (): Instance => {
          const bus = net.bus();
          const failed = (error: unknown) => {
            if (!String(error).includes("the database is away")) failures.push(error);
          };
          return { bus, chat: new Chat({ record, bus, clock, instance: `i${++named}`, registry, failed }) };
        };
        const instances = Array.from({ length: INSTANCES }, start);
        const clients = Array.from({ length: CLIENTS }, (_, i) => new Client(`u${i}`));
        const at = clients.map((_, i) => i % INSTANCES);
        const dead: Instance[] = [];
        const run = async (ms: number) => {
          for (let left = ms; left > 0; left -= STEP_MS) {
            await turn();
            clock.advance(Math.min(STEP_MS, left));
          }
          await turn();
        };
        const connect = (index: number) => clients[index]!.connect(instances[at[index]!]!);
        for (let i = 0; i < CLIENTS; i++) void connect(i);
        await run(100);

        for (const one of acts) {
          if (one.act === "wait") await run(one.ms);
          else if (one.act === "fail") record.failing = one.times;
          else if (one.act === "cut" || one.act === "mend") {
            instances[one.instance]!.bus.isUp = one.act === "mend";
          } else if (one.act === "die") {
            // What it was about to tell is never told.
            dead.push(instances[one.instance]!);
            instances[one.instance]!.bus.isDead = true;
            instances[one.instance] = start();
            for (const [index, place] of at.entries()) {
              if (place === one.instance) clients[index]!.disconnect(false);
            }
          } else {
            const who = clients[one.client]!;
            const instance = instances[at[one.client]!]!;
            if (one.act === "break") who.disconnect(false);
            else if (one.act === "move") {
              who.disconnect(true);
              at[one.client] = one.to;
              void connect(one.client);
            } else if (one.act === "say") {
              for (let i = 0; i < one.times; i++) who.say(instance);
            } else {
              who.change(instance, one.which, one.isRemoval);
            }
          }
          await turn();
        }

        record.failing = 0;
        for (const { bus } of instances) bus.isUp = true;
        net.fate = () => [0];
        for (const [index, one] of clients.entries()) if (!one.isConnected) void connect(index);
        // What was refused, as too much in a short time, is said again; what is lost is found.
        for (let round = 0; round < 2; round++) {
          await run(HEADS_MS);
          for (const [index, one] of clients.entries()) {
            if (one.unsure.size > 0) one.disconnect(true);
            if (!one.isConnected) void connect(index);
          }
        }
        await run(HEADS_MS);

        const all = record.all(ROOM);
        for (const one of clients) {
          const has = [...one.messages.values()].sort((a, b) => a.seq - b.seq);
          assert.deepEqual(has, all.slice(-Math.max(has.length, Math.min(50, all.length))));
          assert.equal(one.rev, record.lastRev(ROOM));
          assert.deepEqual([...one.unsure], []);
          assert.deepEqual(one.room?.presence.all.map(({ userId, status }) => `${userId} ${status}`).sort(), [
            "u0 online",
            "u1 online",
            "u2 online",
            "u3 online",
          ]);
        }
        assert.deepEqual(failures, []);
        for (const one of clients) one.disconnect(true);
        for (const { chat } of [...instances, ...dead]) await chat.close();
      },
    ),
    { numRuns: 100 },
  );
});
