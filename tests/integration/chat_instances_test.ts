// Chat over two instances on one NATS and one PostgreSQL, and what becomes of it when a part is lost.
import assert from "node:assert/strict";
import { PostgresChatRecord } from "@/services/chat/record.ts";
import { ChatPeer, chatPerson } from "../harness/chat.ts";
import { startDemo, until } from "../harness/live.ts";
import { processToken, startProcess } from "../harness/process.ts";
import { TEST_SECRET, type TestServer } from "../harness/server.ts";

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

const ROOM = "property-1";

async function options({ wsUrl }: { wsUrl: string }, userId: string) {
  return { wsUrl, userId, token: await one.token({ sub: userId, name: `Ms ${userId}` }) };
}

Deno.test("chat instances - what is said, typed and read on one is seen on the other", async () => {
  const anna = await ChatPeer.join(ROOM, await options(one, "anna"));
  const ben = await ChatPeer.join(ROOM, await options(two, "ben"));
  const ack = await anna.said("From the first");
  assert.deepEqual([(await ben.next("chat")).text, ben.of("chat")[0]!.rev], ["From the first", ack.rev]);
  await Promise.all([
    ...Array.from({ length: 12 }, (_, i) => anna.said(`a${i}`)),
    ...Array.from({ length: 12 }, (_, i) => ben.said(`b${i}`)),
  ]);
  for (const peer of [anna, ben]) {
    await peer.until(() => peer.of("chat").length === 25);
    assert.deepEqual(
      peer.of("chat").map(({ rev }) => rev),
      Array.from({ length: 25 }, (_, i) => ack.rev + i),
    );
  }
  assert.deepEqual(anna.texts, ben.texts);
  // Of her own last word it would not be told that she has read it.
  await ben.said("The last word");
  ben.send({ type: "typing", typing: true });
  assert.deepEqual((await anna.next("typing")).users, [{ userId: "ben", userName: "Ms ben" }]);
  const { seq } = ben.of("chat").at(-1)!;
  const dora = await ChatPeer.join(ROOM, await options(one, "dora"));
  dora.send({ type: "read", upTo: seq });
  await ben.until(() => ben.of("read").some(({ receipts }) => receipts.dora === seq));
  ben.send({ type: "presence", status: "away" });
  await anna.until(() => anna.statuses(ROOM).ben === "away");
  assert.deepEqual(await one.services.chat.who(1, "property-2"), { online: [], people: 0, connections: 0 });
  const carl = await ChatPeer.join("property-2", await options(two, "carl"));
  const who = await one.services.chat.who(1, "property-2");
  assert.deepEqual(who, {
    online: [{ userId: "carl", userName: "Ms carl", status: "online" }],
    people: 1,
    connections: 1,
  });
  await Promise.all([anna, ben, carl, dora].map((peer) => peer.close()));
  await until("everybody is gone", () => one.services.chat.online(1, ROOM) === 0);
});

Deno.test("chat instances - who joins on one knows who is on the other, and where they are gone to", async () => {
  const anna = await ChatPeer.join(ROOM, await options(one, "anna"));
  const ben = await ChatPeer.join(ROOM, await options(two, "ben"));
  await ben.until(() => ben.statuses(ROOM).anna === "online");
  const carl = await ChatPeer.join(ROOM, await options(two, "carl"));
  assert.deepEqual(carl.of("joined")[0]!.online.map(({ userId }: { userId: string }) => userId).sort(), [
    "anna",
    "ben",
    "carl",
  ]);
  await anna.close();
  await carl.until(() => carl.statuses(ROOM).anna === undefined);
  await Promise.all([ben.close(), carl.close()]);
});

Deno.test("chat instances - what is committed and was not told is found", async () => {
  const anna = await ChatPeer.join(ROOM, await options(one, "anna"));
  const record = new PostgresChatRecord(one.services.sql);
  const message = {
    roomId: ROOM,
    text: "Untold",
    clientMsgId: crypto.randomUUID(),
    replyTo: null,
    link: null,
    mentions: [],
  };
  const lost = chatPerson("lost");
  await record.send(1, ROOM, [{ principal: lost, message }]);
  const ben = await ChatPeer.join(ROOM, await options(two, "ben"));
  // The next one shows that one is missing.
  await ben.said("Told");
  await anna.until(() => anna.texts.length === 2);
  assert.deepEqual(anna.texts, ["Untold", "Told"]);
  // Said again by who was not told that it is kept, it is acknowledged as the one that is there.
  await record.send(1, ROOM, [{
    principal: lost,
    message: { ...message, clientMsgId: "again", text: "Untold too" },
  }]);
  const again = await ChatPeer.join(ROOM, await options(two, "lost"));
  const ack = await again.said("Untold too", { clientMsgId: "again" });
  await again.until(() => again.of("joined")[0]!.rev >= ack.rev || again.texts.includes("Untold too"));
  await anna.said("Told too");
  await anna.until(() => anna.texts.length === 4);
  assert.deepEqual(anna.texts.slice(2), ["Untold too", "Told too"]);
  await Promise.all([anna, ben, again].map((peer) => peer.close()));
});

Deno.test("chat instances - while NATS is away people elsewhere are unknown, what is said is kept, and all is right when it is back", async () => {
  const anna = await ChatPeer.join(ROOM, await options(one, "anna"));
  const ben = await ChatPeer.join(ROOM, await options(two, "ben"));
  await anna.until(() => anna.statuses(ROOM).ben === "online");
  await one.nats.kill();
  await anna.until(() => anna.statuses(ROOM).ben === "unknown");
  assert.equal(anna.statuses(ROOM).anna, "online");
  assert.equal((await anna.said("Said without NATS")).type, "ack");
  await anna.until(() => anna.texts.includes("Said without NATS"));
  assert.equal((await ben.said("So was this")).type, "ack");
  await one.nats.restart();
  for (const [peer, other] of [[anna, "ben"], [ben, "anna"]] as const) {
    await peer.until(() => peer.statuses(ROOM)[other] === "online");
    await peer.until(() => peer.texts.length === 2);
    assert.deepEqual(peer.texts, ["Said without NATS", "So was this"]);
  }
  await Promise.all([anna.close(), ben.close()]);
});

Deno.test("chat instances - people of a process that is killed are offline, and what it had said is there", async () => {
  const child = await startProcess({
    DATABASE_URL: one.database.appUrl,
    NATS_URL: one.nats.url,
    JWT_SECRET: TEST_SECRET,
  });
  try {
    const anna = await ChatPeer.join(ROOM, await options(one, "anna"));
    const token = await processToken({ sub: "ben", name: "Ms ben" });
    const ben = await ChatPeer.join(ROOM, { wsUrl: child.wsUrl, userId: "ben", token });
    await anna.until(() => anna.statuses(ROOM).ben === "online");
    ben.send({ type: "typing", typing: true });
    await anna.until(() => anna.of("typing").at(-1)?.count === 1);
    const acks = Array.from({ length: 20 }, (_, i) => ben.said(`Last words ${i}`));
    await acks[0];
    child.kill("SIGKILL");
    await child.ended;
    for (const ack of acks) ack.catch(() => {});
    await anna.until(() => anna.statuses(ROOM).ben === undefined);
    await anna.until(() => (anna.of("typing").at(-1)?.count ?? 0) === 0);
    const acked = ben.of("ack").map(({ seq }) => seq as number);
    assert.ok(acked.length > 0);
    await anna.until(() => acked.every((seq) => anna.of("chat").some((message) => message.seq === seq)));
    await anna.close();
  } finally {
    child.kill("SIGKILL");
  }
});
