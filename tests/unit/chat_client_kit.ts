// A chat server in memory that follows docs/chat.md, and browsers with clocks of their own making, for tests.
import assert from "node:assert/strict";
import type { PageEvent } from "@/lib/client/client.ts";
import type { Renewal } from "@/lib/client/link.ts";
import type { RestAnswer } from "@/lib/client/rest.ts";
import type { SocketLike } from "@/lib/client/socket.ts";
import { CHAT_CLOSE } from "@/lib/protocol/close_codes.ts";
import { chatErrorFrame, type ChatServerFrame } from "@/lib/chat/server_frames.ts";
import type { ChatErrorCode } from "@/lib/chat/errors.ts";
import { parseChatFrame, parseChatHandshake } from "@/lib/chat/client_frames.ts";
import type { ChatMessage, ChatRoom } from "@/lib/chat/message.ts";
import { Chat } from "@/lib/chat/client/chat.ts";
import type { ChatWorld } from "@/lib/chat/client/chat_world.ts";
import type { Outgoing } from "@/lib/chat/client/chat_types.ts";
import { readOutgoing } from "@/lib/chat/client/kept_outgoing.ts";

export const NO_RIGHTS = { moderate: false, manage: false };
/** Time of the model, Unix milliseconds. */
const BEGIN = Date.parse("2026-11-24T09:00:00Z");

/** A clock that is moved by hand. */
export class ModelClock {
  now = BEGIN;
  readonly #timers = new Map<symbol, { at: number; run: () => void }>();

  after = (ms: number, run: () => void): () => void => {
    const timer = Symbol();
    this.#timers.set(timer, { at: this.now + ms, run });
    return () => this.#timers.delete(timer);
  };

  get running(): number {
    return this.#timers.size;
  }

  forget(): void {
    this.#timers.clear();
  }

  /** Runs what falls due meanwhile, in order. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      const next = [...this.#timers].filter(([, { at }]) =>
        at <= end
      ).toSorted((a, b) => a[1].at - b[1].at)[0];
      if (next === undefined) break;
      this.#timers.delete(next[0]);
      this.now = Math.max(this.now, next[1].at);
      next[1].run();
      await turns();
    }
    this.now = end;
  }
}

/** Lets everything run that waits for promises alone. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await null;
}

export interface ModelLimits {
  readonly history: number;
  readonly catchUp: number;
}

interface ModelRoom {
  readonly roomId: string;
  readonly messages: ChatMessage[];
  rev: number;
  readonly read: Map<string, number>;
}

/** The server: rooms that outlive its connections. */
export class ModelChatServer {
  readonly rooms = new Map<string, ModelRoom>();
  readonly sockets = new Set<ModelSocket>();
  readonly limits: ModelLimits;
  isUp = true;
  /** Refuses the next messages with this. */
  refuses: { code: ChatErrorCode; retryAfterMs?: number } | null = null;
  /** What was said before it is acknowledged, or after. */
  ackFirst = true;
  /** Frames as they came, of all clients. */
  readonly taken: { userId: string; type: string }[] = [];
  /** How often the list of rooms was read. */
  reads = 0;
  #ids = 0;
  #time = BEGIN;

  constructor(limits: ModelLimits = { history: 50, catchUp: 500 }) {
    this.limits = limits;
  }

  room(roomId: string): ModelRoom {
    const room = this.rooms.get(roomId) ?? { roomId, messages: [], rev: 0, read: new Map() };
    this.rooms.set(roomId, room);
    return room;
  }

  restart(): void {
    for (const socket of [...this.sockets]) socket.breaks(CHAT_CLOSE.restart.code);
  }

