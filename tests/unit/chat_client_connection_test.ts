import assert from "node:assert/strict";
import { CHAT_CLOSE, type ChatCloseName } from "@/lib/protocol/close_codes.ts";
import { CHAT_SILENCE_MS } from "@/lib/chat/limits.ts";
import { chatErrorFrame, chatFrame } from "@/lib/chat/server_frames.ts";
import { ConnectionMachine } from "@/lib/chat/client/connection_machine.ts";
import type { ConnectionCommand, ConnectionInput } from "@/lib/chat/client/connection_types.ts";
import { REFUSALS_MAX, RENEW_MS } from "@/lib/chat/client/limits.ts";
import { readServerChatFrame } from "@/lib/chat/client/server_frames.ts";

const PING = chatFrame({ type: "ping" });

/** A machine and what it has last asked for. */
class Driven {
  readonly machine = new ConnectionMachine({ userId: "meera", random: () => 0.5 });
  now = 1_000_000;
  out: ConnectionCommand[] = [];

  give(...inputs: readonly ConnectionInput[]): this {
    for (const input of inputs) this.out = this.machine.handle(input, this.now);
    return this;
  }

  live(): this {
    return this.give({ type: "start", online: true }, { type: "opened" }, { type: "frame", text: PING });
  }

  get types(): string[] {
    return this.out.map(({ type }) => type);
  }

  get waitMs(): number | undefined {
    const retry = this.out.find((command) => command.type === "schedule" && command.timer === "retry");
    return retry?.type === "schedule" ? retry.ms : undefined;
  }
}

Deno.test("chat connection - it watches without a room, and is live once it is open", () => {
  const driven = new Driven().give({ type: "start", online: true });
  assert.deepEqual(driven.types.filter((type) => type !== "unschedule"), ["open", "schedule"]);
  assert.equal(driven.machine.status.state, "connecting");
  driven.give({ type: "opened" });
  assert.deepEqual(driven.out.find(({ type }) => type === "send"), {
    type: "send",
    text: '{"userId":"meera","watch":true}',
  });
  assert.equal(driven.out.at(-1)?.type, "live");
  assert.equal(driven.machine.status.state, "live");
});

Deno.test("chat connection - what follows a close", () => {
  const after = (name: ChatCloseName) => {
    const driven = new Driven().live().give({ type: "timer", timer: "stable" });
    driven.give({ type: "closed", code: CHAT_CLOSE[name].code });
    if (driven.types.includes("token_needed")) return "token";
    if (driven.waitMs !== undefined) return driven.waitMs === 0 ? "at once" : "backoff";
    return driven.machine.status.state;
  };
  const names = Object.keys(CHAT_CLOSE) as ChatCloseName[];
  assert.deepEqual(Object.fromEntries(names.map((name) => [name, after(name)])), {
    normal: "backoff",
    going_away: "backoff",
    too_big: "backoff",
    restart: "at once",
    slow: "backoff",
    bad_frame: "backoff",
    token_expired: "token",
    token_revoked: "token",
    forbidden: "ended",
    handshake_timeout: "backoff",
    too_many_frames: "backoff",
    internal: "backoff",
    unavailable: "backoff",
  });
});

Deno.test("chat connection - one that is not understood again and again ends", () => {
  const driven = new Driven().live();
  for (let time = 1; time < REFUSALS_MAX; time++) {
    driven.give({ type: "closed", code: CHAT_CLOSE.bad_frame.code });
    assert.deepEqual(driven.out.find(({ type }) => type === "lost"), { type: "lost", isRefused: true });
    driven.give({ type: "timer", timer: "retry" }, { type: "opened" }, { type: "frame", text: PING });
  }
  driven.give({ type: "closed", code: CHAT_CLOSE.bad_frame.code });
  assert.equal(driven.machine.status.state, "ended");
  assert.deepEqual(driven.give({ type: "start", online: true }).out, []);
});

