// The browser client of chat against the real server: whatever the network does, what is said is there once.
import assert from "node:assert/strict";
import { after, browserCall, newId, socketAddress } from "@/lib/client/browser.ts";
import { Rest } from "@/lib/client/rest.ts";
import type { SocketLike } from "@/lib/client/socket.ts";
import { Chat } from "@/lib/chat/client/chat.ts";
import type { Outgoing } from "@/lib/chat/client/chat_types.ts";
import { startDemo, until } from "../harness/live.ts";
import { type Proxy, startProxy } from "../harness/proxy.ts";
import type { TestServer } from "../harness/server.ts";

let server: TestServer;
Deno.test.beforeAll(async () => {
  server = await startDemo();
});
Deno.test.afterAll(() => server?.stop());

/** A page of a person, without a browser around it. */
class Page {
  readonly chat: Chat;
  /** What it keeps for the page after it. */
  kept: readonly Outgoing[] = [];
  readonly #left: readonly Outgoing[];

  constructor(userId: string, origin: () => string, left: readonly Outgoing[] = []) {
    this.#left = left;
    const token = () => server.token({ sub: userId, name: `Ms ${userId}` });
    const call = browserCall({ origin: server.url, token });
    this.chat = new Chat({ userId }, {
      WebSocket: WebSocket as unknown as new (url: string) => SocketLike,
      // The proxy may be another one by now.
      socketUrl: () => socketAddress("/v2/collaboration/chat/stream", { origin: origin(), token })(),
      renew: async () => ({ credential: { token: await token() } }),
      after,
      now: () => Date.now(),
      random: () => 0.1,
      newId,
      isOnline: () => true,
      isVisible: () => true,
      watchPage: () => () => {},
      watchTouch: () => () => {},
      rest: new Rest({ call, after }),
      kept: {
        keep: (list) => this.kept = list,
        takeOver: async (taken) => {
          await null;
          taken(this.#left);
        },
      },
      failed: (error) => {
        throw error;
      },
    });
    this.chat.start();
  }

  says(roomId: string, text: string, mentions: readonly string[] = []): void {
    assert.equal(this.chat.conversation(roomId).send({ text, replyTo: null, link: null, mentions }), true);
  }

  textsOf(roomId: string): string[] {
    return this.chat.conversation(roomId).view.messages.map(({ text }) => text);
  }
}

/** A way to the server that can be cut. */
class Road {
  #proxy: Proxy = startProxy(server.url);

  origin = (): string => this.#proxy.url;

  /** Every connection on it breaks off; a new one can be made. */
  cut(): void {
    this.#proxy.stop();
    this.#proxy = startProxy(server.url);
  }

