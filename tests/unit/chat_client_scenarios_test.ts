import assert from "node:assert/strict";
import { ACK_WAIT_MS, CHAT_SILENCE_MS, IDLE_AWAY_MS } from "@/lib/chat/limits.ts";
import { chatErrorFrame } from "@/lib/chat/server_frames.ts";
import { CHAT_CLOSE } from "@/lib/protocol/close_codes.ts";
import type { ConversationLike, Draft } from "@/lib/chat/client/chat_types.ts";
import {
  JOIN_WAIT_MS,
  ROOMS_DOUBT_MS,
  ROOMS_HELD_MAX,
  ROOMS_REFRESH_MS_MIN,
} from "@/lib/chat/client/limits.ts";
import { ModelBrowser, ModelChatServer, ModelClock, ModelPage, rest, turns } from "./chat_client_kit.ts";

const ROOM = "topic-1";

function saying(text: string, more: Partial<Draft> = {}): Draft {
  return { text, replyTo: null, link: null, mentions: [], ...more };
}

function textsOf({ view }: ConversationLike): string[] {
  return [
    ...view.messages.map(({ text }) => text),
    ...view.outgoing.map(({ text, state }) => `${text} (${state})`),
  ];
}

class Scene {
  readonly server = new ModelChatServer();
  readonly clock = new ModelClock();

  page(userId: string, browser?: ModelBrowser): ModelPage {
    const page = new ModelPage(this.server, this.clock, userId, browser);
    page.start();
    return page;
  }

  /** Somebody else, without a page. */
  says(text: string, more: { readonly mentions?: readonly string[]; readonly roomId?: string } = {}): void {
    const { mentions, roomId = ROOM } = more;
    const { message } = this.server.say("ravi", roomId, text, `r ${text}`);
    this.server.tell({ ...message, ...(mentions !== undefined && { mentions }) });
  }

  countOf(type: string): number {
    return this.server.taken.filter((frame) => frame.type === type).length;
  }
}

Deno.test("chat client - what is said shows at once, and once, whichever comes first", async () => {
  for (const ackFirst of [true, false]) {
    const scene = new Scene();
    scene.server.ackFirst = ackFirst;
    const [meera, arjun] = [scene.page("meera"), scene.page("arjun")];
    const [own, other] = [meera.chat.conversation(ROOM), arjun.chat.conversation(ROOM)];
    await rest(meera, arjun);
    assert.equal(own.send(saying("  Good morning ")), true);
    assert.deepEqual(textsOf(own), ["Good morning (sending)"]);
    // The ack, and what was said, each by itself.
    meera.moves();
    meera.moves();
    assert.equal(textsOf(own).length, 1);
    await rest(meera, arjun);
    assert.deepEqual([textsOf(own), textsOf(other)], [["Good morning"], ["Good morning"]]);
    assert.equal(own.view.readUpTo, 1, "who speaks has read");
  }
});

Deno.test("chat client - nothing empty is said, and nothing too long", () => {
  const scene = new Scene();
  const own = scene.page("meera").chat.conversation(ROOM);
  assert.equal(own.send(saying(" \n ")), false);
  assert.equal(own.send(saying("x".repeat(4001))), false);
  assert.equal(own.send(saying("", { link: { entity: "task", id: 7 } })), true);
  assert.deepEqual(textsOf(own), [" (waiting)"]);
});

Deno.test("chat client - listeners are told once of all that happens in a turn, and views stay the same between", async () => {
  const scene = new Scene();
  const meera = scene.page("meera");
  const own = meera.chat.conversation(ROOM);
  await rest(meera);
  let told = 0;
  const stop = own.subscribe(() => told++);
  const before = own.view;
  assert.equal(own.view, before);
  for (const text of ["a", "b", "c"]) own.send(saying(text));
  await turns();
  assert.equal(told, 1);
  assert.notEqual(own.view, before);
  stop();
  own.send(saying("d"));
  await turns();
  assert.equal(told, 1);
});

