// What is held at once, at its limits.
import assert from "node:assert/strict";
import type { ChatMessage } from "@/lib/chat/message.ts";
import { LINGER_MS, ROOMS_OPEN_MAX } from "@/services/chat/org_hub.ts";
import { RECEIPTS_WAITING_MAX, RoomReceipts } from "@/services/chat/room_receipts.ts";
import { ACTIVE_ROOMS_MAX, ACTIVITY_MS, Watchers } from "@/services/chat/watchers.ts";
import { CATCH_UP_MESSAGES_MAX, HISTORY_MESSAGES, RECEIPTS_MAX, RECEIPTS_MS } from "@/lib/chat/limits.ts";
import type { Sending } from "@/services/chat/ports.ts";
import { chatPerson } from "../harness/chat.ts";
import { HEARD_MS, House, Somebody, TOPIC } from "../harness/chat_house.ts";
import { MemoryRecord } from "../harness/memory_chat.ts";
import { ManualClock, settle } from "../harness/memory_log.ts";

Deno.test("chat bounds - so many rooms of an organisation are open, and more when those are left", async () => {
  const house = new House();
  const { chat } = house.instance();
  const somebody = new Somebody("anna");
  const since = { afterSeq: null, afterRev: null };
  const join = (n: number) =>
    chat.join(somebody, { roomId: `property-${n}`, since }, (room) => {
      somebody.rooms.set(room.roomId, room);
    });
  const joined = await Promise.all(Array.from({ length: ROOMS_OPEN_MAX }, (_, n) => join(n + 1)));
  assert.deepEqual(joined.filter((refused) => refused !== undefined).slice(0, 2), []);
  assert.equal((await join(ROOMS_OPEN_MAX + 1))?.error, "unavailable");
  assert.equal(await join(1), undefined, "one that is open can be joined");
  for (const room of somebody.rooms.values()) room.leave(somebody, false);
  for (let ms = 0; ms < LINGER_MS + 2 * HEARD_MS; ms += HEARD_MS) {
    house.clock.advance(HEARD_MS);
    await settle();
  }
  assert.equal(await join(ROOMS_OPEN_MAX + 1), undefined);
  assert.equal(chat.online(1, "property-1"), 0);
  await house.close();
});

Deno.test("chat bounds - the activity of so many rooms is held back, and of more once those are quiet", async () => {
  const clock = new ManualClock();
  const watchers = new Watchers(clock);
  const watcher = new Somebody("anna", true);
  const say = (n: number, rev: number) => watchers.said({ ...MESSAGE, roomId: `property-${n}`, rev }, n);
  await watchers.read(watcher, () => Promise.resolve([]));
  for (let n = 1; n <= ACTIVE_ROOMS_MAX + 1; n++) say(n, 1);
  assert.equal(watcher.frames.length, ACTIVE_ROOMS_MAX);
  clock.advance(ACTIVITY_MS);
  watchers.tick();
  say(ACTIVE_ROOMS_MAX + 1, 2);
  assert.equal(watcher.frames.length, ACTIVE_ROOMS_MAX + 1);
  watchers.close();
});

Deno.test("chat bounds - the positions of so many people wait in a room, and are written in steps", async () => {
  const record = new MemoryRecord();
  const clock = new ManualClock();
  const written: number[] = [];
  const receipts = new RoomReceipts({
    record,
    clock,
    orgId: 1,
    roomId: "property-1",
    advanced: (positions) => written.push(positions.length),
    failed: (error) => assert.fail(String(error)),
  });
  for (let n = 0; n <= RECEIPTS_WAITING_MAX; n++) {
    receipts.add({ userId: `u${n}`, userName: "x", readUpTo: 1, deliveredUpTo: 1 });
  }
  while (!receipts.isEmpty) {
    clock.advance(RECEIPTS_MS);
    await settle();
  }
  assert.deepEqual([Math.max(...written), written.reduce((sum, count) => sum + count)], [
    RECEIPTS_MAX,
    RECEIPTS_WAITING_MAX,
  ]);
  await receipts.settle();
});

Deno.test("chat bounds - who comes back is told so many changes, and of one more only the last messages", async () => {
  const house = new House();
  const one = house.instance();
  const missed = Array.from({ length: CATCH_UP_MESSAGES_MAX }, (_, n) => sendingOf(`${n}`));
  await house.record.send(1, TOPIC, missed);
  const histories = async () => {
    const somebody = new Somebody("anna");
    const since = { afterSeq: null, afterRev: 0 };
    const joining = one.chat.join(
      somebody,
      { roomId: TOPIC, since },
      (_room, joined) => somebody.send(joined),
    );
    await house.run(HEARD_MS);
    assert.equal(await joining, undefined);
    return somebody.frames.flatMap((frame) =>
      frame.type === "joined" ? [[frame.history.length, frame.reset ?? false]] : []
    );
  };
  assert.deepEqual(await histories(), [[CATCH_UP_MESSAGES_MAX, false]]);
  await house.say(one, "ben", { text: "one more" });
  assert.deepEqual(await histories(), [[HISTORY_MESSAGES, true]]);
  await house.close();
});

function sendingOf(text: string): Sending {
  const message = { roomId: TOPIC, text, clientMsgId: text, replyTo: null, link: null, mentions: [] };
  return { principal: chatPerson("ben"), message };
}

const MESSAGE: ChatMessage = {
  id: 1,
  seq: 1,
  rev: 1,
  roomId: "property-1",
  userId: "ben",
  userName: "Ben",
  text: "x",
  clientMsgId: "c",
  at: "2026-01-01T00:00:00.000Z",
};
