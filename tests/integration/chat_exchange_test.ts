// StreamInOut from the handshake on: what is said, seen and refused on one instance.
import assert from "node:assert/strict";
import {
  CHAT_FRAME_CHARS_MAX,
  CHAT_FRAMES_MAX,
  HISTORY_MESSAGES,
  ROOMS_PER_SOCKET_MAX,
  SENDS_MAX,
} from "@/lib/chat/limits.ts";
import { FRAMES_WAITING_MAX } from "@/services/chat/chat_connection.ts";
import { ChatPeer } from "../harness/chat.ts";
import { call, startDemo } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";

let server: TestServer;
Deno.test.beforeAll(async () => {
  server = await startDemo();
});
Deno.test.afterAll(() => server?.stop());

const ROOM = "property-1";
const OTHER = "property-2";
/** Nobody but one test speaks there. */
const QUIET = "room-1";

async function options(userId: string, claims: Record<string, unknown> = {}) {
  return {
    wsUrl: server.wsUrl,
    userId,
    token: await server.token({ sub: userId, name: `Ms ${userId}`, ...claims }),
  };
}

Deno.test("chat - what one says everybody in the room hears, and its sender is told that it is kept", async () => {
  const anna = await ChatPeer.join(ROOM, await options("anna"));
  const ben = await ChatPeer.join(ROOM, await options("ben"));
  const ack = await anna.said("Room 12 is ready");
  const heard = await ben.next("chat");
  assert.deepEqual(
    [heard.text, heard.userId, heard.userName, heard.roomId],
    ["Room 12 is ready", "anna", "Ms anna", ROOM],
  );
  assert.deepEqual([ack.id, ack.seq, ack.rev], [heard.id, heard.seq, heard.rev]);
  assert.deepEqual(await anna.until(() => anna.of("chat")[0]), heard);
  await Promise.all([anna.close(), ben.close()]);
});

Deno.test("chat - who joins gets the last messages, who is there, and how far people are", async () => {
  const anna = await ChatPeer.join(OTHER, await options("full1"));
  for (let i = 1; i <= SENDS_MAX; i++) await anna.said(`Message ${i}`);
  const ben = await ChatPeer.join(OTHER, await options("full2"));
  for (let i = 1; i <= SENDS_MAX - 5; i++) await ben.said(`Answer ${i}`);
  const { seq } = ben.of("chat").at(-1)!;
  const carl = await ChatPeer.join(OTHER, await options("carl"));
  const [joined] = carl.of("joined");
  assert.deepEqual([joined!.seq, joined!.rev, joined!.more, joined!.unread], [seq, seq, true, seq]);
  assert.deepEqual(
    joined!.history.map((message: { seq: number }) => message.seq),
    [...Array(HISTORY_MESSAGES)].map((_, i) => seq - HISTORY_MESSAGES + 1 + i),
  );
  assert.deepEqual(
    joined!.online.map(({ userId, userName, status }: Record<string, string>) => [userId, userName, status])
      .sort(),
    [
      ["carl", "Ms carl", "online"],
      ["full1", "Ms full1", "online"],
      ["full2", "Ms full2", "online"],
    ],
  );
  assert.deepEqual([joined!.receipts.full1, joined!.receipts.full2], [SENDS_MAX, seq]);
  assert.equal(typeof joined!.name, "string");
  assert.deepEqual([joined!.propertyId, joined!.may], [2, { moderate: true, manage: false }]);
  await Promise.all([anna.close(), ben.close(), carl.close()]);
});

Deno.test("chat - an edit and a deletion are told with the next revision, and acknowledged", async () => {
  const anna = await ChatPeer.join(ROOM, await options("editor"));
  const ben = await ChatPeer.join(ROOM, await options("ben"));
  const { id, seq } = await anna.said("Room 21 is redy");
  anna.send({ type: "edit", id, text: "Room 21 is ready", clientMsgId: "e1" });
  const edited = await anna.next("ack");
  assert.deepEqual([edited.clientMsgId, edited.id, edited.seq], ["e1", id, seq]);
  const told = await ben.next((frame) => frame.type === "chat" && frame.editedAt !== undefined);
  assert.deepEqual([told.text, told.rev, told.seq], ["Room 21 is ready", edited.rev, seq]);
  anna.send({ type: "delete", id });
  await anna.next("ack");
  const gone = await ben.next((frame) => frame.type === "chat" && frame.deleted === true);
  assert.deepEqual([gone.text, gone.rev, gone.seq], ["", edited.rev + 1, seq]);
  for (
    const [frame, code] of [
      [{ type: "edit", id, text: "again" }, "message_deleted"],
      [{ type: "edit", id: 999_999, text: "none" }, "message_not_found"],
    ] as const
  ) {
    anna.send(frame);
    assert.equal((await anna.next("error")).code, code);
  }
  const hers = await ben.said("Mine");
  const staff = await ChatPeer.join(ROOM, await options("staff", { role: "staff", properties: [1] }));
  staff.send({ type: "delete", id: hers.id });
  assert.equal((await staff.next("error")).code, "message_forbidden");
  await Promise.all([anna.close(), ben.close(), staff.close()]);
});

