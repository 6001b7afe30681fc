import assert from "node:assert/strict";
import { CLOSE } from "@/lib/protocol/close_codes.ts";
import { ackFrame, errorFrame, eventFrame } from "@/lib/protocol/frames.ts";
import type { SocketLike } from "@/lib/client/socket.ts";
import { Dedup } from "@/lib/client/dedup.ts";
import type { ClientFlags } from "@/lib/client/flags.ts";
import { Link, type LinkNotice, RENEW_AHEAD_MS, type Renewal } from "@/lib/client/link.ts";
import { RENEW_MS } from "@/lib/client/machine.ts";
import type { Position } from "@/lib/client/position.ts";
import { RECHECK_MS } from "@/lib/client/transport.ts";
import { responseOf } from "./client_server_kit.ts";

const ON: ClientFlags = { streaming: true, longPoll: ["tasks"] };
const OFF: ClientFlags = { ...ON, streaming: false };
const AT_TEN = { seq: 10, epoch: "e1" };
const TIME = "1970-01-01T00:16:40.000Z";

type Question<T> = { readonly answer: (answer: T) => Promise<void> };

/** A link and the other end of everything that it asks for. */
class Bench {
  readonly link: Link;
  readonly notices: LinkNotice[] = [];
  readonly sockets: FakeSocket[] = [];
  readonly polls: (Question<{ status: number; body: object }> & { path: string })[] = [];
  readonly flagsAsked: Question<ClientFlags | "unauthenticated" | null>[] = [];
  readonly renewals: Question<Renewal>[] = [];
  timers: { due: number; run: () => void }[] = [];
  now = 1_000_000;

  constructor({ flags = ON, position = AT_TEN, online = true, resumes = false }: {
    flags?: ClientFlags;
    position?: Position;
    online?: boolean;
    resumes?: boolean;
  } = {}) {
    const { sockets } = this;
    const options = {
      orgId: 1,
      dedup: new Dedup(),
      subscription: { services: ["tasks" as const], propertyId: null },
      position,
      flags,
      online,
      resumes,
      notice: (notice: LinkNotice) => void this.notices.push(notice),
    };
    this.link = new Link(options, {
      WebSocket: class extends FakeSocket {
        constructor() {
          super();
          sockets.push(this);
        }
      },
      socketUrl: () => "ws://server",
      get: async (path, signal) => {
        signal.addEventListener("abort", () => {
          this.polls.splice(this.polls.findIndex((poll) => poll.path === path), 1);
        });
        return responseOf(await this.#ask(this.polls, { path }, signal));
      },
      askFlags: () => this.#ask(this.flagsAsked),
      renew: () => this.#ask(this.renewals),
      after: (ms, run) => {
        const timer = { due: this.now + ms, run };
        this.timers.push(timer);
        return () => void (this.timers = this.timers.filter((other) => other !== timer));
      },
      now: () => this.now,
      random: () => 0.5,
    });
    this.link.start();
  }

  #ask<T, X extends object>(
    questions: (Question<T> & X)[],
    more = {} as X,
    signal?: AbortSignal,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      signal?.addEventListener("abort", () => reject(new Error("aborted")));
      const answer = async (answer: T) => {
        questions.shift();
        resolve(answer);
        await flush();
      };
      questions.push({ answer, ...more });
    });
  }

  /** All clocks up to `ms` from now strike. */
  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    for (;;) {
      const [next] = this.timers.toSorted((a, b) => a.due - b.due);
      if (next === undefined || next.due > until) break;
      this.timers = this.timers.filter((timer) => timer !== next);
      this.now = next.due;
      next.run();
      await flush();
    }
    this.now = until;
  }

  get socket(): FakeSocket {
    return this.sockets.at(-1)!;
  }

  live(seq = 10): this {
    this.socket.onopen?.();
    this.socket.onmessage?.({ data: ack(seq) });
    return this;
  }

  /** Streaming was switched off: it polls, and the first poll was answered. */
  async polling(seq = 10): Promise<this> {
    this.live().socket.onclose?.({ code: CLOSE.downgrade.code });
    await this.polls[0]!.answer({ status: 200, body: { events: [], seq, epoch: "e1" } });
    await this.pass(1_000);
    return this;
  }

  get state(): string {
    return this.link.status.state;
  }

  get delivered(): string[] {
    return this.notices.flatMap((notice) =>
      notice.type === "deliver" ? notice.events.map(({ id }) => id) : []
    );
  }

  told(type: LinkNotice["type"]): number {
    return this.notices.filter((notice) => notice.type === type).length;
  }
}