  take(socket: ModelSocket, text: string): void {
    if (!socket.isGreeted) {
      const handshake = parseChatHandshake(text);
      assert.ok(!("error" in handshake), text);
      assert.equal(handshake.userId, socket.userId);
      assert.equal(handshake.watch, true);
      socket.isGreeted = true;
      if (handshake.roomId !== null) this.#join(socket, handshake.roomId, handshake.afterRev);
      return;
    }
    const frame = parseChatFrame(text);
    assert.ok(!("error" in frame), text);
    this.taken.push({ userId: socket.userId, type: frame.type });
    switch (frame.type) {
      case "join":
        return this.#join(socket, frame.roomId, frame.afterRev);
      case "leave":
        socket.joined.delete(frame.roomId);
        return socket.say({ type: "left", roomId: frame.roomId });
      case "read": {
        const room = this.room(frame.roomId!);
        room.read.set(socket.userId, Math.max(room.read.get(socket.userId) ?? 0, frame.upTo));
        return;
      }
      case "chat":
      case "edit":
      case "delete": {
        const { roomId, clientMsgId } = frame;
        assert.ok(roomId !== null && clientMsgId !== null);
        const refuse = (code: ChatErrorCode, retryAfterMs?: number) => {
          socket.down.push(chatErrorFrame(code, {
            roomId,
            clientMsgId,
            ...(retryAfterMs !== undefined && { retryAfterMs }),
          }));
        };
        if (!socket.joined.has(roomId)) return refuse("not_joined");
        if (this.refuses !== null) return refuse(this.refuses.code, this.refuses.retryAfterMs);
        const kept = frame.type === "chat"
          ? this.say(socket.userId, roomId, frame.text, clientMsgId)
          : this.change(
            socket.userId,
            roomId,
            frame.id,
            frame.type === "edit" ? frame.text : null,
          );
        if (typeof kept === "string") return refuse(kept);
        const { message, isNew } = kept;
        const ack = () =>
          socket.say({
            type: "ack",
            roomId,
            clientMsgId,
            id: message.id,
            seq: message.seq,
            rev: message.rev,
          });
        if (this.ackFirst) ack();
        if (isNew) this.#tell(message);
        if (!this.ackFirst) ack();
      }
    }
  }

  /** Also by REST, or on another instance. */
  say(userId: string, roomId: string, text: string, clientMsgId: string) {
    const room = this.room(roomId);
    const before = room.messages.find((one) => one.userId === userId && one.clientMsgId === clientMsgId);
    if (before !== undefined) return { message: before, isNew: false };
    const seq = room.messages.length + 1;
    const message: ChatMessage = {
      id: ++this.#ids,
      seq,
      rev: ++room.rev,
      roomId,
      userId,
      userName: userId,
      text,
      clientMsgId,
      at: new Date(this.#time++).toISOString(),
    };
    room.messages.push(message);
    room.read.set(userId, seq);
    return { message, isNew: true };
  }

  /** `text` null: it is deleted. */
  change(userId: string, roomId: string, id: number, text: string | null) {
    const room = this.room(roomId);
    const message = room.messages.find((one) => one.id === id);
    if (message === undefined) return "message_not_found" as const;
    if (message.userId !== userId) return "message_forbidden" as const;
    if (message.deleted) return text === null ? { message, isNew: false } : "message_deleted" as const;
    const editedAt = new Date(this.#time++).toISOString();
    const changed: ChatMessage = text === null
      ? { ...message, rev: ++room.rev, text: "", deleted: true }
      : { ...message, rev: ++room.rev, text, editedAt };
    room.messages[changed.seq - 1] = changed;
    return { message: changed, isNew: true };
  }

  #tell(message: ChatMessage): void {
    for (const socket of this.sockets) {
      if (socket.joined.has(message.roomId)) socket.say({ type: "chat", ...message });
      else if (socket.isGreeted) socket.say({ type: "activity", message });
    }
  }

  tell(message: ChatMessage): void {
    this.#tell(message);
  }

  #join(socket: ModelSocket, roomId: string, afterRev: number | null): void {
    const { messages, rev, read } = this.room(roomId);
    const { history, catchUp } = this.limits;
    socket.joined.add(roomId);
    const changed = afterRev === null ? [] : messages.filter((message) => message.rev > afterRev);
    const isWhole = afterRev !== null && changed.length <= catchUp && afterRev <= rev;
    const told = isWhole ? changed : messages.slice(-history);
    const seq = messages.length;
    const readUpTo = read.get(socket.userId) ?? 0;
    socket.say({
      type: "joined",
      roomId,
      name: roomId,
      propertyId: null,
      seq,
      rev,
      history: told,
      more: !isWhole && messages.length > history,
      ...(afterRev !== null && !isWhole && { reset: true as const }),
      online: [],
      receipts: Object.fromEntries(read),
      delivered: {},
      unread: seq - readUpTo,
      mentions: 0,
      readUpTo,
      may: NO_RIGHTS,
    });
  }