Deno.test("chat client - what is said offline goes out in order once there is a network", async () => {
  const scene = new Scene();
  const meera = scene.page("meera");
  const own = meera.chat.conversation(ROOM);
  await rest(meera);
  meera.page("offline");
  for (const text of ["a", "b", "c"]) own.send(saying(text));
  assert.equal(meera.chat.view.state, "offline");
  assert.deepEqual(textsOf(own), ["a (waiting)", "b (waiting)", "c (waiting)"]);
  meera.page("online");
  await rest(meera);
  assert.deepEqual(scene.server.room(ROOM).messages.map(({ text }) => text), ["a", "b", "c"]);
  assert.deepEqual(textsOf(own), ["a", "b", "c"]);
});

Deno.test("chat client - a lost ack has it send the same again, and it is there once", async () => {
  const scene = new Scene();
  const meera = scene.page("meera");
  const own = meera.chat.conversation(ROOM);
  await rest(meera);
  own.send(saying("a"));
  meera.socket!.takesUp();
  meera.socket!.down = [];
  await scene.clock.pass(ACK_WAIT_MS);
  await rest(meera);
  await scene.clock.pass(2_000);
  await rest(meera);
  assert.deepEqual(textsOf(own), ["a"]);
  assert.equal(scene.server.room(ROOM).messages.length, 1);
});

Deno.test("chat client - what a closed page has left goes out from the next one, also in a room nobody has open", async () => {
  const scene = new Scene();
  const browser = new ModelBrowser();
  const meera = scene.page("meera", browser);
  const own = meera.chat.conversation(ROOM);
  await rest(meera);
  meera.page("offline");
  for (const text of ["a", "b"]) own.send(saying(text));
  meera.ends();
  const next = scene.page("meera", browser);
  await rest(next);
  assert.deepEqual(scene.server.room(ROOM).messages.map(({ text }) => text), ["a", "b"]);
  assert.equal(next.socket!.joined.size, 0, "the room is left again");
  // Pages that live keep theirs.
  next.page("offline");
  next.chat.conversation(ROOM).send(saying("c"));
  const other = scene.page("meera", browser);
  await rest(other);
  assert.deepEqual(other.chat.conversation(ROOM).view.outgoing, []);
});

Deno.test("chat client - too many messages: everything waits as long as the server says", async () => {
  const scene = new Scene();
  const meera = scene.page("meera");
  const own = meera.chat.conversation(ROOM);
  await rest(meera);
  scene.server.refuses = { code: "too_many_messages", retryAfterMs: 3_000 };
  own.send(saying("a"));
  own.send(saying("b"));
  await rest(meera);
  assert.deepEqual(textsOf(own), ["a (waiting)", "b (waiting)"]);
  assert.equal(scene.countOf("chat"), 1);
  scene.server.refuses = null;
  await scene.clock.pass(2_999);
  await rest(meera);
  assert.equal(scene.countOf("chat"), 1);
  await scene.clock.pass(1);
  await rest(meera);
  assert.deepEqual(textsOf(own), ["a", "b"]);
});

Deno.test("chat client - what is refused for good says why, and can be tried again or forgotten", async () => {
  const scene = new Scene();
  const meera = scene.page("meera");
  const own = meera.chat.conversation(ROOM);
  await rest(meera);
  scene.server.refuses = { code: "bad_message" };
  own.send(saying("a"));
  own.send(saying("b"));
  await rest(meera);
  assert.deepEqual(textsOf(own), ["a (failed)", "b (failed)"]);
  assert.equal(own.view.outgoing[0]!.problem, "The message cannot be taken");
  scene.server.refuses = null;
  own.retry(own.view.outgoing[0]!.clientMsgId);
  own.discard(own.view.outgoing[1]!.clientMsgId);
  await rest(meera);
  assert.deepEqual(textsOf(own), ["a"]);
});

