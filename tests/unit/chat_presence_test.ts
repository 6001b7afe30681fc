// Who is there and who types, on several instances, with the clock moved by hand.
import assert from "node:assert/strict";
import { TYPING_MS } from "@/lib/chat/limits.ts";
import { ALIVE_MS, CUT_MS, LEAVING_MS } from "@/services/chat/alive.ts";
import { OFFLINE_GRACE_MS, PRESENCE_FLUSH_MS } from "@/services/chat/room_presence.ts";
import { House } from "../harness/chat_house.ts";

const ROOM = "property-1";
/** Everything about presence is right within this time (product text). */
const RIGHT_MS = 5_000;
/** Longest time until something typed is seen (product text). */
const TYPING_SEEN_MS = 100;

Deno.test("presence - who joins knows at once who is there, on whatever instance", async () => {
  const house = new House();
  const [one, two] = [house.instance(), house.instance()];
  await house.run(1_500);
  const anna = await house.join(one, "anna", { roomId: ROOM });
  const ben = await house.join(two, "ben", { roomId: ROOM });
  const joined = ben.frames[0]!;
  assert.ok(joined.type === "joined");
  assert.deepEqual(joined.online.map(({ userId }) => userId).sort(), ["anna", "ben"]);
  assert.equal(anna.sees("ben"), "online");
  await house.close();
  assert.deepEqual(house.failures, []);
});

Deno.test("presence - a page that is loaded anew does not flicker, one that is closed is offline soon", async () => {
  const house = new House();
  const chat = house.instance();
  const anna = await house.join(chat, "anna", { roomId: ROOM });
  const ben = await house.join(chat, "ben", { roomId: ROOM });
  await house.run(1_000);
  const changes = anna.changes("ben");
  ben.leave(true);
  await house.run(OFFLINE_GRACE_MS - 500);
  const again = await house.join(chat, "ben", { roomId: ROOM });
  await house.run(RIGHT_MS);
  assert.deepEqual([anna.changes("ben"), anna.sees("ben")], [changes, "online"]);
  again.leave(true);
  await house.run(OFFLINE_GRACE_MS + PRESENCE_FLUSH_MS);
  assert.equal(anna.sees("ben"), "offline");
  await house.close();
  assert.deepEqual(house.failures, []);
});

Deno.test("presence - a connection that breaks off is offline at once, unless there is another one", async () => {
  const house = new House();
  const chat = house.instance();
  const anna = await house.join(chat, "anna", { roomId: ROOM });
  const desk = await house.join(chat, "ben", { roomId: ROOM });
  const phone = await house.join(chat, "ben", { roomId: ROOM });
  phone.status = "away";
  phone.room.status(phone);
  await house.run(1_000);
  assert.equal(anna.sees("ben"), "online");
  desk.leave(false);
  await house.run(PRESENCE_FLUSH_MS);
  assert.equal(anna.sees("ben"), "away");
  phone.leave(false);
  await house.run(PRESENCE_FLUSH_MS);
  assert.equal(anna.sees("ben"), "offline");
  await house.close();
  assert.deepEqual(house.failures, []);
});

Deno.test("presence - people of an instance that dies are offline within 5 s", async () => {
  const house = new House();
  const [one, two] = [house.instance(), house.instance()];
  await house.run(1_500);
  const anna = await house.join(one, "anna", { roomId: ROOM });
  const ben = await house.join(two, "ben", { roomId: ROOM });
  ben.room.typing(ben.principal, true);
  await house.run(500);
  assert.deepEqual(anna.typing, ["ben"]);
  two.bus.isDead = true;
  await house.run(ALIVE_MS - 1_000);
  assert.equal(anna.sees("ben"), "online");
  await house.run(RIGHT_MS - ALIVE_MS + 1_000);
  assert.deepEqual([anna.sees("ben"), anna.typing], ["offline", []]);
  const { seconds, count } = one.registry.sum("innstream_chat_presence_detect_seconds");
  assert.equal(count, 1);
  assert.ok(seconds >= ALIVE_MS / 1000 && seconds <= RIGHT_MS / 1000, `${seconds} s`);
  await house.close();
  assert.deepEqual(house.failures, []);
});

Deno.test("presence - people of an instance that stops come back to another one and do not flicker", async () => {
  const house = new House();
  const [one, two] = [house.instance(), house.instance()];
  await house.run(1_500);
  const anna = await house.join(one, "anna", { roomId: ROOM });
  const ben = await house.join(two, "ben", { roomId: ROOM });
  const carl = await house.join(two, "carl", { roomId: ROOM });
  await house.run(1_000);
  const changes = anna.changes("ben");
  for (const somebody of [ben, carl]) somebody.leave(true);
  await two.chat.close();
  await house.run(LEAVING_MS - 500);
  await house.join(one, "ben", { roomId: ROOM });
  await house.run(RIGHT_MS);
  assert.deepEqual([anna.changes("ben"), anna.sees("ben"), anna.sees("carl")], [
    changes,
    "online",
    "offline",
  ]);
  // It said so: there was nothing to find out.
  assert.equal(one.registry.sum("innstream_chat_presence_detect_seconds").count, 0);
  await house.close();
  assert.deepEqual(house.failures, []);
});