  stop(): void {
    this.#proxy.stop();
  }
}

Deno.test("chat client - with the connection killed while it sends, each message is there once and in order", async () => {
  const road = new Road();
  const meera = new Page("meera", road.origin);
  const arjun = new Page("arjun", road.origin);
  try {
    const room = "property-1";
    for (const { chat } of [meera, arjun]) chat.conversation(room);
    await until(
      "both are in",
      () => [meera, arjun].every(({ chat }) => chat.conversation(room).view.state === "open"),
    );
    // As soon as some of them are there, with others under way.
    let cuts = 0;
    const own = meera.chat.conversation(room);
    const stop = own.subscribe(() => {
      const isDue = own.view.messages.length >= 3 * (cuts + 1) &&
        own.view.outgoing.some(({ state }) => state === "sending");
      if (cuts >= 3 || !isDue) return;
      cuts++;
      road.cut();
    });
    const said = Array.from({ length: 20 }, (_, i) => `Message ${i}`);
    for (const text of said) meera.says(room, text);
    await until("everything has arrived", () => {
      return [meera, arjun].every((page) => page.textsOf(room).length === said.length) &&
        own.view.outgoing.length === 0;
    }, 30_000);
    stop();
    assert.equal(cuts, 3);
    assert.deepEqual(meera.textsOf(room), said);
    assert.deepEqual(arjun.textsOf(room), said);
    assert.deepEqual(meera.kept, []);
  } finally {
    for (const { chat } of [meera, arjun]) chat.stop();
    road.stop();
  }
});

Deno.test("chat client - what a page that is gone was sending goes out from the next one, once", async () => {
  const [room, origin] = ["property-2", () => server.url];
  const first = new Page("meera", origin);
  const own = first.chat.conversation(room);
  await until("it is in", () => own.view.state === "open");
  for (const text of ["a", "b", "c"]) first.says(room, text);
  await until("one of them is there", () => own.view.messages.length > 0);
  const left = first.kept;
  first.chat.stop();
  // Nobody has opened the room in it.
  const next = new Page("meera", origin, left);
  try {
    await until("nothing is left", () => next.kept.length === 0 && next.chat.view.state === "live");
    const shown = next.chat.conversation(room);
    await until("it is in", () => shown.view.state === "open" && shown.view.outgoing.length === 0);
    assert.deepEqual(next.textsOf(room), ["a", "b", "c"]);
  } finally {
    next.chat.stop();
  }
});

Deno.test("chat client - the list of rooms counts what is said elsewhere, until it is read", async () => {
  const room = "property-1";
  const [anna, ben] = ["anna", "ben"].map((userId) => new Page(userId, () => server.url)) as [Page, Page];
  const listed = () => ben.chat.view.rooms.find(({ roomId }) => roomId === room);
  try {
    anna.chat.conversation(room);
    await until("the list is there", () => listed() !== undefined && ben.chat.view.state === "live");
    const unread = listed()!.unread;
    anna.says(room, "Is room 12 ready?");
    await until("it is counted", () => listed()!.unread === unread + 1);
    assert.equal(listed()!.lastMessage?.text, "Is room 12 ready?");
    assert.equal(ben.chat.view.rooms[0]!.roomId, room);
    const shown = ben.chat.conversation(room);
    await until("it is in", () => shown.view.state === "open");
    shown.read(shown.view.lastSeq);
    assert.equal(listed()!.unread, 0);
    const asked = anna.chat.conversation(room);
    await until("it is told", () => asked.view.receipts.get("ben") === asked.view.lastSeq);
    // What is edited and deleted, on the other side.
    const { id } = asked.view.messages.at(-1)!;
    asked.edit(id, "Is room 13 ready?", []);
    await until("it is edited", () => shown.view.messages.at(-1)?.text === "Is room 13 ready?");
    asked.remove(id);
    await until("it is deleted", () => shown.view.messages.at(-1)?.deleted === true);
    await until("it is acknowledged", () => asked.view.changing.size === 0);
    // Who types, and who is there.
    shown.typing(true);
    await until("somebody types", () => asked.view.typing.names[0] === "Ms ben");
    assert.equal(anna.chat.statusOf(room, "ben"), "online");
    ben.chat.away(true);
    await until("ben is away", () => anna.chat.statusOf(room, "ben") === "away");
    ben.chat.stop();
    await until("ben is gone", () => anna.chat.statusOf(room, "ben") === "offline");
  } finally {
    anna.chat.stop();
    ben.chat.stop();
  }
});

Deno.test("chat client - older messages come by pages, to the first one", async () => {
  const room = "property-2";
  const zoya = new Page("zoya", () => server.url);
  try {
    const own = zoya.chat.conversation(room);
    await until("it is in", () => own.view.state === "open");
    const before = own.view.lastSeq;
    // More than come with joining, in less than one person may send at once.
    for (const userId of ["p1", "p2", "p3"]) {
      const page = new Page(userId, () => server.url);
      for (let i = 0; i < 20; i++) page.says(room, `${userId} ${i}`);
      await until("they are sent", () => page.kept.length === 0, 30_000);
      page.chat.stop();
    }
    await until("they have arrived", () => own.view.lastSeq === before + 60);
    zoya.chat.stop();
    const late = new Page("zoya", () => server.url);
    const shown = late.chat.conversation(room);
    await until("it is in", () => shown.view.state === "open");
    assert.equal(shown.view.older, "some");
    shown.loadOlder();
    await until("it is there", () => shown.view.older === "none");
    assert.deepEqual(
      shown.view.messages.map(({ seq }) => seq),
      Array.from({ length: before + 60 }, (_, i) => i + 1),
    );
    late.chat.stop();
  } finally {
    zoya.chat.stop();
  }
});