Deno.test("chat - one that is said again is the one that is there, over whatever connection", async () => {
  const anna = await ChatPeer.join(ROOM, await options("twice"));
  const first = await anna.said("Once", { clientMsgId: "the-same" });
  const clientMsgId = anna.say("Once");
  await anna.next((frame) => frame.type === "ack" && frame.clientMsgId === clientMsgId);
  await anna.close();
  const again = await ChatPeer.join(ROOM, await options("twice"));
  again.send({ type: "chat", text: "Once", clientMsgId });
  const ack = await again.next("ack");
  const kept = again.of("joined")[0]!.history.filter((message: { clientMsgId: string }) =>
    message.clientMsgId === clientMsgId
  );
  assert.deepEqual(kept.map((message: { id: number }) => message.id), [ack.id]);
  assert.ok(ack.seq > first.seq);
  assert.deepEqual(again.texts, []);
  await again.close();
});

Deno.test("chat - who comes back gets what came meanwhile, and who has too little to go on gets the end", async () => {
  const anna = await ChatPeer.join(ROOM, await options("away1"));
  const { rev, seq } = anna.of("joined")[0]!;
  const first = await anna.said("While you were away");
  const second = await anna.said("And more");
  anna.send({ type: "edit", id: first.id, text: "While you were out" });
  await anna.next((frame) => frame.type === "chat" && frame.id === first.id && frame.editedAt !== undefined);
  const ben = await ChatPeer.join(ROOM, { ...await options("away2"), handshake: { afterRev: rev } });
  const back = ben.of("joined")[0]!;
  assert.deepEqual(back.history.map(({ text }: { text: string }) => text), [
    "While you were out",
    "And more",
  ]);
  assert.deepEqual([back.seq, back.reset], [second.seq, undefined]);
  ben.send({ type: "join", roomId: ROOM, afterSeq: seq + 1 });
  assert.deepEqual((await ben.next("joined")).history.map(({ text }: { text: string }) => text), [
    "And more",
  ]);
  ben.send({ type: "join", roomId: ROOM, afterRev: 1_000_000 });
  const reset = await ben.next("joined");
  assert.deepEqual([reset.reset, reset.history.at(-1).text], [true, "And more"]);
  assert.equal(ben.statuses(ROOM).away2, "online");
  await Promise.all([anna.close(), ben.close()]);
});

Deno.test("chat - one socket is in several rooms, and hears what is said in each", async () => {
  const anna = await ChatPeer.join(ROOM, await options("many"));
  anna.send({ type: "join", roomId: OTHER });
  await anna.next((frame) => frame.type === "joined" && frame.roomId === OTHER);
  const ben = await ChatPeer.join(OTHER, await options("ben"));
  await ben.said("In the other one");
  assert.equal((await anna.next("chat")).roomId, OTHER);
  await anna.said("To the other one", { roomId: OTHER });
  assert.equal(
    (await ben.next((frame) => frame.type === "chat" && frame.userId === "many")).text,
    "To the other one",
  );
  anna.send({ type: "leave", roomId: OTHER });
  assert.equal((await anna.next("left")).roomId, OTHER);
  assert.equal((await anna.said("Not any more", { roomId: OTHER })).code, "not_joined");
  await Promise.all([anna.close(), ben.close()]);
});

Deno.test("chat - rooms that one may not see are answered like rooms that there are not", async () => {
  const who = { role: "staff", properties: [1], services: ["tasks"] };
  const staff = await ChatPeer.join(ROOM, await options("limited", who));
  for (const roomId of [OTHER, "room-1", "topic-999", "property-999"]) {
    staff.send({ type: "join", roomId });
    const { code, roomId: about, retryable } = await staff.next("error");
    assert.deepEqual([code, about, retryable], ["room_not_found", roomId, false]);
    assert.equal((await staff.said("Let me in", { roomId })).code, "not_joined");
  }
  const foreign = await ChatPeer.begin(ROOM, await options("foreign", { orgId: 2 }));
  const joined = await foreign.next("joined");
  assert.deepEqual([joined.seq, joined.history], [0, []]);
  await Promise.all([staff.close(), foreign.close()]);
});

