import assert from "node:assert/strict";
import { TYPING_MS, TYPING_REPEAT_MS } from "@/lib/chat/limits.ts";
import type { ChatMessage } from "@/lib/chat/message.ts";
import type { JoinedFrame } from "@/lib/chat/server_frames.ts";
import type { Outgoing } from "@/lib/chat/client/chat_types.ts";
import { readOutgoing } from "@/lib/chat/client/kept_outgoing.ts";
import {
  DELIVERED_TOLD_MS,
  MESSAGES_HELD_MAX,
  MESSAGES_LET_GO,
  OUTGOING_MAX,
  READ_TOLD_MS,
  TYPING_PAUSE_MS,
} from "@/lib/chat/client/limits.ts";
import { Outbox } from "@/lib/chat/client/outbox.ts";
import { People } from "@/lib/chat/client/people.ts";
import { PositionsTold } from "@/lib/chat/client/positions_told.ts";
import { RoomMessages } from "@/lib/chat/client/room_messages.ts";
import { TypingIn, TypingOut } from "@/lib/chat/client/typing.ts";
import { ModelClock, NO_RIGHTS } from "./chat_client_kit.ts";

function message(seq: number, rev = seq, text = `${seq}`): ChatMessage {
  return {
    id: 100 + seq,
    seq,
    rev,
    roomId: "topic-1",
    userId: "arjun",
    userName: "Arjun",
    text,
    clientMsgId: `c${seq}`,
    at: "2026-11-24T09:00:00.000Z",
  };
}

function messages(from: number, to: number): ChatMessage[] {
  return Array.from({ length: to - from + 1 }, (_, i) => message(from + i));
}

function joined(history: readonly ChatMessage[], more: Partial<JoinedFrame> = {}): JoinedFrame {
  const seq = history.at(-1)?.seq ?? 0;
  return {
    type: "joined",
    roomId: "topic-1",
    name: "Night",
    propertyId: null,
    seq,
    rev: seq,
    history,
    more: false,
    online: [],
    receipts: {},
    delivered: {},
    unread: 0,
    mentions: 0,
    readUpTo: 0,
    may: NO_RIGHTS,
    ...more,
  };
}

function texts(room: RoomMessages): string {
  return room.list.map(({ text }) => text).join(" ");
}

Deno.test("chat room - messages stand by seq, each in the form of its highest rev", () => {
  const room = new RoomMessages();
  assert.equal(room.joined(joined(messages(3, 5), { more: true }), null), true);
  assert.equal(room.chat(message(6)), "new");
  assert.equal(room.chat(message(6)), "same");
  assert.equal(room.chat(message(4, 7, "four")), "changed");
  assert.equal(room.chat(message(4, 4)), "same", "an older form that comes late");
  assert.equal(texts(room), "3 four 5 6");
  assert.deepEqual([room.rev, room.firstSeq, room.lastSeq, room.older], [7, 3, 6, "some"]);
});

Deno.test("chat room - a rev that is left out is a gap, and what comes with the next join fills it", () => {
  const room = new RoomMessages();
  room.joined(joined(messages(1, 2)), null);
  assert.equal(room.chat(message(1, 4, "one")), "gap");
  assert.equal(texts(room), "1 2");
  const caughtUp = [message(1, 4, "one"), message(3)];
  assert.equal(room.joined(joined(caughtUp, { rev: 4 }), 2), true);
  assert.equal(texts(room), "one 2 3");
});

Deno.test("chat room - a rev that a later form has overtaken is not missing, where the server says so", () => {
  const room = new RoomMessages();
  room.joined(joined(messages(1, 2)), null);
  assert.equal(room.chat(message(3, 5, "three"), 2), "new");
  assert.deepEqual([texts(room), room.rev], ["1 2 three", 5]);
  assert.equal(room.chat(message(4, 8), 6), "gap");
});

Deno.test("chat room - what is handed out is not changed any more", () => {
  const room = new RoomMessages();
  room.joined(joined(messages(1, 2)), null);
  const before = room.list;
  room.chat(message(3));
  assert.deepEqual([before.length, room.list.length], [2, 3]);
  assert.equal(room.list, room.list);
});

