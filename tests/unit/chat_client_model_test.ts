import assert from "node:assert/strict";
import fc from "fast-check";
import type { ConversationView } from "@/lib/chat/client/chat_types.ts";
import type { ChatMessage } from "@/lib/chat/message.ts";
import { ModelBrowser, ModelChatServer, ModelClock, ModelPage, rest, turns } from "./chat_client_kit.ts";

/** Small, so that histories are cut and catching up is given up often. */
const LIMITS = { history: 4, catchUp: 6 };
const ROOMS = ["topic-1", "topic-2"] as const;
/** Longest that anything waits: the longest backoff, and what is waited for in front of it. */
const QUIET_MS = 60_000;

type Step = { readonly on: number; readonly what: string; readonly n: number };

/** How often each of what may happen does. */
const WEIGHTS = {
  send: 12,
  edit: 6,
  delete: 2,
  elsewhere: 6,
  read: 2,
  open: 2,
  leave: 2,
  older: 6,
  move: 30,
  moves: 12,
  rest: 4,
  wait: 3,
  break: 3,
  restart: 1,
  down: 1,
  up: 3,
  reload: 2,
  offline: 1,
  online: 3,
  duplicate: 4,
  lose: 4,
  order: 2,
  refuse: 2,
};
const STEP = fc.record({
  on: fc.nat(3),
  what: fc.oneof(
    ...Object.entries(WEIGHTS).map(([what, weight]) => ({ weight, arbitrary: fc.constant(what) })),
  ),
  n: fc.nat(20),
});

/** Three people; the last one has two pages. */
const PEOPLE = ["meera", "arjun", "sita", "sita"] as const;

class Model {
  readonly server = new ModelChatServer(LIMITS);
  readonly clock = new ModelClock();
  readonly browsers = PEOPLE.map(() => new ModelBrowser());
  readonly pages: ModelPage[] = [];
  /** What each page has said in a room, in its order. */
  readonly said = new Map<string, string[]>();
  #texts = 0;

  constructor() {
    // Two pages of one browser.
    this.browsers[3] = this.browsers[2]!;
    PEOPLE.forEach((_, on) => this.opens(on));
  }

  opens(on: number): void {
    const page = new ModelPage(this.server, this.clock, PEOPLE[on]!, this.browsers[on]!);
    this.pages[on] = page;
    page.start();
    page.chat.conversation(ROOMS[0]);
  }

  async do({ on, what, n }: Step): Promise<void> {
    const page = this.pages[on]!;
    const { chat, socket } = page;
    const roomId = ROOMS[n % 5 === 0 ? 1 : 0];
    const isOpen = () => chat.conversation(roomId);
    switch (what) {
      case "send": {
        const text = `${PEOPLE[on]} says ${++this.#texts}.`;
        if (!isOpen().send({ text, replyTo: null, link: null, mentions: [] })) break;
        const key = `${on} ${roomId}`;
        this.said.set(key, [...this.said.get(key) ?? [], text]);
        break;
      }
      case "edit":
      case "delete": {
        const own = isOpen().view.messages.filter(({ userId }) => userId === page.userId);
        const message = own.at(-1 - n % 3);
        if (message === undefined || message.deleted) break;
        // What is edited keeps what was said in front, so that it is still known.
        if (what === "edit") isOpen().edit(message.id, `${message.text} (edited)`, []);
        else isOpen().remove(message.id);
        break;
      }
      case "read":
        isOpen().read(isOpen().view.lastSeq - n % 3);
        break;
      case "open":
        chat.conversation(roomId);
        break;
      case "leave":
        chat.leave(roomId);
        break;
      case "older":
        isOpen().loadOlder();
        break;
      case "move":
        page.moves();
        break;
      case "moves":
        for (let step = 0; step < n; step++) {
          page.moves();
          await turns();
        }
        break;
      case "rest":
        await rest(...this.pages);
        break;
      case "break":
        socket?.breaks();
        break;
      case "restart":
        this.server.restart();
        break;
      case "down":
        this.server.isUp = false;
        this.server.restart();
        break;
      case "up":
        this.server.isUp = true;
        break;
      case "reload":
        page.ends();
        this.opens(on);
        break;
      case "offline":
        page.online = false;
        page.page("offline");
        break;
      case "online":
        page.online = true;
        page.page("online");
        break;
      case "wait":
        await this.clock.pass(n * 500);
        break;
      case "duplicate": {
        // Somewhere behind it.
        const text = socket?.down[n % 3];
        if (text !== undefined && JSON.parse(text).type === "chat") socket!.down.splice(n, 0, text);
        break;
      }
      case "lose": {
        // What an instance did not tell is found out with whatever is told next.
        const chats = (socket?.down ?? []).filter((text) => JSON.parse(text).type === "chat");
        const text = chats[n % Math.max(1, chats.length)];
        if (text !== undefined) socket!.down.splice(socket!.down.indexOf(text), 1);
        break;
      }
      case "order":
        this.server.ackFirst = !this.server.ackFirst;
        break;
      case "refuse":
        this.server.refuses = n % 2 === 0
          ? null
          : n % 4 === 1
          ? { code: "too_many_messages", retryAfterMs: 700 }
          : { code: "not_kept" };
        break;
      case "elsewhere": {
        const { message, isNew } = this.server.say(
          "ravi",
          roomId,
          `ravi says ${++this.#texts}`,
          `r${this.#texts}`,
        );
        if (isNew) this.server.tell(message);
      }
    }
    await turns();
    this.check();
  }