class FakeSocket implements SocketLike {
  onopen: (() => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  onclose: ((event: { readonly code: number }) => void) | null = null;
  readonly sent: Record<string, unknown>[] = [];
  isClosed = false;

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.isClosed = true;
  }
}

async function flush(): Promise<void> {
  for (let i = 0; i < 30; i++) await null;
}

function ack(seq: number): string {
  const expiresAt = "9999-01-01T00:00:00Z";
  return ackFrame({ seq, epoch: "e1", timestamp: TIME, connectionId: "c", heartbeatMs: 30_000, expiresAt });
}

function event(id: string): object {
  return { id, entity: "task", action: "created", propertyId: 1, at: TIME, data: {} };
}

function frame(seq: number, prevSeq: number, id: string): { data: string } {
  return { data: eventFrame("tasks", [{ json: JSON.stringify(event(id)) }], seq, prevSeq) };
}

Deno.test("client link - it streams from its position, and says by which way events come", () => {
  const bench = new Bench().live();
  assert.deepEqual(bench.socket.sent, [{ services: ["tasks"], version: 1, lastSeq: 10, epoch: "e1" }]);
  const { transport, pollReason, off } = bench.link.status;
  assert.deepEqual([bench.state, transport, pollReason, off], ["live", "websocket", null, []]);
  bench.socket.onmessage?.(frame(12, 10, "a"));
  assert.deepEqual([bench.delivered, bench.link.position], [["a"], { seq: 12, epoch: "e1" }]);
});

Deno.test("client link - one that goes on for another comes back, rather than for the first time", () => {
  assert.equal(new Bench().state, "connecting");
  const bench = new Bench({ resumes: true });
  assert.equal(bench.state, "catching_up");
  assert.equal(bench.live().state, "live");
});

Deno.test("client link - switched off it polls from where the stream stood, and back it streams from where the polls stood", async () => {
  const bench = new Bench().live();
  bench.socket.onmessage?.(frame(12, 10, "a"));
  bench.socket.onclose?.({ code: CLOSE.downgrade.code });
  assert.equal(bench.state, "connecting", "no poll was answered yet");
  assert.deepEqual(bench.polls.map(({ path }) => path), [
    "/tasks/realtime/subscribe?lastSeq=12&wait=0&epoch=e1",
  ]);
  await bench.polls[0]!.answer({
    status: 200,
    body: { events: [event("a"), event("b")], seq: 14, epoch: "e1" },
  });
  assert.deepEqual([bench.delivered, bench.link.position.seq], [["a", "b"], 14]);
  const { transport, pollReason } = bench.link.status;
  assert.deepEqual([bench.state, transport, pollReason], ["polling", "long_poll", "switched_off"]);
  await bench.pass(RECHECK_MS * 1.1);
  await bench.flagsAsked[0]!.answer(ON);
  bench.socket.onopen?.();
  assert.deepEqual(bench.socket.sent[0]!.lastSeq, 14);
  // While the stream is tried the polls go on.
  await bench.polls[0]!.answer({ status: 200, body: { events: [event("c")], seq: 15, epoch: "e1" } });
  bench.socket.onmessage?.({ data: ack(14) });
  assert.deepEqual([bench.state, bench.polls.length, bench.link.position.seq], ["live", 0, 15]);
  bench.socket.onmessage?.(frame(15, 14, "c"));
  bench.socket.onmessage?.(frame(16, 15, "d"));
  assert.deepEqual([bench.delivered, bench.told("refetch")], [["a", "b", "c", "d"], 0]);
});

Deno.test("client link - an upgrade that fails asks for the flags, but their answer starts no new attempt", async () => {
  const bench = new Bench();
  for (let i = 0; i < 3; i++) {
    bench.socket.onclose?.({ code: 1006 });
    if (i < 2) await bench.pass(4_000);
  }
  assert.deepEqual([bench.polls.length, bench.flagsAsked.length, bench.sockets.length], [1, 3, 3]);
  for (const asked of [...bench.flagsAsked]) await asked.answer(ON);
  await bench.pass(RECHECK_MS - 1_000);
  assert.deepEqual([bench.flagsAsked.length, bench.sockets.length], [0, 3]);
  await bench.pass(RECHECK_MS * 0.1 + 1_000);
  await bench.flagsAsked[0]!.answer(ON);
  assert.equal(bench.sockets.length, 4);
});