Deno.test("chat room - a reset replaces what is held, and a page that was asked for before does not fit", () => {
  const room = new RoomMessages();
  room.joined(joined(messages(5, 6), { more: true }), null);
  const page = room.startPage()!;
  assert.equal(page.before, 5);
  assert.equal(room.startPage(), null, "one is under way");
  room.joined(joined(messages(20, 22), { reset: true, more: true }), 6);
  room.page(page.generation, { messages: messages(1, 4), more: false });
  assert.equal(texts(room), "20 21 22");
  assert.equal(room.older, "some");
});

Deno.test("chat room - a join that does not fit to what is held says so", () => {
  const fits = (frame: JoinedFrame, asked: number | null) => {
    const room = new RoomMessages();
    room.joined(joined(messages(1, 5)), null);
    return room.joined(frame, asked);
  };
  assert.equal(fits(joined([], { seq: 5, rev: 5 }), 5), true);
  assert.equal(fits(joined([], { seq: 3, rev: 3 }), 5), false, "the server has lost something");
  assert.equal(fits(joined([message(7)]), 5), false, "one is missing");
  assert.equal(fits(joined([], { seq: 6, rev: 6 }), 5), false, "the last one is missing");
});

Deno.test("chat room - older pages: in front, in their latest form, and to the end", () => {
  const room = new RoomMessages();
  room.joined(joined(messages(5, 6), { more: true }), null);
  const first = room.startPage()!;
  // Edited while the page is under way, and the page was read before.
  room.chat(message(4, 7, "four"));
  room.page(first.generation, { messages: messages(3, 4), more: true });
  assert.equal(texts(room), "3 four 5 6");
  const second = room.startPage()!;
  room.page(second.generation, null);
  assert.equal(room.older, "failed");
  const third = room.startPage()!;
  assert.equal(third.before, 3);
  room.page(third.generation, { messages: messages(1, 2), more: false });
  assert.deepEqual([room.older, room.firstSeq], ["none", 1]);
  assert.equal(room.startPage(), null);
});

Deno.test("chat room - a room that retention has emptied goes on where it was", () => {
  const room = new RoomMessages();
  assert.equal(room.joined(joined([], { seq: 12, rev: 15 }), null), true);
  assert.equal(room.chat(message(13, 16)), "new");
  assert.deepEqual([room.firstSeq, room.lastSeq], [13, 13]);
});

Deno.test("chat room - what is held is bounded", () => {
  const room = new RoomMessages();
  room.joined(joined(messages(101, 100 + MESSAGES_HELD_MAX), { more: true }), null);
  assert.equal(room.older, "full");
  assert.equal(room.startPage(), null);
  room.chat(message(101 + MESSAGES_HELD_MAX));
  assert.equal(room.list.length, MESSAGES_HELD_MAX - MESSAGES_LET_GO);
  assert.equal(room.list.at(-1)?.seq, 101 + MESSAGES_HELD_MAX);
  assert.equal(room.older, "some");
});

function outgoing(clientMsgId: string, more: Partial<Outgoing> = {}): Outgoing {
  return {
    clientMsgId,
    roomId: "topic-1",
    text: clientMsgId,
    replyTo: null,
    link: null,
    mentions: [],
    at: "2026-11-24T09:00:00.000Z",
    state: "waiting",
    problem: null,
    ...more,
  };
}

Deno.test("chat outbox - of each room one is under way, in order", () => {
  const outbox = new Outbox(() => {});
  for (const id of ["a", "b"]) outbox.add(outgoing(id));
  outbox.add(outgoing("c", { roomId: "topic-2" }));
  assert.equal(outbox.next("topic-1")?.clientMsgId, "a");
  assert.equal(outbox.next("topic-1"), null);
  assert.equal(outbox.next("topic-2")?.clientMsgId, "c");
  outbox.lost();
  assert.equal(outbox.next("topic-1")?.clientMsgId, "a", "the same one again");
  outbox.acked("a", 1, 0);
  assert.equal(outbox.next("topic-1")?.clientMsgId, "b");
  assert.deepEqual(
    outbox.of("topic-1").map(({ clientMsgId }) => clientMsgId),
    ["a", "b"],
    "until it is there",
  );
  outbox.caughtUp("topic-1", 1);
  assert.deepEqual(outbox.of("topic-1").map(({ clientMsgId }) => clientMsgId), ["b"]);
});