  /** What a GET answers; undefined: there is no such thing. */
  rest(userId: string, path: string): unknown {
    const url = new URL(path, "http://model");
    const messages = /^\/v2\/collaboration\/rooms\/([^/]+)\/messages$/.exec(url.pathname);
    if (messages !== null) {
      const before = Number(url.searchParams.get("before"));
      const older = this.room(messages[1]!).messages.filter(({ seq }) => seq < before);
      const page = older.slice(-this.limits.history);
      return { messages: page, more: older.length > page.length };
    }
    this.reads++;
    const rooms = [...this.rooms.values()].map((room) => this.listed(userId, room));
    const unread = rooms.reduce((sum, room) => sum + room.unread, 0);
    return { rooms, next: null, unread, mentions: 0 };
  }

  listed(userId: string, { roomId, messages, rev, read }: ModelRoom): ChatRoom {
    const lastMessage = messages.at(-1) ?? null;
    const readUpTo = read.get(userId) ?? 0;
    return {
      roomId,
      kind: "topic",
      name: roomId,
      propertyId: null,
      version: 1,
      lastSeq: messages.length,
      lastRev: rev,
      lastAt: lastMessage?.at ?? null,
      lastMessage,
      unread: messages.length - readUpTo,
      mentions: 0,
      readUpTo,
      online: 0,
      may: NO_RIGHTS,
    };
  }
}

/** One connection: what is under way in it moves only when told to. */
export class ModelSocket implements SocketLike {
  onopen: (() => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  onclose: ((event: { readonly code: number }) => void) | null = null;
  readonly server: ModelChatServer;
  readonly userId: string;
  readonly joined = new Set<string>();
  up: string[] = [];
  down: string[] = [];
  state: "opening" | "open" | "closed" = "opening";
  isGreeted = false;

  constructor(server: ModelChatServer, userId: string) {
    this.server = server;
    this.userId = userId;
  }

  send(data: string | Uint8Array): void {
    assert.equal(this.state, "open", "nothing is sent before a socket is open, or after");
    assert.ok(typeof data === "string");
    this.up.push(data);
  }

  close(): void {
    this.state = "closed";
    this.server.sockets.delete(this);
  }

  say(frame: ChatServerFrame): void {
    this.down.push(JSON.stringify(frame));
  }

  opens(): void {
    if (!this.server.isUp) return this.breaks(1006);
    this.state = "open";
    this.server.sockets.add(this);
    this.onopen?.();
  }

  /** What is under way is lost. */
  breaks(code = 1006): void {
    if (this.state === "closed") return;
    this.close();
    this.onclose?.({ code });
  }

  takesUp(): void {
    const text = this.up.shift();
    if (text !== undefined && this.state === "open") this.server.take(this, text);
  }

  takesDown(): void {
    const data = this.down.shift();
    if (data !== undefined && this.state === "open") this.onmessage?.({ data });
  }

  get isMoving(): boolean {
    return this.state === "opening" || this.state === "open" && this.up.length + this.down.length > 0;
  }
}

/** What of a browser outlives its pages. */
export class ModelBrowser {
  readonly kept = new Map<number, string>();
  readonly living = new Set<number>();
  pages = 0;
}

let ids = 0;

/** A page of a person with a chat in it. */
export class ModelPage {
  readonly server: ModelChatServer;
  readonly clock: ModelClock;
  readonly browser: ModelBrowser;
  readonly userId: string;
  readonly chat: Chat;
  readonly #page: number;
  socket: ModelSocket | undefined;
  online = true;
  visible = true;
  renewal: Renewal | Promise<Renewal> = { credential: null };
  renewals = 0;
  /** Answers of requests that are under way. */
  calls: (() => void)[] = [];
  page: (event: PageEvent) => void = () => {};
  touch: () => void = () => {};