  /** What holds at any time. */
  check(): void {
    for (const page of this.pages) {
      for (const roomId of ROOMS) {
        const { messages, outgoing } = page.chat.conversation(roomId).view;
        messages.forEach((message, i) => assert.equal(message.seq, messages[0]!.seq + i, "without a gap"));
        const there = new Set(
          messages.filter(({ userId }) => userId === page.userId).map((m) => m.clientMsgId),
        );
        const twice = outgoing.filter(({ clientMsgId }) => there.has(clientMsgId));
        assert.deepEqual(twice, [], "nothing is shown twice");
        this.#isThere(page, roomId, [...outgoing, ...messages].map(({ text }) => text));
      }
    }
  }

  /** What a page has said can be seen in it, or is kept for it, or stands in front of what it holds. */
  #isThere(page: ModelPage, roomId: string, shown: readonly string[]): void {
    const { messages } = page.chat.conversation(roomId).view;
    const first = messages[0]?.seq ?? Infinity;
    const onServer = this.server.room(roomId).messages;
    for (const text of this.said.get(`${this.pages.indexOf(page)} ${roomId}`) ?? []) {
      if (shown.some((one) => one.startsWith(text))) continue;
      const at = onServer.find((message) => message.text.startsWith(text));
      const isDeleted = onServer.some(({ userId, deleted }) => userId === page.userId && deleted) ||
        page.chat.conversation(roomId).view.changing.size > 0;
      const isKept = [...page.browser.kept.values()].some((kept) => kept.includes(text));
      assert.ok(at !== undefined && at.seq < first || isDeleted || isKept, `"${text}" is not to be seen`);
    }
  }

  async settle(): Promise<void> {
    this.server.isUp = true;
    this.server.refuses = null;
    for (const page of this.pages) {
      page.online = true;
      page.page("online");
      for (const roomId of ROOMS) page.chat.conversation(roomId);
    }
    for (let round = 0; round < 6; round++) {
      await rest(...this.pages);
      await this.clock.pass(QUIET_MS / 6);
      // A server says something all the time, or the client comes back.
      for (const { socket } of this.pages) socket?.say({ type: "ping" });
    }
    for (const page of this.pages) page.page("visible");
    await rest(...this.pages);
    // Whoever was not told of the last frame finds out with the next one.
    for (const roomId of ROOMS) {
      const { message } = this.server.say("ravi", roomId, "ravi ends", `end ${roomId}`);
      this.server.tell(message);
    }
    await rest(...this.pages);
  }

  settled(): void {
    for (const roomId of ROOMS) {
      const { messages } = this.server.room(roomId);
      const texts = messages.map(({ text, deleted }) => deleted ? null : text.replaceAll(" (edited)", ""));
      for (const page of this.pages) {
        const view = page.chat.conversation(roomId).view;
        assert.deepEqual(view.outgoing, [], "everything was sent");
        assert.deepEqual(view.messages, messages.slice(messages.length - view.messages.length));
        assert.equal(view.changing.size, 0);
        isConnected(view, messages);
      }
      for (const [key, said] of this.said) {
        if (!key.endsWith(roomId)) continue;
        const found = said.map((text) => texts.indexOf(text)).filter((at) => at >= 0);
        const deleted = texts.filter((text) => text === null).length;
        assert.ok(said.length - found.length <= deleted, `nothing that was said is missing: ${said}`);
        for (const at of found) assert.equal(texts.lastIndexOf(texts[at]!), at, "nothing is kept twice");
        assert.deepEqual(found, found.toSorted((a, b) => a - b), "in the order in which it was said");
      }
      const all = [...this.said].filter(([key]) => key.endsWith(roomId)).flatMap(([, said]) => said);
      const byPeople = messages.filter(({ userId }) => userId !== "ravi");
      assert.equal(byPeople.length, all.length, "each once");
    }
  }
}

function isConnected({ messages, lastSeq, older }: ConversationView, all: readonly ChatMessage[]): void {
  assert.equal(lastSeq, all.length);
  assert.equal(older === "none", messages.length === all.length, "there is more where there is more");
}

Deno.test("chat client - whatever happens on the way, everybody sees each message once, in one order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(STEP, { minLength: 50, maxLength: 200, size: "max" }), async (steps) => {
      const model = new Model();
      for (const step of steps) await model.do(step);
      await model.settle();
      model.settled();
    }),
    { numRuns: 150 },
  );
});
