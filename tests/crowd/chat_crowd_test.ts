// A thousand people in one room over two instances, all in this process.
import assert from "node:assert/strict";
import { ChatPeer } from "../harness/chat.ts";
import { startDemo, until } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";

let one: TestServer;
let two: TestServer;
Deno.test.beforeAll(async () => {
  one = await startDemo();
  two = await one.another();
});
Deno.test.afterAll(async () => {
  await two?.stop();
  await one?.stop();
});

const MANY = 1_000;
/** Of those, so many join beside each other. */
const TOGETHER = 50;

async function options({ wsUrl }: { wsUrl: string }, userId: string) {
  return { wsUrl, userId, token: await one.token({ sub: userId, name: `Ms ${userId}` }) };
}

Deno.test("chat crowd - a thousand people in one room hear everything, once and in order", async () => {
  const peers: ChatPeer[] = [];
  // All of it is in this process: who comes with too many others would be too busy to answer a ping.
  while (peers.length < MANY) {
    const first = peers.length;
    peers.push(
      ...await Promise.all(Array.from({ length: TOGETHER }, async (_, i) => {
        return await ChatPeer.join("room-2", await options(i % 2 === 0 ? one : two, `many${first + i}`));
      })),
    );
  }
  const speakers = peers.slice(0, 10);
  const acks = await Promise.all(
    speakers.flatMap((peer) => Array.from({ length: 5 }, (_, i) => peer.said(`${i}`))),
  );
  const last = Math.max(...acks.map(({ rev }) => rev));
  for (const peer of peers) {
    await peer.until(() => peer.of("chat").at(-1)?.rev === last);
    assert.deepEqual(peer.of("chat").map(({ rev }) => rev), acks.map((_, i) => last - acks.length + 1 + i));
  }
  await until("everybody is there", () => one.services.chat.online(1, "room-2") === MANY);
  assert.equal(peers.every(({ socket }) => socket.closed === undefined), true);
  await Promise.all(peers.map((peer) => peer.close()));
});