Deno.test("chat client - a frame that is not understood is put aside, and the rest goes on", async () => {
  const scene = new Scene();
  const meera = scene.page("meera");
  const own = meera.chat.conversation(ROOM);
  await rest(meera);
  own.send(saying("a"));
  own.send(saying("b"));
  meera.socket!.breaks(CHAT_CLOSE.bad_frame.code);
  await scene.clock.pass(2_000);
  await rest(meera);
  assert.deepEqual(textsOf(own), ["b", "a (failed)"]);
});

Deno.test("chat client - edits and deletions show at once, survive the connection, and are taken back where refused", async () => {
  const scene = new Scene();
  const meera = scene.page("meera");
  const own = meera.chat.conversation(ROOM);
  await rest(meera);
  for (const text of ["a", "b"]) own.send(saying(text));
  scene.says("c");
  await rest(meera);
  const [a, b, c] = ["a", "b", "c"].map((text) => own.view.messages.find((one) => one.text === text)!);
  own.edit(a!.id, " A ", []);
  own.remove(b!.id);
  assert.deepEqual(own.view.messages.map(({ text }) => text).sort(), ["", "A", "c"]);
  assert.deepEqual([...own.view.changing], [[a!.id, "edit"], [b!.id, "delete"]]);
  meera.socket!.breaks();
  await scene.clock.pass(2_000);
  await rest(meera);
  assert.deepEqual(scene.server.room(ROOM).messages.map(({ text }) => text).sort(), ["", "A", "c"]);
  assert.equal(own.view.changing.size, 0);
  own.edit(c!.id, "mine", []);
  assert.ok(own.view.messages.some(({ text }) => text === "mine"));
  await rest(meera);
  assert.ok(own.view.messages.some(({ text }) => text === "c"));
  assert.deepEqual(own.view.refusal, { id: c!.id, kind: "edit", problem: "You may not change this message" });
});

Deno.test("chat client - who is put out of a room is told, and what waits there fails", async () => {
  const scene = new Scene();
  const meera = scene.page("meera");
  const own = meera.chat.conversation(ROOM);
  await rest(meera);
  own.send(saying("a"));
  meera.socket!.joined.delete(ROOM);
  meera.socket!.say({ type: "left", roomId: ROOM });
  meera.socket!.takesDown();
  assert.equal(own.view.state, "gone");
  assert.equal(own.view.outgoing[0]?.problem, "You are not in this conversation any more");
  meera.socket!.up = [];
  // Back in, says the server.
  meera.socket!.say({ type: "rooms" });
  await rest(meera);
  assert.equal(own.view.state, "open");
});

Deno.test("chat client - rooms that are opened and left in a hurry end as the last click says", async () => {
  const scene = new Scene();
  const meera = scene.page("meera");
  const { chat } = meera;
  await rest(meera);
  for (const roomId of ["topic-1", "topic-2", "topic-1", "topic-2", "topic-1"]) {
    chat.leave(roomId === "topic-1" ? "topic-2" : "topic-1");
    chat.conversation(roomId);
  }
  await rest(meera);
  assert.deepEqual([...meera.socket!.joined], ["topic-1"]);
  assert.equal(chat.conversation("topic-1").view.state, "open");
});

Deno.test("chat client - a room that was left before it was there, and is there later", async () => {
  const scene = new Scene();
  const meera = scene.page("meera");
  const { chat } = meera;
  await rest(meera);
  const own = chat.conversation(ROOM);
  chat.leave(ROOM);
  // Neither of the two arrives: the server refuses both.
  meera.socket!.up = [];
  for (const code of ["room_not_found", "not_joined"] as const) {
    meera.socket!.down.push(chatErrorFrame(code, { roomId: ROOM }));
  }
  await rest(meera);
  chat.conversation(ROOM);
  await rest(meera);
  assert.equal(own.view.state, "open");
  meera.socket!.say({ type: "left", roomId: ROOM });
  await rest(meera);
  assert.equal(own.view.state, "gone");
});