Deno.test("chat connection - waits grow to 30 s, and it is told as offline after three", () => {
  const driven = new Driven().give({ type: "start", online: true });
  const waits = [];
  const states = [];
  for (let attempt = 0; attempt < 7; attempt++) {
    driven.give({ type: "closed", code: 1006 });
    if (driven.types.includes("token_needed")) driven.give({ type: "renewal_failed" });
    waits.push(driven.waitMs);
    states.push(driven.machine.status.state);
    driven.give({ type: "timer", timer: "retry" });
    // Two upgrades failed: the token may be the reason, which a browser does not tell.
    if (driven.types.includes("token_needed")) driven.give({ type: "renewed", credential: null });
  }
  assert.deepEqual(waits, [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
  assert.deepEqual(states.slice(0, 4), ["connecting", "connecting", "offline", "offline"]);
});

Deno.test("chat connection - the browser's word for the network counts", () => {
  const driven = new Driven().live().give({ type: "offline" });
  assert.ok(driven.types.includes("lost"));
  assert.deepEqual(driven.machine.status, { state: "offline", retryAt: null });
  assert.ok(driven.give({ type: "online" }).types.includes("open"));
  assert.equal(new Driven().give({ type: "start", online: false }).machine.status.state, "offline");
});

Deno.test("chat connection - silence ends it, a word in time does not", () => {
  const driven = new Driven().live();
  driven.now += CHAT_SILENCE_MS - 1;
  driven.give({ type: "frame", text: PING });
  driven.now += 1;
  driven.give({ type: "timer", timer: "watchdog" });
  assert.equal(driven.machine.isLive, true);
  driven.now += CHAT_SILENCE_MS - 1;
  driven.give({ type: "timer", timer: "watchdog" });
  assert.ok(driven.types.includes("lost"));
  assert.equal(driven.waitMs, 0, "it was a good one");
});

Deno.test("chat connection - a page that was asleep does not wait for the clock", () => {
  const driven = new Driven().live();
  driven.now += CHAT_SILENCE_MS;
  assert.ok(driven.give({ type: "woke" }).types.includes("lost"));
  assert.ok(driven.give({ type: "woke" }).types.includes("open"), "the next attempt is now");
});

Deno.test("chat connection - a token that ends is renewed on the connection as it stands", () => {
  const driven = new Driven().live().give({ type: "frame", text: chatErrorFrame("token_expiring") });
  assert.deepEqual(driven.types, ["token_needed"]);
  driven.give({ type: "renewed", credential: { ticket: "t" } });
  assert.deepEqual(driven.out.at(-1), { type: "send", text: '{"type":"auth","ticket":"t"}' });
  driven.give({ type: "frame", text: chatErrorFrame("token_expiring") }, { type: "renewal_failed" });
  assert.deepEqual(driven.out, [{ type: "schedule", timer: "renew", ms: RENEW_MS }]);
  assert.deepEqual(driven.give({ type: "timer", timer: "renew" }).types, ["token_needed"]);
});

Deno.test("chat connection - a new token that is not taken either is the end of the session", () => {
  const driven = new Driven().live().give({ type: "closed", code: CHAT_CLOSE.token_expired.code });
  driven.give({ type: "renewed", credential: null });
  assert.ok(driven.types.includes("open"));
  driven.give({ type: "opened" }, { type: "closed", code: CHAT_CLOSE.token_expired.code });
  assert.equal(driven.machine.status.state, "ended");
  const other = new Driven().live().give({ type: "closed", code: CHAT_CLOSE.token_expired.code });
  assert.equal(other.give({ type: "session_ended" }).machine.status.state, "ended");
});

Deno.test("chat connection - an ack that does not come has it come back at once", () => {
  const driven = new Driven().live().give({ type: "overdue" });
  assert.equal(driven.waitMs, 0);
  // Not again at once, where the connection after it is no better.
  driven.give({ type: "timer", timer: "retry" }, { type: "opened" }, { type: "overdue" });
  assert.ok(driven.waitMs! > 0);
});

Deno.test("chat connection - frames that it does not know are passed over", () => {
  const joined = {
    type: "joined",
    roomId: "topic-1",
    name: "Night",
    propertyId: null,
    seq: 0,
    rev: 0,
    history: [],
    more: false,
    online: [],
    receipts: { "7": 3 },
    delivered: {},
    unread: 0,
    mentions: 0,
    readUpTo: 0,
    may: { moderate: false, manage: false },
  } as const;
  const known = [
    joined,
    { type: "typing", roomId: "topic-1", users: [], count: 0 },
    { type: "presence", roomId: "topic-1", users: { "7": "online" }, names: {} },
    { type: "read", roomId: "topic-1", receipts: {}, delivered: {} },
    { type: "ack", roomId: "topic-1", id: 1, seq: 1, rev: 1 },
    { type: "left", roomId: "topic-1" },
    { type: "position", roomId: "topic-1", readUpTo: 4 },
    { type: "rooms" },
    { type: "ping" },
    { type: "renewed", expiresAt: "2026-11-24T09:00:00.000Z" },
  ] as const;
  for (const frame of known) assert.deepEqual(readServerChatFrame(chatFrame(frame)), frame);
  const unknown = [
    "",
    "[]",
    "{}",
    '{"type":"new"}',
    '{"type":"chat","id":1}',
    '{"type":"ack","roomId":"topic-1","id":-1,"seq":1,"rev":1}',
    JSON.stringify({ ...joined, history: [{}] }),
    JSON.stringify({ ...joined, receipts: { "7": "x" } }),
  ];
  for (const text of unknown) {
    assert.equal(readServerChatFrame(text), null, text);
    assert.deepEqual(new Driven().live().give({ type: "frame", text }).types, []);
  }
});