Deno.test("chat - at most so many rooms on one socket", async () => {
  const token = await server.token({ sub: "u1", name: "Owner" });
  const made = await Promise.all(Array.from({ length: ROOMS_PER_SOCKET_MAX }, async (_, i) => {
    const body = { name: `Topic ${i}`, members: [] };
    return (await call(`${server.url}/v2/collaboration/rooms`, {
      token,
      method: "POST",
      body: JSON.stringify(body),
    })).json
      .roomId as string;
  }));
  const anna = await ChatPeer.join(ROOM, { wsUrl: server.wsUrl, token });
  for (const roomId of made) anna.send({ type: "join", roomId });
  const error = await anna.next("error");
  assert.deepEqual([error.code, error.roomId], ["too_many_rooms", made.at(-1)]);
  await anna.until(() => anna.of("joined").length === ROOMS_PER_SOCKET_MAX);
  await anna.close();
});

Deno.test("chat - typing and presence are seen by the others", async () => {
  const anna = await ChatPeer.join(QUIET, await options("anna"));
  const ben = await ChatPeer.join(QUIET, await options("ben"));
  ben.send({ type: "typing", typing: true });
  const typing = await anna.next("typing");
  assert.deepEqual([typing.users, typing.count], [[{ userId: "ben", userName: "Ms ben" }], 1]);
  const late = await ChatPeer.join(QUIET, await options("late"));
  assert.equal((await late.next("typing")).count, 1);
  ben.send({ type: "typing", typing: false });
  assert.equal((await anna.next((frame) => frame.type === "typing" && frame.count === 0)).users.length, 0);
  ben.send({ type: "presence", status: "away" });
  await anna.until(() => anna.statuses(QUIET).ben === "away");
  const tab = await ChatPeer.join(QUIET, await options("ben"));
  await anna.until(() => anna.statuses(QUIET).ben === "online");
  await tab.close();
  await anna.until(() => anna.statuses(QUIET).ben === "away");
  await ben.close();
  await anna.until(() => anna.statuses(QUIET).ben === undefined);
  await Promise.all([anna.close(), late.close()]);
});

Deno.test("chat - what is read is told to the others, never goes back, and never beyond the last message", async () => {
  const anna = await ChatPeer.join(QUIET, await options("reader1"));
  const ben = await ChatPeer.join(QUIET, await options("reader2"));
  const { seq, id } = await anna.said("Please read this");
  await ben.next("chat");
  ben.send({ type: "delivered", upTo: seq });
  const delivered = await anna.next((frame) => frame.type === "read" && frame.delivered.reader2 === seq);
  assert.equal(delivered.receipts.reader2 ?? 0, 0);
  ben.send({ type: "ack", messageId: id });
  await anna.next((frame) => frame.type === "read" && frame.receipts.reader2 === seq);
  ben.send({ type: "read", upTo: 1_000_000 });
  ben.send({ type: "read", upTo: seq - 1 });
  ben.send({ type: "ack", messageId: 999_999 });
  assert.equal((await ben.next("error")).code, "message_not_found");
  const again = await ChatPeer.join(QUIET, await options("reader2"));
  const joined = again.of("joined")[0]!;
  assert.deepEqual([joined.readUpTo, joined.unread, joined.receipts.reader2], [seq, 0, seq]);
  await Promise.all([anna.close(), ben.close(), again.close()]);
});

Deno.test("chat - who watches hears of rooms that are not joined, and of the own other devices", async () => {
  const watcher = await ChatPeer.begin(null, { ...await options("watcher"), handshake: { watch: true } });
  const limited = await ChatPeer.begin(null, {
    ...await options("limited2", { role: "staff", properties: [2], services: [] }),
    handshake: { watch: true },
  });
  const anna = await ChatPeer.join(ROOM, await options("anna"));
  const device = await ChatPeer.join(ROOM, await options("watcher"));
  const { seq } = await anna.said("News");
  const activity = await watcher.next("activity");
  assert.deepEqual([activity.message.text, activity.message.roomId], ["News", ROOM]);
  device.send({ type: "read", upTo: seq });
  const position = await watcher.next("position");
  assert.deepEqual([position.roomId, position.readUpTo], [ROOM, seq]);
  assert.equal((await watcher.said("Where?")).code, "not_joined");
  const ben = await ChatPeer.join(OTHER, await options("ben"));
  await ben.said("Of the other house");
  await limited.next("activity");
  assert.deepEqual(limited.of("activity").map(({ message }) => message.roomId), [OTHER]);
  await Promise.all([watcher, limited, anna, device, ben].map((peer) => peer.close()));
});