Deno.test("chat client - who comes back to a room goes on where it was, with what is new marked", async () => {
  const scene = new Scene();
  const meera = scene.page("meera");
  const own = meera.chat.conversation(ROOM);
  for (const text of ["a", "b"]) scene.says(text);
  await rest(meera);
  assert.deepEqual([own.view.newAfter, own.view.readUpTo], [0, 0]);
  own.read(2);
  assert.deepEqual([own.view.newAfter, own.view.readUpTo], [0, 2]);
  meera.chat.leave(ROOM);
  await rest(meera);
  assert.equal(scene.server.room(ROOM).read.get("meera"), 2, "told before it is left");
  scene.says("c");
  await rest(meera);
  assert.equal(meera.chat.conversation(ROOM), own);
  await rest(meera);
  assert.deepEqual(textsOf(own), ["a", "b", "c"]);
  assert.equal(own.view.newAfter, 2);
});

Deno.test("chat client - rooms that nobody looks at are let go", async () => {
  const scene = new Scene();
  const meera = scene.page("meera");
  const first = meera.chat.conversation(ROOM);
  first.subscribe(() => {});
  await rest(meera);
  for (let room = 2; room <= ROOMS_HELD_MAX + 5; room++) meera.chat.conversation(`topic-${room}`);
  await rest(meera);
  assert.equal(meera.socket!.joined.size, ROOMS_HELD_MAX);
  assert.equal(meera.chat.conversation(ROOM), first);
});

Deno.test("chat client - a room with a change that is not sent yet is not let go", async () => {
  const scene = new Scene();
  const meera = scene.page("meera");
  const own = meera.chat.conversation(ROOM);
  await rest(meera);
  own.send(saying("Teh"));
  await rest(meera);
  meera.page("offline");
  own.edit(own.view.messages[0]!.id, "The", []);
  meera.chat.leave(ROOM);
  for (let room = 2; room <= ROOMS_HELD_MAX + 5; room++) meera.chat.conversation(`topic-${room}`);
  meera.page("online");
  await rest(meera);
  assert.deepEqual(scene.server.room(ROOM).messages.map(({ text }) => text), ["The"]);
});

Deno.test("chat client - the list of rooms follows what happens, in the order of it", async () => {
  const scene = new Scene();
  scene.says("a", { roomId: "topic-1" });
  scene.says("b", { roomId: "topic-2" });
  const meera = scene.page("meera");
  await scene.clock.pass(ROOMS_REFRESH_MS_MIN);
  await rest(meera);
  const { chat } = meera;
  const seen = () => chat.view.rooms.map(({ roomId, unread, mentions }) => `${roomId} ${unread} ${mentions}`);
  assert.deepEqual(seen(), ["topic-2 1 0", "topic-1 1 0"]);
  assert.equal(chat.view.roomsState, "loaded");
  scene.says("c", { roomId: "topic-1", mentions: ["meera"] });
  await rest(meera);
  assert.deepEqual(seen(), ["topic-1 2 1", "topic-2 1 0"]);
  assert.deepEqual([chat.view.unread, chat.view.mentions], [3, 1]);
  meera.socket!.say({ type: "position", roomId: "topic-1", readUpTo: 2 });
  await rest(meera);
  assert.deepEqual([chat.view.unread, chat.view.mentions], [1, 0]);
  const own = chat.conversation("topic-2");
  await rest(meera);
  own.read(1);
  assert.deepEqual([chat.view.unread, seen()[1]], [0, "topic-2 0 0"]);
  // One that is not in the list yet: it is read again.
  scene.says("d", { roomId: "topic-3" });
  await rest(meera);
  await scene.clock.pass(ROOMS_REFRESH_MS_MIN);
  await rest(meera);
  assert.equal(seen()[0], "topic-3 1 0");
  assert.equal(chat.view.unread, 1);
});

