// A client of the chat socket that joins and then does not read.
import assert from "node:assert/strict";
import { CHAT_CLOSE } from "@/lib/protocol/close_codes.ts";
import { CHAT_BUFFERED_BYTES_MAX, type ChatConnection } from "@/services/chat/chat_connection.ts";
import { ChatPeer, chatPerson } from "../harness/chat.ts";
import { startDemo, watchConnections } from "../harness/live.ts";
import { RawSocket } from "../harness/raw_socket.ts";
import type { TestServer } from "../harness/server.ts";

let server: TestServer;
Deno.test.beforeAll(async () => {
  server = await startDemo();
});
Deno.test.afterAll(() => server?.stop());

const ROOM = "property-1";
/** 16 MB: more than any operating system keeps for a connection. */
const MESSAGES_MAX = 1_000;
const TEXT = "\u{1F6CE}".repeat(4_000);
const TEXT_BYTES = 4 * 4_000;
const PER_PERSON = 25;

Deno.test("chat - who does not read is sent away, and the others hear everything", async () => {
  const taken = watchConnections(server);
  const token = await server.token({ sub: "stuck" });
  const client = await RawSocket.connect(server.wsUrl);
  await client.upgrade(`${server.wsUrl}/v2/collaboration/chat/stream`, [`Authorization: Bearer ${token}`]);
  await client.send({ roomId: ROOM, userId: "stuck" });
  assert.equal((await client.next()).type, "joined");
  const side = taken[0] as unknown as ChatConnection;
  const other = await ChatPeer.join(ROOM, { wsUrl: server.wsUrl, token: await server.token() });

  let said = 0;
  while (!side.isClosed && said < MESSAGES_MAX) {
    const principal = chatPerson(`p${said}`);
    const outcomes = await Promise.all(Array.from({ length: PER_PERSON }, (_, i) => {
      const rest = { clientMsgId: `${i}`, replyTo: null, link: null, mentions: [] };
      return server.services.chat.say(principal, { roomId: ROOM, text: TEXT, ...rest });
    }));
    assert.ok(outcomes.every((outcome) => "message" in outcome));
    said += PER_PERSON;
  }
  assert.equal(side.isClosed, true);
  assert.ok(said * TEXT_BYTES > CHAT_BUFFERED_BYTES_MAX);
  await other.until(() => other.of("chat").length === said);
  await other.until(() => other.statuses(ROOM).stuck === undefined);

  // It reads on: what was sent before comes in order, then why it is sent away.
  const revs: number[] = [];
  let last: { type: string; code?: string } | undefined;
  for (let frame; (frame = await client.next()) !== undefined; last = frame) {
    if (frame.type === "chat") revs.push(frame.rev);
  }
  assert.deepEqual([last?.type, last?.code, client.closeCode], ["error", "slow", CHAT_CLOSE.slow.code]);
  assert.deepEqual(revs, revs.map((_, i) => i + 1));
  assert.ok(revs.length <= said);
  client.close();
  await other.close();
});