Deno.test("chat - who is taken out of a topic hears nothing more of it, and everybody hears of another name", async () => {
  const token = await server.token({ sub: "owner", name: "Owner" });
  const rooms = `${server.url}/v2/collaboration/rooms`;
  const made = await call(rooms, {
    token,
    method: "POST",
    body: JSON.stringify({ name: "Night shift", members: ["meera"] }),
  });
  assert.equal(made.status, 201, made.text);
  const { roomId, version } = made.json;
  const watcher = await ChatPeer.begin(null, { ...await options("meera"), handshake: { watch: true } });
  const member = await ChatPeer.join(roomId, await options("meera"));
  const owner = await ChatPeer.join(roomId, { wsUrl: server.wsUrl, token, userId: "owner" });
  await owner.said("Hello");
  assert.equal((await watcher.next("activity")).message.text, "Hello");
  await call(`${rooms}/${roomId}`, {
    token,
    method: "PATCH",
    body: JSON.stringify({ name: "Late shift", version }),
  });
  await watcher.next("rooms");
  owner.send({ type: "join", roomId });
  assert.equal((await owner.next("joined")).name, "Late shift");
  const removed = await call(`${rooms}/${roomId}/members/meera`, { token, method: "DELETE" });
  assert.ok(removed.status < 300, removed.text);
  assert.equal((await member.next("left")).roomId, roomId);
  await watcher.next("rooms");
  await owner.said("Now we are alone");
  assert.equal((await member.said("Am I?", { roomId })).code, "not_joined");
  await owner.said("Marker", { roomId });
  assert.deepEqual([member.texts, watcher.of("activity").length], [["Hello"], 1]);
  await Promise.all([watcher, member, owner].map((peer) => peer.close()));
});

Deno.test("chat - more messages than one person may send are refused, on all their sockets together", async () => {
  const one = await ChatPeer.join(ROOM, await options("busy"));
  const two = await ChatPeer.join(ROOM, await options("busy"));
  const acks = await Promise.all(
    Array.from({ length: SENDS_MAX }, (_, i) => (i % 2 ? one : two).said(`${i}`)),
  );
  assert.deepEqual(acks.map(({ type }) => type), acks.map(() => "ack"));
  const refused = await one.said("One too many");
  assert.deepEqual([refused.code, refused.retryable, refused.roomId], ["too_many_messages", true, ROOM]);
  assert.ok(refused.retryAfterMs > 0);
  assert.equal((await (await ChatPeer.join(ROOM, await options("calm"))).said("I may")).type, "ack");
  await Promise.all([one.close(), two.close()]);
});

Deno.test("chat - a flood of frames ends the connection", async () => {
  const one = await ChatPeer.join(ROOM, await options("flood1"));
  // The handshake is one, too.
  for (let i = 0; i < CHAT_FRAMES_MAX; i++) one.send({ type: "typing", typing: true });
  assert.deepEqual(await one.refusal(), { code: "too_many_frames", close: 4429 });
  const two = await ChatPeer.join(ROOM, await options("flood2"));
  // A database that takes its time.
  const { chat } = server.services;
  const { join } = chat;
  const gate = Promise.withResolvers<undefined>();
  chat.join = () => gate.promise;
  for (let i = 0; i <= FRAMES_WAITING_MAX; i++) two.send({ type: "join", roomId: ROOM });
  assert.deepEqual(await two.refusal(), { code: "too_many_frames", close: 4429 });
  chat.join = join;
  gate.resolve(undefined);
});

Deno.test("chat - a handshake that is wrong, and frames that are none, end the connection", async () => {
  const forged = await ChatPeer.begin(ROOM, { ...await options("mallory"), userId: "anna" });
  assert.deepEqual(await forged.refusal(), { code: "user_mismatch", close: 4403 });
  const { token } = await options("hostile");
  for (
    const [frame, code, close] of [
      ["no JSON", "bad_handshake", 4400],
      [{ userId: "hostile" }, "bad_handshake", 4400],
      [{ roomId: "property-1.>", userId: "hostile" }, "bad_handshake", 4400],
      ["x".repeat(CHAT_FRAME_CHARS_MAX + 1), "frame_too_big", 1009],
    ] as const
  ) {
    const peer = await ChatPeer.connect({ wsUrl: server.wsUrl, token });
    peer.send(frame);
    assert.deepEqual(await peer.refusal(), { code, close });
  }
  for (
    const [frame, code, close] of [
      ["{", "bad_frame", 4400],
      [{ type: "unknown" }, "bad_frame", 4400],
      [{ type: "chat", text: 1 }, "bad_frame", 4400],
      [{ type: "chat", text: "x", roomId: "*" }, "bad_frame", 4400],
      [{ type: "chat", text: "x".repeat(CHAT_FRAME_CHARS_MAX) }, "frame_too_big", 1009],
    ] as const
  ) {
    const peer = await ChatPeer.join(ROOM, await options("hostile"));
    peer.send(frame);
    assert.deepEqual(await peer.refusal(), { code, close });
  }
  const binary = await ChatPeer.join(ROOM, await options("hostile"));
  binary.socket.sendBinary(new Uint8Array(4));
  assert.deepEqual(await binary.refusal(), { code: "bad_frame", close: 4400 });
});

