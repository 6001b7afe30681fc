// StreamInOut from the handshake on: what is said, seen and refused on one instance.
import assert from "node:assert/strict";
import { ChatPeer } from "../harness/chat.ts";
import { startDemo } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";

let server: TestServer;
Deno.test.beforeAll(async () => {
  server = await startDemo();
});
Deno.test.afterAll(() => server?.stop());

const ROOM = "property-1";

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