Deno.test("client link - an upgrade that fails since streaming is off, or the session over, says so", async () => {
  const off = new Bench();
  off.socket.onclose?.({ code: 1006 });
  await off.flagsAsked[0]!.answer(OFF);
  assert.deepEqual([off.polls.length, off.link.status.pollReason], [1, "switched_off"]);
  const out = new Bench();
  out.socket.onclose?.({ code: 1006 });
  await out.flagsAsked[0]!.answer("unauthenticated");
  assert.equal(out.state, "signed_out");
  const away = new Bench();
  away.socket.onclose?.({ code: 1006 });
  await away.flagsAsked[0]!.answer(null);
  assert.equal(away.state, "connecting");
});

Deno.test("client link - flags that change while it polls switch services on and off", async () => {
  const bench = await new Bench().polling();
  await bench.pass(RECHECK_MS * 1.1);
  await bench.flagsAsked[0]!.answer({ streaming: false, longPoll: [] });
  assert.deepEqual([bench.link.status.off, bench.polls.length, bench.state], [["tasks"], 0, "polling"]);
  await bench.pass(RECHECK_MS * 1.1);
  await bench.flagsAsked[0]!.answer(OFF);
  assert.deepEqual([bench.link.status.off, bench.polls.length], [[], 1]);
});

Deno.test("client link - while it polls, a token that ends soon is renewed once", async () => {
  const bench = await new Bench().polling();
  for (const [expiresInMs, renewals] of [[RENEW_AHEAD_MS, 0], [RENEW_AHEAD_MS - 1, 1]] as const) {
    await bench.pass(RECHECK_MS * 1.1);
    await bench.flagsAsked[0]!.answer({ ...OFF, expiresInMs });
    assert.equal(bench.renewals.length, renewals);
  }
});

Deno.test("client link - polls that work again after they failed ask at once whether the stream is back", async () => {
  const bench = new Bench();
  for (let i = 0; i < 3; i++) {
    bench.socket.onclose?.({ code: 1006 });
    await bench.flagsAsked[0]!.answer(null);
    if (i < 2) await bench.pass(4_000);
  }
  await bench.polls[0]!.answer({ status: 500, body: {} });
  await bench.pass(1_000);
  assert.deepEqual([bench.polls.length, bench.flagsAsked.length], [1, 0]);
  await bench.polls[0]!.answer({ status: 200, body: { events: [], seq: 11, epoch: "e1" } });
  assert.equal(bench.flagsAsked.length, 1);
  // Streaming that is switched off is asked for once a minute.
  const off = await new Bench().polling();
  await off.polls[0]!.answer({ status: 500, body: {} });
  await off.pass(1_000);
  await off.polls[0]!.answer({ status: 200, body: { events: [], seq: 11, epoch: "e1" } });
  assert.equal(off.flagsAsked.length, 0);
});

Deno.test("client link - a token that ends is renewed once for stream and polls, and sent in place", async () => {
  const bench = new Bench().live();
  const expiring = { data: errorFrame("token_expiring") };
  bench.socket.onmessage?.(expiring);
  bench.socket.onmessage?.(expiring);
  assert.equal(bench.renewals.length, 1);
  await bench.renewals[0]!.answer({ credential: { ticket: "k" } });
  assert.deepEqual(bench.socket.sent.at(-1), { type: "auth", ticket: "k" });
  assert.equal(bench.told("session_ends"), 0);
});

Deno.test("client link - a session that another server renews ends with a word to the person", async () => {
  const bench = new Bench().live();
  bench.socket.onmessage?.({ data: errorFrame("token_expiring") });
  await bench.renewals[0]!.answer("elsewhere");
  assert.deepEqual([bench.told("session_ends"), bench.state], [1, "live"]);
  const ended = new Bench().live();
  ended.socket.onclose?.({ code: CLOSE.token_expired.code });
  await ended.renewals[0]!.answer("ended");
  assert.equal(ended.state, "signed_out");
});

Deno.test("client link - a poll that is not allowed any more renews the session and goes on", async () => {
  const bench = await new Bench().polling();
  await bench.polls[0]!.answer({ status: 401, body: {} });
  assert.deepEqual([bench.state, bench.polls.length], ["catching_up", 0]);
  await bench.renewals[0]!.answer({ credential: null });
  assert.equal(bench.polls.length, 1);
  await bench.polls[0]!.answer({ status: 401, body: {} });
  assert.deepEqual([bench.state, bench.renewals.length], ["signed_out", 0]);
});