Deno.test("presence - where NATS is away people of others are unknown, and right again when it is back", async () => {
  const house = new House();
  const [one, two] = [house.instance(), house.instance()];
  await house.run(1_500);
  const anna = await house.join(one, "anna", { roomId: ROOM });
  const ben = await house.join(two, "ben", { roomId: ROOM });
  const carl = await house.join(two, "carl", { roomId: ROOM });
  for (const { bus } of [one, two]) bus.isUp = false;
  await house.run(1_000);
  assert.deepEqual([anna.sees("ben"), anna.sees("anna"), ben.sees("anna")], ["unknown", "online", "unknown"]);
  carl.leave(false);
  await house.run(20_000);
  assert.deepEqual([anna.sees("ben"), anna.sees("carl")], ["unknown", "unknown"]);
  for (const { bus } of [one, two]) bus.isUp = true;
  await house.run(1_000);
  assert.deepEqual([anna.sees("ben"), anna.sees("carl"), ben.sees("anna")], ["online", "offline", "online"]);
  await house.close();
  assert.deepEqual(house.failures, []);
});

Deno.test("presence - who was with an instance that is not there any more when NATS is back is offline within 5 s", async () => {
  const house = new House();
  const [one, two] = [house.instance(), house.instance()];
  await house.run(1_500);
  const anna = await house.join(one, "anna", { roomId: ROOM });
  await house.join(two, "ben", { roomId: ROOM });
  one.bus.isUp = false;
  await house.run(10_000);
  two.bus.isDead = true;
  one.bus.isUp = true;
  await house.run(RIGHT_MS);
  assert.equal(anna.sees("ben"), "offline");
  await house.close();
  assert.deepEqual(house.failures, []);
});

Deno.test("presence - a server that is silent is a cut, not the end of everybody else", async () => {
  const house = new House();
  const [one, two] = [house.instance(), house.instance()];
  await house.run(1_500);
  const anna = await house.join(one, "anna", { roomId: ROOM });
  await house.join(two, "ben", { roomId: ROOM });
  const { hear } = one.bus;
  one.bus.hear = () => {};
  await house.run(CUT_MS + 500);
  assert.equal(anna.sees("ben"), "unknown");
  one.bus.hear = hear;
  await house.run(1_500);
  assert.equal(anna.sees("ben"), "online");
  await house.close();
  assert.deepEqual(house.failures, []);
});

Deno.test("presence - what is lost between instances is asked for", async () => {
  const house = new House();
  const [one, two] = [house.instance(), house.instance()];
  await house.run(1_500);
  const anna = await house.join(one, "anna", { roomId: ROOM });
  await house.join(two, "ben", { roomId: ROOM });
  await house.run(1_000);
  house.net.fate = (subject) => subject.includes(".presence.") ? [] : [0];
  await house.join(two, "carl", { roomId: ROOM });
  await house.run(1_000);
  assert.equal(anna.sees("carl"), "offline");
  house.net.fate = () => [0];
  await house.join(two, "dora", { roomId: ROOM });
  await house.run(1_000);
  assert.deepEqual([anna.sees("carl"), anna.sees("dora")], ["online", "online"]);
  await house.close();
  assert.deepEqual(house.failures, []);
});

Deno.test("typing - it is seen at once, costs nothing when it is said again, and ends by itself", async () => {
  const house = new House();
  const [one, two] = [house.instance(), house.instance()];
  await house.run(1_500);
  const anna = await house.join(one, "anna", { roomId: ROOM });
  const ben = await house.join(two, "ben", { roomId: ROOM });
  await house.run(1_000);
  ben.room.typing(ben.principal, true);
  await house.run(TYPING_SEEN_MS);
  assert.deepEqual([anna.typing, ben.typing], [["ben"], ["ben"]]);
  const frames = anna.frames.length;
  for (let i = 0; i < 5; i++) {
    await house.run(2_000);
    ben.room.typing(ben.principal, true);
  }
  assert.equal(anna.frames.length, frames);
  await house.run(TYPING_MS + 1_500);
  assert.deepEqual([anna.typing, ben.typing], [[], []]);
  await house.close();
  assert.deepEqual(house.failures, []);
});

Deno.test("typing - who says something, or leaves, does not type any more", async () => {
  const house = new House();
  const [one, two] = [house.instance(), house.instance()];
  await house.run(1_500);
  const anna = await house.join(one, "anna", { roomId: ROOM });
  const ben = await house.join(two, "ben", { roomId: ROOM });
  const carl = await house.join(two, "carl", { roomId: ROOM });
  for (const { room, principal } of [ben, carl]) room.typing(principal, true);
  await house.run(300);
  assert.deepEqual(anna.typing, ["ben", "carl"]);
  const rest = { clientMsgId: "1", replyTo: null, link: null, mentions: [] };
  void two.chat.say(ben.principal, { roomId: ROOM, text: "Hello", ...rest });
  await house.run(300);
  assert.deepEqual(anna.typing, ["carl"]);
  carl.leave(true);
  await house.run(300);
  assert.deepEqual(anna.typing, []);
  await house.close();
  assert.deepEqual(house.failures, []);
});