  constructor(
    server: ModelChatServer,
    clock: ModelClock,
    userId: string,
    browser: ModelBrowser = new ModelBrowser(),
  ) {
    this.server = server;
    this.clock = clock;
    this.userId = userId;
    this.browser = browser;
    this.#page = ++browser.pages;
    browser.living.add(this.#page);
    this.chat = new Chat({ userId }, this.#world());
  }

  start(): void {
    this.chat.start();
  }

  /** The page ends without a word, as by a crash. */
  ends(): void {
    this.browser.living.delete(this.#page);
    this.chat.stop();
    this.calls = [];
  }

  /** Moves one frame, answers one request, or opens the socket; false: nothing moves. */
  moves(): boolean {
    const { socket } = this;
    if (socket?.state === "opening") socket.opens();
    else if (socket?.state === "open" && socket.up.length > 0) socket.takesUp();
    else if (socket?.state === "open" && socket.down.length > 0) socket.takesDown();
    else if (this.calls.length > 0) this.calls.shift()!();
    else return false;
    return true;
  }

  #world(): ChatWorld {
    // deno-lint-ignore no-this-alias
    const page = this;
    const { server, clock, browser, userId } = this;
    return {
      WebSocket: class extends ModelSocket {
        constructor(_url: string) {
          super(server, userId);
          page.socket = this;
        }
      },
      socketUrl: () => "ws://model",
      renew: () => {
        page.renewals++;
        return Promise.resolve(page.renewal);
      },
      after: clock.after,
      now: () => clock.now,
      random: () => 0.5,
      newId: () => `m${++ids}`,
      isOnline: () => page.online,
      isVisible: () => page.visible,
      watchPage: (listener) => {
        page.page = listener;
        return () => page.page = () => {};
      },
      watchTouch: (listener) => {
        page.touch = listener;
        return () => page.touch = () => {};
      },
      rest: {
        json: (path) => {
          // As it is when the request arrives; the answer takes its time.
          const value = structuredClone(server.rest(userId, path));
          return new Promise<RestAnswer<{ value: unknown }>>((resolve) => {
            page.calls.push(() =>
              resolve(
                server.isUp ? { ok: true, value } : { ok: false, problem: { code: "unavailable" } },
              )
            );
          });
        },
      },
      kept: {
        keep: (list) => void browser.kept.set(page.#page, JSON.stringify(list)),
        takeOver: async (taken: (list: readonly Outgoing[]) => readonly Outgoing[]) => {
          await null;
          for (const [owner, text] of browser.kept) {
            if (browser.living.has(owner)) continue;
            const rest = taken(readOutgoing(text));
            if (rest.length === 0) browser.kept.delete(owner);
            else browser.kept.set(owner, JSON.stringify(rest));
          }
        },
      },
      failed: (error) => {
        throw error;
      },
    };
  }
}

/** Moves everything that is under way until nothing is. */
export async function rest(...pages: readonly ModelPage[]): Promise<void> {
  await turns();
  for (let step = 0; step < 10_000; step++) {
    let isMoving = false;
    for (const page of pages) isMoving = page.moves() || isMoving;
    if (!isMoving) return;
    await turns();
  }
  assert.fail("it does not come to rest");
}