Deno.test("chat outbox - a failed one does not keep others waiting, and waits for its person", () => {
  const outbox = new Outbox(() => {});
  for (const id of ["a", "b"]) outbox.add(outgoing(id));
  outbox.next("topic-1");
  outbox.fail("a", "It is too long");
  assert.equal(outbox.next("topic-1")?.clientMsgId, "b");
  assert.deepEqual([...outbox.rooms], ["topic-1"]);
  assert.equal(outbox.discard("b"), false, "it is under way");
  outbox.postpone("a");
  assert.equal(outbox.next("topic-1"), null, "the other one is under way");
  outbox.arrived({ roomId: "topic-1", clientMsgId: "b" });
  assert.equal(outbox.next("topic-1")?.clientMsgId, "a");
  outbox.failRoom("topic-1", "Left");
  assert.deepEqual(outbox.of("topic-1").map(({ state, problem }) => [state, problem]), [["failed", "Left"]]);
  assert.equal(outbox.rooms.size, 0);
  assert.equal(outbox.discard("a"), true);
});

Deno.test("chat outbox - what an earlier page has left comes first, each once", () => {
  let kept: readonly Outgoing[] = [];
  const outbox = new Outbox((list) => kept = list);
  outbox.add(outgoing("c", { at: "2026-11-24T09:00:02.000Z" }));
  const left = [outgoing("a", { state: "sending" }), outgoing("b", { state: "failed", problem: "No" })];
  outbox.takeOver([...left, outgoing("c")]);
  assert.deepEqual(outbox.of("topic-1").map(({ clientMsgId, state }) => `${clientMsgId} ${state}`), [
    "a waiting",
    "b failed",
    "c waiting",
  ]);
  assert.deepEqual(readOutgoing(JSON.stringify(kept)), kept);
  outbox.acked("a", 1, 0);
  assert.deepEqual(
    kept.map(({ clientMsgId }) => clientMsgId),
    ["b", "c"],
    "what is acknowledged is not kept",
  );
});

Deno.test("chat outbox - what is kept is read with care, and is bounded", () => {
  assert.deepEqual(readOutgoing(null), []);
  assert.deepEqual(readOutgoing("{"), []);
  const odd = [{}, null, { ...outgoing("a"), text: "" }, { ...outgoing("a"), link: { entity: "x", id: 1 } }];
  assert.deepEqual(readOutgoing(JSON.stringify([...odd, outgoing("b")])), [outgoing("b")]);
  const outbox = new Outbox(() => {});
  for (let i = 0; i < OUTGOING_MAX; i++) outbox.add(outgoing(`${i}`));
  assert.equal(outbox.isFull, true);
});

Deno.test("chat outbox - what does not fit of what other pages have left stays where it was", () => {
  let kept: readonly Outgoing[] = [];
  const outbox = new Outbox((list) => kept = list);
  const pageOf = (name: string, count: number) => {
    return Array.from({ length: count }, (_, i) => outgoing(`${name}${i}`));
  };
  assert.deepEqual(outbox.takeOver(pageOf("a", OUTGOING_MAX - 1)), []);
  const left = pageOf("b", 3);
  assert.deepEqual(outbox.takeOver(left), left.slice(1));
  assert.equal(outbox.isFull, true);
  assert.equal(readOutgoing(JSON.stringify(kept)).length, OUTGOING_MAX, "a reload loses nothing");
  outbox.acked("b0", 1, 1);
  assert.deepEqual(outbox.takeOver(left.slice(1)), left.slice(2));
});