Deno.test("client link - a renewal that never comes back is given up, and asked for again", async () => {
  const bench = await new Bench().polling();
  await bench.polls[0]!.answer({ status: 401, body: {} });
  const [lost] = bench.renewals;
  await bench.pass(RENEW_MS);
  await bench.pass(1_000);
  await bench.polls[0]!.answer({ status: 401, body: {} });
  assert.equal(bench.renewals.length, 2);
  await lost!.answer("ended");
  assert.equal(bench.state, "catching_up", "what comes too late does not count");
  await bench.renewals[0]!.answer({ credential: null });
  assert.equal(bench.polls.length, 1);
});

Deno.test("client link - offline nothing is tried, back online what was in use goes on", async () => {
  const stream = new Bench().live();
  stream.link.network(false);
  assert.deepEqual([stream.state, stream.socket.isClosed], ["offline", true]);
  stream.link.network(true);
  assert.deepEqual([stream.sockets.length, stream.polls.length], [2, 0]);
  const polls = await new Bench().polling();
  polls.link.network(false);
  assert.deepEqual([polls.state, polls.polls.length], ["offline", 0]);
  polls.link.network(true);
  assert.deepEqual([polls.sockets.length, polls.polls.length], [1, 1]);
  const asleep = new Bench({ online: false });
  assert.deepEqual([asleep.state, asleep.sockets.length], ["offline", 0]);
});

Deno.test("client link - a person who does not want to wait, and a page that wakes up, try at once", async () => {
  for (const act of ["retry", "woke"] as const) {
    const stream = new Bench();
    stream.socket.onclose?.({ code: 1006 });
    stream.link[act]();
    assert.equal(stream.sockets.length, 2, act);
    const polls = await new Bench().polling();
    await polls.polls[0]!.answer({ status: 503, body: {} });
    polls.link[act]();
    assert.deepEqual([polls.polls.length, polls.flagsAsked.length], [1, 1], act);
  }
});

Deno.test("client link - a changed wish holds for the stream and for the polls after it", async () => {
  const bench = new Bench().live();
  bench.link.subscribe({ services: ["tasks"], propertyId: 2 });
  assert.equal(bench.told("subscribed"), 1);
  bench.socket.onmessage?.({ data: ack(10) });
  assert.equal(bench.told("subscribed"), 2);
  bench.socket.onclose?.({ code: CLOSE.downgrade.code });
  assert.match(bench.polls[0]!.path, /propertyId=2$/);
  await bench.polls[0]!.answer({ status: 200, body: { events: [], seq: 10, epoch: "e1" } });
  assert.equal(bench.told("subscribed"), 3);
});

Deno.test("client link - a reset may lead back, all else only on", async () => {
  const bench = await new Bench().polling(50);
  assert.equal(bench.link.position.seq, 50);
  await bench.polls[0]!.answer({
    status: 200,
    body: { events: [], seq: 3, epoch: "e2", reset: "recreated" },
  });
  assert.deepEqual([bench.link.position, bench.told("refetch")], [{ seq: 3, epoch: "e2" }, 1]);
  const restored = await new Bench().polling(50);
  await restored.polls[0]!.answer({ status: 200, body: { events: [], seq: 7, epoch: "e1", reset: "ahead" } });
  assert.deepEqual(restored.link.position, { seq: 7, epoch: "e1" });
});

Deno.test("client link - stopped it says and leaves nothing, whatever still comes", async () => {
  const stream = new Bench().live();
  stream.socket.onmessage?.({ data: errorFrame("token_expiring") });
  const polls = await new Bench().polling();
  await polls.pass(RECHECK_MS * 1.1);
  for (const bench of [stream, polls]) {
    bench.link.stop();
    await flush();
    assert.deepEqual(bench.timers, []);
    const before = bench.notices.length;
    await bench.flagsAsked[0]?.answer(ON);
    await bench.renewals[0]?.answer({ credential: null });
    await flush();
    assert.deepEqual([bench.timers, bench.polls, bench.notices.length], [[], [], before]);
    assert.ok(bench.sockets.length === 1 && bench.socket.isClosed || bench === polls);
  }
});