Deno.test("chat - what cannot be kept is refused, and the connection stays", async () => {
  const anna = await ChatPeer.join(ROOM, await options("odd"));
  for (const text of ["", "   ", "x".repeat(4_001), "\ud800", "\0"]) {
    assert.equal((await anna.said(text)).code, "bad_message", JSON.stringify(text.slice(0, 10)));
  }
  assert.equal((await anna.said("y", { replyTo: 999_999 })).code, "message_not_found");
  assert.equal((await anna.said("__proto__ <b>")).type, "ack");
  await anna.close();
});

Deno.test("chat - a token is renewed in place, one of somebody else is not taken, and at its end the connection ends", async () => {
  const peer = await ChatPeer.join(ROOM, {
    ...await options("renew"),
    token: await server.token({ sub: "renew" }, 30),
  });
  assert.equal((await peer.next("error")).code, "token_expiring");
  peer.send({ type: "auth", token: await server.token({ sub: "other" }) });
  assert.equal((await peer.next("error")).code, "token_mismatch");
  peer.send({ type: "auth", token: "none" });
  assert.equal((await peer.next("error")).code, "token_invalid");
  peer.send({ type: "join", roomId: OTHER });
  await peer.next("joined");
  peer.send({ type: "auth", token: await server.token({ sub: "renew", properties: [1], role: "staff" }) });
  await peer.next("renewed");
  assert.equal((await peer.next("left")).roomId, OTHER);
  assert.equal((await peer.said("Still here")).type, "ack");
  await peer.close();
  const ending = await ChatPeer.join(ROOM, {
    ...await options("ending"),
    token: await server.token({ sub: "ending" }, 2),
  });
  assert.deepEqual(await ending.refusal(), { code: "token_expired", close: 4401 });
});

Deno.test("chat - who watches with a token that covers more, or less, hears accordingly", async () => {
  const owner = await server.token({ sub: "owner" });
  const json = { name: "Of the second", propertyId: 2, members: ["meera"] };
  const { json: { roomId } } = await call(`${server.url}/v2/collaboration/rooms`, { token: owner, json });
  const speaker = await ChatPeer.join(roomId, { wsUrl: server.wsUrl, token: owner, userId: "owner" });
  const covering = (properties: number[]) => server.token({ sub: "meera", role: "staff", properties });
  const watcher = await ChatPeer.begin(null, {
    ...await options("meera"),
    token: await covering([1]),
    handshake: { watch: true },
  });
  watcher.send({ type: "auth", token: await covering([1]) });
  await watcher.next("renewed");
  await speaker.said("Not for one");
  watcher.send({ type: "auth", token: await covering([1, 2]) });
  await watcher.next("rooms");
  await speaker.said("For both");
  assert.equal((await watcher.next("activity")).message.text, "For both");
  watcher.send({ type: "auth", token: await covering([1]) });
  await watcher.next("rooms");
  await speaker.said("Not for one again");
  speaker.send({ type: "join", roomId: ROOM });
  await speaker.next("joined");
  await speaker.said("Marker", { roomId: ROOM });
  assert.equal((await watcher.next("activity")).message.text, "Marker");
  assert.deepEqual([watcher.of("activity").length, watcher.of("rooms").length], [2, 2]);
  await Promise.all([watcher, speaker].map((peer) => peer.close()));
});

Deno.test("chat - an instance that stops sends its people away, and they say what they had to on another one", async () => {
  const other = await server.another();
  const peer = await ChatPeer.join(ROOM, { ...await options("moving"), wsUrl: other.wsUrl });
  const stopping = other.stop();
  assert.deepEqual(await peer.refusal(), { code: "restart", close: 1012 });
  await stopping;
  const again = await ChatPeer.join(ROOM, await options("moving"));
  assert.equal((await again.said("Here I am")).type, "ack");
  await again.close();
});
