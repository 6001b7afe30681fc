// What is said on its way into the record: gathered, bounded, and acknowledged only where it is kept.
import assert from "node:assert/strict";
import type { ChatRefused } from "@/lib/chat/errors.ts";
import type { ChatMessage } from "@/lib/chat/message.ts";
import { type Kept, type Sending, SENDS_PER_BATCH } from "@/services/chat/ports.ts";
import { RoomReceipts } from "@/services/chat/room_receipts.ts";
import { Sends, SENDS_WAITING_MAX } from "@/services/chat/sends.ts";
import { chatPerson } from "../harness/chat.ts";
import { MemoryRecord } from "../harness/memory_chat.ts";
import { ManualClock, settle } from "../harness/memory_log.ts";

const ROOM = "property-1";

function sending(text: string): Sending {
  const message = { roomId: ROOM, text, clientMsgId: text, replyTo: null, link: null, mentions: [] };
  return { principal: chatPerson("anna"), message };
}

/** A record that waits for its gate, and the order in which things were kept. */
function start() {
  const record = new MemoryRecord();
  const gate = Promise.withResolvers<void>();
  record.pause = () => gate.promise;
  const kept: ChatMessage[] = [];
  const failures: unknown[] = [];
  const sends = new Sends({
    record,
    orgId: 1,
    roomId: ROOM,
    kept: ({ message }) => kept.push(message),
    failed: (error) => failures.push(error),
  });
  return { record, open: () => gate.resolve(), kept, failures, sends };
}

function codes(outcomes: readonly (Kept | ChatRefused)[]): readonly string[] {
  return outcomes.map((outcome) => "error" in outcome ? outcome.error : "kept");
}

Deno.test("sends - while a transaction is under way, what comes gathers for the next one", async () => {
  const { record, open, kept, sends } = start();
  const outcomes = Array.from({ length: 1 + SENDS_PER_BATCH + 1 }, (_, i) => sends.add(sending(`${i}`)));
  open();
  assert.deepEqual(new Set(codes(await Promise.all(outcomes))), new Set(["kept"]));
  assert.equal(record.reads, 3);
  assert.deepEqual(kept.map(({ text }) => text), outcomes.map((_, i) => `${i}`));
  assert.equal(sends.isEmpty, true);
});

Deno.test("sends - so many wait in a room, and more are refused", async () => {
  const { open, sends } = start();
  const outcomes = Array.from({ length: SENDS_WAITING_MAX }, (_, i) => sends.add(sending(`${i}`)));
  const refused = await sends.add(sending("one too many"));
  assert.ok("error" in refused);
  assert.deepEqual([refused.error, refused.retryAfterMs! > 0], ["too_many_messages", true]);
  open();
  await Promise.all(outcomes);
});

Deno.test("sends - where the database is away nothing is acknowledged, and the next one may be kept again", async () => {
  const { record, open, kept, failures, sends } = start();
  record.failing = 1;
  open();
  assert.deepEqual(codes(await Promise.all(["a", "b"].map((text) => sends.add(sending(text))))), [
    "not_kept",
    "kept",
  ]);
  assert.deepEqual([kept.length, failures.length], [1, 1]);
});

Deno.test("sends - what the record stumbles over does not take others with it", async () => {
  const { record, open, failures, sends } = start();
  const { send } = record;
  record.send = (orgId, roomId, sendings) => {
    if (sendings.some(({ message }) => message.text === "poison")) return Promise.reject(new Error("a bug"));
    return send.call(record, orgId, roomId, sendings);
  };
  open();
  const outcomes = ["first", "a", "poison", "b"].map((text) => sends.add(sending(text)));
  assert.deepEqual(codes(await Promise.all(outcomes)), ["kept", "kept", "not_kept", "kept"]);
  assert.equal(failures.length, 1);
});

Deno.test("receipts - they are gathered for one write, and kept for the next where the database is away", async () => {
  const record = new MemoryRecord();
  const clock = new ManualClock();
  for (const text of ["a", "b", "c"]) await record.send(1, ROOM, [sending(text)]);
  const told: string[][] = [];
  const receipts = new RoomReceipts({
    record,
    clock,
    orgId: 1,
    roomId: ROOM,
    advanced: (positions) => told.push(positions.map(({ userId, readUpTo }) => `${userId} ${readUpTo}`)),
    failed: () => {},
  });
  const before = record.reads;
  const read = (userId: string, readUpTo: number) => {
    receipts.add({ userId, userName: userId, readUpTo, deliveredUpTo: readUpTo });
  };
  read("ben", 1);
  read("ben", 2);
  read("carl", 3);
  clock.advance(500);
  await settle();
  assert.deepEqual([told, record.reads - before], [[["ben 2", "carl 3"]], 1]);
  record.failing = 1;
  read("ben", 3);
  clock.advance(500);
  await settle();
  assert.equal(told.length, 1);
  clock.advance(1_000);
  await settle();
  assert.deepEqual(told.slice(1), [["ben 3"]]);
  await receipts.settle();
});
