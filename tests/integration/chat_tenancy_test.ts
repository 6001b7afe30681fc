// Two organisations whose properties, people and messages have the same ids: nothing of chat crosses.
import assert from "node:assert/strict";
import { ChatPeer } from "../harness/chat.ts";
import { type Answer, call, type CallOptions, startDemo, until } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";

const ROOMS = "/v2/collaboration/rooms";
const ROOM = "property-1";
const MANY = 5;

let one: TestServer;
let two: TestServer;
/** Of the same person, in organisation 1 and 2. */
let tokens: readonly string[];
Deno.test.beforeAll(async () => {
  one = await startDemo();
  two = await one.another();
  tokens = await Promise.all([1, 2].map((orgId) => one.token({ orgId, properties: [1, 2], role: "admin" })));
});
Deno.test.afterAll(async () => {
  await two?.stop();
  await one?.stop();
});

function ask(path: string, orgId: number, options: CallOptions = {}): Promise<Answer> {
  return call(`${one.url}${path}`, { token: tokens[orgId - 1]!, ...options });
}

async function say(orgId: number, json: Record<string, unknown>, roomId = ROOM): Promise<Answer> {
  return await ask(`${ROOMS}/${roomId}/messages`, orgId, { json });
}

Deno.test("chat tenancy - sockets of two organisations hear, see and count their own people alone, on every instance", async () => {
  const handshake = { watch: true };
  const peers = await Promise.all([one, two].flatMap(({ wsUrl }) =>
    tokens.map(async (token, index) => {
      return { orgId: index + 1, peer: await ChatPeer.join(ROOM, { wsUrl, token, handshake }) };
    })
  ));
  // One that has joined nothing, of each organisation.
  const watching = await Promise.all(tokens.map(async (token, index) => {
    const peer = await ChatPeer.begin(null, { wsUrl: two.wsUrl, token, handshake });
    peer.send({ type: "presence", status: "away" });
    return { orgId: index + 1, peer };
  }));
  const clientMsgIds = Array.from({ length: MANY }, () => crypto.randomUUID());
  for (const clientMsgId of clientMsgIds) {
    for (const { orgId, peer } of peers.slice(0, 2)) {
      const { type, seq } = await peer.said(`of ${orgId}`, { clientMsgId });
      assert.deepEqual([type, seq], ["ack", clientMsgIds.indexOf(clientMsgId) + 1]);
    }
  }
  const [first, second] = peers.map(({ peer }) => peer) as [ChatPeer, ChatPeer];
  first.send({ type: "typing", typing: true });
  first.send({ type: "presence", status: "away" });
  for (const { peer } of peers) await peer.until(() => peer.texts.length === MANY);
  await peers[2]!.peer.next("typing");
  // What is told after that has passed whatever was told before.
  await second.said("of 2, last");
  await peers[3]!.peer.until(() => peers[3]!.peer.texts.length === MANY + 1);
  for (const { orgId, peer } of peers) {
    assert.ok(peer.texts.every((text) => text.startsWith(`of ${orgId}`)), `${orgId}: ${peer.texts}`);
    assert.equal(peer.of("joined")[0]!.seq, 0);
  }
  for (const { orgId, peer } of watching) {
    const told = await peer.until(() => peer.of("activity").length > 0 && peer.of("activity"));
    assert.ok(told.every(({ message }) => message.text.startsWith(`of ${orgId}`)));
  }
  assert.equal(peers[3]!.peer.of("typing").length + second.of("typing").length, 0);
  for (const orgId of [1, 2]) {
    await until("both connections are told", async () => {
      const { json } = await ask(`${ROOMS}/${ROOM}/online`, orgId);
      assert.ok(json.people === 1 && json.connections <= 2, JSON.stringify(json));
      return json.connections === 2;
    });
    const { json: stats } = await ask(`${ROOMS}/${ROOM}/stats`, orgId);
    assert.deepEqual([stats.messages, stats.writers], [MANY + orgId - 1, 1]);
  }
  await Promise.all([...peers, ...watching].map(({ peer }) => peer.close()));
});

Deno.test("chat tenancy - ids, cursors, keys and words of one organisation mean nothing in the other", async () => {
  const { json: theirs } = await say(1, { text: "Zanzibar", clientMsgId: "same" });
  const { json: ours, status } = await say(2, { text: "Ours", clientMsgId: "same" });
  assert.deepEqual([status, ours.text], [201, "Ours"]);
  const { id } = theirs;
  assert.equal((await say(2, { text: "x", replyTo: id })).status, 404);
  assert.equal((await ask(`${ROOMS}/${ROOM}/messages/${id}/readers`, 2)).status, 404);
  assert.deepEqual((await ask(`${ROOMS}/${ROOM}/search?q=zanzibar`, 2)).json.messages, []);
  assert.equal((await ask(`${ROOMS}/${ROOM}/search?q=zanzibar`, 1)).json.messages.length, 1);
  const { json: page } = await ask(`${ROOMS}/${ROOM}/messages?limit=100`, 2);
  assert.ok(page.messages.every(({ text }: { text: string }) => text !== "Zanzibar"));
  const headers = { "idempotency-key": "same-topic" };
  const make = (orgId: number) => ask(ROOMS, orgId, { headers, json: { name: `Of ${orgId}` } });
  const [mine, yours] = [await make(1), await make(2)];
  assert.deepEqual([mine.status, yours.status, yours.json.name], [201, 201, "Of 2"]);
  assert.notEqual(mine.json.roomId, yours.json.roomId);
  const { json: list } = await ask(`${ROOMS}?limit=1`, 1);
  const { json: next } = await ask(`${ROOMS}?limit=100&after=${encodeURIComponent(list.next)}`, 2);
  const { json: all } = await ask(`${ROOMS}?limit=100`, 2);
  const ids = new Set(all.rooms.map(({ roomId }: { roomId: string }) => roomId));
  assert.ok(next.rooms.every(({ roomId }: { roomId: string }) => ids.has(roomId)));
  assert.equal(ids.has(mine.json.roomId), false);
});

Deno.test("chat tenancy - a topic of the other organisation is none, over a socket too", async () => {
  const { json: { roomId } } = await ask(ROOMS, 1, { json: { name: "Secret" } });
  const { json: { id } } = await say(1, { text: "x" }, roomId);
  const peer = await ChatPeer.join(ROOM, { wsUrl: one.wsUrl, token: tokens[1]! });
  for (const room of [roomId, "property-2", "room-9007199254740991", "topic-9007199254740991"]) {
    peer.send({ type: "join", roomId: room });
    assert.equal((await peer.next("error")).code, "room_not_found", room);
    for (
      const frame of [
        { type: "chat", text: "x" },
        { type: "edit", id, text: "x" },
        { type: "delete", id },
        { type: "typing", typing: true },
        { type: "read", upTo: 1 },
        { type: "ack", messageId: id },
        { type: "delivered", upTo: 1 },
        { type: "leave" },
      ]
    ) {
      peer.send({ ...frame, roomId: room });
      assert.equal((await peer.next("error")).code, "not_joined", `${frame.type} ${room}`);
    }
  }
  for (
    const frame of [{ type: "edit", id, text: "x" }, { type: "delete", id }, { type: "ack", messageId: id }]
  ) {
    peer.send(frame);
    assert.equal((await peer.next("error")).code, "message_not_found", frame.type);
  }
  const { json } = await ask(`${ROOMS}/${roomId}`, 1);
  assert.deepEqual([json.lastSeq, json.lastRev, json.online], [1, 1, 0]);
  await peer.close();
});