Deno.test("chat client - where messages were passed over, the mentions in them are asked for, later", async () => {
  const scene = new Scene();
  scene.says("a");
  const meera = scene.page("meera");
  await rest(meera);
  const [counted, reads] = [meera.chat.view.unread, scene.server.reads];
  // Of two the second is told.
  scene.server.say("ravi", ROOM, "b", "rb");
  scene.says("c");
  await rest(meera);
  assert.equal(meera.chat.view.unread, counted + 2);
  await scene.clock.pass(ROOMS_DOUBT_MS / 2 - 1);
  await rest(meera);
  assert.equal(scene.server.reads, reads, "not everybody at once");
  await scene.clock.pass(ROOMS_DOUBT_MS / 2 + 1);
  await rest(meera);
  assert.equal(scene.server.reads, reads + 1);
});

Deno.test("chat client - a list that cannot be had says so, and is asked for again", async () => {
  const scene = new Scene();
  scene.says("a");
  scene.server.isUp = false;
  const meera = scene.page("meera");
  await scene.clock.pass(1_000);
  await rest(meera);
  assert.equal(meera.chat.view.roomsState, "failed");
  scene.server.isUp = true;
  await scene.clock.pass(ROOMS_REFRESH_MS_MIN);
  await rest(meera);
  assert.deepEqual([meera.chat.view.roomsState, meera.chat.view.rooms.length], ["loaded", 1]);
});

Deno.test("chat client - hidden or idle is away, and told again on a new connection", async () => {
  const scene = new Scene();
  const meera = scene.page("meera");
  const said = () => scene.countOf("presence");
  await rest(meera);
  meera.page("hidden");
  await rest(meera);
  assert.equal(said(), 1);
  meera.socket!.breaks();
  await scene.clock.pass(2_000);
  await rest(meera);
  assert.equal(said(), 2);
  meera.page("visible");
  await rest(meera);
  assert.equal(said(), 3);
  for (let minute = 0; minute < 10; minute++) {
    meera.touch();
    await scene.clock.pass(60_000);
    meera.socket!.say({ type: "ping" });
    await rest(meera);
  }
  const before = said();
  for (let passed = 0; passed < IDLE_AWAY_MS; passed += 20_000) {
    await scene.clock.pass(20_000);
    meera.socket!.say({ type: "ping" });
    await rest(meera);
  }
  assert.equal(said(), before + 1);
  meera.touch();
  await rest(meera);
  assert.equal(said(), before + 2);
});

Deno.test("chat client - nothing hangs: not a silent server, not a join that is not answered", async () => {
  const scene = new Scene();
  const meera = scene.page("meera");
  const own = meera.chat.conversation(ROOM);
  await turns();
  meera.moves();
  const { socket } = meera;
  socket!.up = [];
  await scene.clock.pass(JOIN_WAIT_MS);
  await scene.clock.pass(2_000);
  assert.notEqual(meera.socket, socket);
  await rest(meera);
  assert.equal(own.view.state, "open");
  const second = meera.socket;
  await scene.clock.pass(CHAT_SILENCE_MS + 2_000);
  assert.notEqual(meera.socket, second);
  await rest(meera);
  assert.equal(meera.chat.view.state, "live");
  meera.chat.stop();
  assert.equal(meera.socket!.state, "closed");
});

Deno.test("chat client - a page that is left tells what it still has to, and one that is taken from the cache goes on", async () => {
  const scene = new Scene();
  scene.says("a");
  const meera = scene.page("meera");
  const own = meera.chat.conversation(ROOM);
  await rest(meera);
  own.read(1);
  meera.page("hidden");
  await rest(meera);
  assert.equal(scene.server.room(ROOM).read.get("meera"), 1);
  meera.page("left");
  assert.equal(meera.socket!.state, "closed");
  scene.says("b");
  meera.page("returned");
  await rest(meera);
  assert.deepEqual(textsOf(own), ["a", "b"]);
});

Deno.test("chat client - a session that has ended ends it", async () => {
  const scene = new Scene();
  const meera = scene.page("meera");
  await rest(meera);
  meera.renewal = "ended";
  meera.socket!.breaks(CHAT_CLOSE.token_expired.code);
  await turns();
  assert.equal(meera.chat.view.state, "ended");
  assert.equal(meera.renewals, 1);
});