Deno.test("chat typing - told with the first key, again every 2 s while keys come, and when they end", async () => {
  const clock = new ModelClock();
  const said: [number, boolean][] = [];
  const begin = clock.now;
  const typing = new TypingOut({
    after: clock.after,
    now: () => clock.now,
    say: (is) => said.push([clock.now - begin, is]),
  });
  for (let key = 0; key < 10; key++) {
    typing.key();
    await clock.pass(500);
  }
  await clock.pass(60_000);
  const last = 4_500 + TYPING_PAUSE_MS;
  assert.deepEqual(said, [[0, true], [TYPING_REPEAT_MS, true], [2 * TYPING_REPEAT_MS, true], [last, false]]);
  typing.key();
  typing.stopped();
  typing.stopped();
  assert.deepEqual(said.slice(4).map(([, is]) => is), [true, false]);
  assert.equal(clock.running, 0);
});

Deno.test("chat typing - of others, as last said, and not for ever", async () => {
  const clock = new ModelClock();
  let changes = 0;
  const typing = new TypingIn({ after: clock.after, userId: "meera", changed: () => changes++ });
  const users = ["Meera", "Arjun"].map((userName) => ({ userId: userName.toLowerCase(), userName }));
  typing.said({ type: "typing", roomId: "topic-1", users, count: 25 });
  assert.deepEqual(typing.now, { names: ["Arjun"], count: 24 });
  await clock.pass(TYPING_MS);
  assert.deepEqual([typing.now, changes], [{ names: [], count: 0 }, 1]);
  typing.said({ type: "typing", roomId: "topic-1", users: users.slice(0, 1), count: 1 });
  assert.deepEqual([typing.now.count, clock.running], [0, 0], "oneself is nobody");
});

Deno.test("chat people - presence is told as it changes, and positions do not go back", () => {
  const people = new People();
  const meera = { userId: "meera", userName: "Meera", status: "online" } as const;
  people.joined({ online: [meera], receipts: { meera: 5, arjun: 3 }, delivered: { arjun: 6 } });
  people.presence({ users: { arjun: "away", meera: "unknown" }, names: { arjun: "Arjun" } });
  assert.deepEqual(people.present.map(({ userName, status }) => `${userName} ${status}`), [
    "Meera unknown",
    "Arjun away",
  ]);
  people.presence({ users: { meera: "offline", sita: "offline" }, names: {} });
  assert.deepEqual([people.statusOf("meera"), people.statusOf("arjun")], ["offline", "away"]);
  const { receipts } = people;
  people.read({ receipts: { meera: 4 }, delivered: {} });
  assert.equal(people.receipts, receipts, "nothing has changed");
  people.read({ receipts: { arjun: 8 }, delivered: { arjun: 7 } });
  assert.deepEqual([...people.receipts], [["meera", 5], ["arjun", 8]]);
  assert.deepEqual(people.delivered.get("arjun"), 8, "what is read has arrived");
});

Deno.test("chat positions - told seldom, the latest only, and again where it got lost", async () => {
  const clock = new ModelClock();
  const said: string[] = [];
  const positions = new PositionsTold({
    after: clock.after,
    say: (type, upTo) => said.push(`${type} ${upTo}`),
  });
  positions.joined(2, 2);
  for (const seq of [3, 4, 5]) positions.received(seq);
  for (const seq of [3, 4]) positions.reads(seq);
  assert.equal(positions.reads(4), false);
  await clock.pass(READ_TOLD_MS);
  assert.deepEqual(said, ["read 4", "delivered 5"]);
  positions.received(6);
  await clock.pass(READ_TOLD_MS);
  assert.equal(said.length, 2);
  await clock.pass(DELIVERED_TOLD_MS);
  assert.deepEqual(said.slice(2), ["delivered 6"]);
  positions.reads(6);
  positions.lost();
  await clock.pass(60_000);
  assert.equal(said.length, 3);
  positions.joined(4, 6);
  await clock.pass(READ_TOLD_MS);
  assert.deepEqual(said.slice(3), ["read 6"]);
  assert.equal(positions.known(9, 9), true, "read on another device");
  assert.equal(positions.read, 9);
  await clock.pass(60_000);
  assert.equal(said.length, 4);
});
