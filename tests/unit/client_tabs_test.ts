import assert from "node:assert/strict";
import { type LocksLike, TabLock } from "@/lib/client/tab_lock.ts";
import {
  BEAT_MS,
  SILENCE_MS,
  STEAL_MS_MIN,
  STOOD_STILL_MS,
  type TabCommand,
  type TabInput,
  TabMachine,
  WATCH_MS,
} from "@/lib/client/tab_machine.ts";
import { type ChannelLike, Tabs } from "@/lib/client/tabs.ts";
import { channelName, isOfLeader, readTabMessage } from "@/lib/client/tab_messages.ts";

const NOW = 1_000_000;
const TAKEN_OVER_MS = 5_000;

/** A machine with a clock that stands still until it is moved. */
class Bench {
  readonly machine: TabMachine;
  now = NOW;
  done: TabCommand[] = [];

  constructor({ canLock = true, visible = true, random = 0.5 } = {}) {
    this.machine = new TabMachine(() => random);
    this.give({ type: "start", canLock, visible });
  }

  give(input: TabInput): this {
    this.done = this.machine.handle(input, this.now);
    return this;
  }

  /** Its watch strikes until it asks for something, or `ms` have passed. Answers how long that took. */
  watch(ms: number, every = WATCH_MS): number | undefined {
    for (let passed = every; passed <= ms; passed += every) {
      this.now += every;
      if (this.give({ type: "timer", timer: "watch" }).asks.length > 0) return passed;
    }
    return undefined;
  }

  hear(visible = true, term = NOW + 0.1): this {
    return this.give({ type: "heard", term, visible });
  }

  get did(): string[] {
    return this.done.map(({ type }) => type).filter((type) => type !== "cancel");
  }

  get asks(): boolean[] {
    return this.done.flatMap((command) => command.type === "request" ? [command.steal] : []);
  }

  wait(timer: string): number | undefined {
    for (const command of this.done) {
      if (command.type === "schedule" && command.timer === timer) return command.ms;
    }
    return undefined;
  }
}

Deno.test("client tabs - a tab follows and queues for the lock; with the lock it leads and beats", () => {
  const bench = new Bench();
  assert.deepEqual([bench.did, bench.asks, bench.wait("watch")], [
    ["follow", "request", "schedule"],
    [false],
    WATCH_MS,
  ]);
  assert.deepEqual(bench.give({ type: "start", canLock: true, visible: true }).done, [], "once");
  bench.give({ type: "granted" });
  assert.deepEqual([bench.did, bench.wait("beat"), bench.machine.role], [
    ["lead", "schedule"],
    BEAT_MS,
    "leader",
  ]);
  assert.deepEqual(bench.give({ type: "timer", timer: "beat" }).did, ["beat", "schedule"]);
  assert.deepEqual(bench.give({ type: "timer", timer: "watch" }).done, []);
});

Deno.test("client tabs - without locks, or where the page may not have them, each leads alone", () => {
  const alone = new Bench({ canLock: false });
  assert.deepEqual([alone.did, alone.machine.role], [["lead"], "leader"]);
  assert.deepEqual(alone.give({ type: "stop" }).did, []);
  const denied = new Bench().give({ type: "denied" });
  assert.deepEqual([denied.did, denied.machine.role], [["lead"], "leader"]);
  assert.deepEqual(denied.hear(true, NOW + 99).done, [], "others are none of its business");
});

Deno.test("client tabs - a leader that is not heard is replaced within 5 s, by a visible tab alone", () => {
  const bench = new Bench().hear();
  const silence = bench.watch(60_000)!;
  assert.ok(silence >= SILENCE_MS && silence + BEAT_MS <= TAKEN_OVER_MS, `${silence} ms`);
  assert.deepEqual(bench.asks, [true]);
  assert.equal(new Bench({ visible: false }).hear().watch(60_000), undefined);
  const heard = new Bench();
  for (let i = 0; i < 60; i++) assert.equal(heard.hear().watch(SILENCE_MS - WATCH_MS), undefined);
});

Deno.test("client tabs - a tab that stood still itself does not blame the leader", () => {
  const bench = new Bench().hear();
  bench.now += STOOD_STILL_MS + 1;
  bench.give({ type: "timer", timer: "watch" });
  bench.now += 60_000;
  assert.deepEqual(bench.give({ type: "timer", timer: "watch" }).asks, []);
  assert.ok(bench.watch(60_000)! >= SILENCE_MS, "the leader gets its time to be heard");
  const slow = new Bench().hear();
  assert.ok(slow.watch(60_000, STOOD_STILL_MS)! <= TAKEN_OVER_MS, "a watch that is a little late counts");
});

Deno.test("client tabs - a tab that comes into sight takes the lead from a hidden one, or waits to hear it", () => {
  const bench = new Bench({ visible: false });
  assert.deepEqual(bench.hear(false).asks, []);
  bench.now += 3_600_000;
  bench.give({ type: "visible" });
  assert.deepEqual([bench.asks, bench.wait("watch")], [[], WATCH_MS]);
  assert.deepEqual(bench.hear(false).asks, [true]);
  const other = new Bench({ visible: false });
  other.now += 3_600_000;
  assert.ok(other.give({ type: "visible" }).watch(60_000)! <= TAKEN_OVER_MS);
  assert.deepEqual(new Bench().hear(true).asks, []);
});

Deno.test("client tabs - the lead is not taken twice within 2 s", () => {
  const bench = new Bench();
  assert.deepEqual(bench.hear(false).asks, [true]);
  bench.now += STEAL_MS_MIN - 1;
  assert.deepEqual(bench.hear(false).asks, []);
  bench.now += 1;
  assert.deepEqual(bench.hear(false).asks, [true]);
});

Deno.test("client tabs - terms grow, also where clocks go back or two tabs lead in the same millisecond", () => {
  const bench = new Bench().give({ type: "granted" });
  const first = bench.machine.term;
  assert.ok(first > NOW && first < NOW + 1);
  bench.give({ type: "stolen" }).hear(true, NOW + 7.9);
  bench.now -= 3_600_000;
  assert.ok(bench.give({ type: "granted" }).machine.term > NOW + 7.9);
  const [a, b] = [0.1, 0.2].map((random) => new Bench({ random }).give({ type: "granted" }).machine.term);
  assert.notEqual(a, b);
});

Deno.test("client tabs - the lock alone says who leads: one that has it insists, one that lost it follows", () => {
  const bench = new Bench().give({ type: "granted" }).hear(true, NOW + 50.7);
  assert.deepEqual([bench.did, bench.machine.role], [["beat"], "leader"]);
  assert.ok(
    bench.machine.term > NOW + 50.7 && bench.machine.term < NOW + 52,
    "its followers hear it, not the other",
  );
  assert.deepEqual(bench.give({ type: "stolen" }).did, ["follow", "request", "schedule"]);
  const slow = new Bench({ visible: false }).hear(true, NOW + 50);
  slow.now += SILENCE_MS;
  assert.equal(
    slow.hear(true, NOW + 7).machine.term,
    NOW + 7,
    "where the other is gone, whoever speaks leads",
  );
  const stale = new Bench().hear(true, NOW + 50).hear(false, NOW + 49);
  assert.deepEqual(
    [stale.done, stale.machine.term],
    [[], NOW + 50],
    "what an earlier leader says does not count",
  );
});

Deno.test("client tabs - a leader says at once when it goes out of sight", () => {
  const bench = new Bench().give({ type: "granted" });
  assert.deepEqual(bench.give({ type: "hidden" }).did, ["beat"]);
  assert.deepEqual(bench.give({ type: "visible" }).did, ["beat"]);
  assert.deepEqual(new Bench().give({ type: "hidden" }).did, []);
});

Deno.test("client tabs - a page that is left gives everything back, and can return", () => {
  for (const leads of [true, false]) {
    const bench = new Bench();
    if (leads) bench.give({ type: "granted" });
    assert.deepEqual(bench.give({ type: "stop" }).did, ["release"]);
    assert.deepEqual(bench.give({ type: "stop" }).done, []);
    for (const type of ["granted", "stolen", "visible", "denied"] as const) {
      assert.deepEqual(bench.give({ type }).did, [], type);
    }
    assert.deepEqual(bench.hear(false).done, []);
    assert.deepEqual(bench.give({ type: "start", canLock: true, visible: true }).did[0], "follow");
  }
});

/** Locks of which a test holds the other end. */
class Locks implements LocksLike {
  readonly requests: {
    steal: boolean;
    signal: AbortSignal | undefined;
    work: () => Promise<void> | void;
    reject: () => void;
  }[] = [];

  request(
    _: string,
    { steal = false, signal }: { steal?: boolean; signal?: AbortSignal },
    work: () => Promise<void>,
  ) {
    return new Promise((_, reject) => {
      this.requests.push({ steal, signal, work, reject: () => reject(new Error("lock")) });
    });
  }
}

function lockOf(): { lock: TabLock; locks: Locks; told: string[]; flush: () => Promise<void> } {
  const [locks, told]: [Locks, string[]] = [new Locks(), []];
  const tell = (what: string) => () => void told.push(what);
  const names = { granted: tell("granted"), stolen: tell("stolen"), denied: tell("denied") };
  return {
    lock: new TabLock({ locks, name: "n", ...names }),
    locks,
    told,
    flush: async () => {
      for (let i = 0; i < 5; i++) await null;
    },
  };
}

Deno.test("client tabs - a lock is held until it is given back, and told of when it is stolen", async () => {
  const { lock, locks, told, flush } = lockOf();
  lock.request(false);
  const held = locks.requests[0]!.work();
  assert.deepEqual(told, ["granted"]);
  locks.requests[0]!.reject();
  await flush();
  assert.deepEqual(told, ["granted", "stolen"]);
  lock.request(true);
  assert.deepEqual([locks.requests[1]!.steal, locks.requests[1]!.signal], [true, undefined]);
  await held;
  const again = locks.requests[1]!.work();
  lock.release();
  await again;
  locks.requests[1]!.reject();
  await flush();
  assert.deepEqual(told, ["granted", "stolen", "granted"], "given back, nobody needs to know");
});

Deno.test("client tabs - a place in the queue is given up by a new request, and what comes late is handed back", async () => {
  const { lock, locks, told, flush } = lockOf();
  lock.request(false);
  lock.request(true);
  assert.equal(locks.requests[0]!.signal?.aborted, true);
  locks.requests[0]!.reject();
  assert.equal(locks.requests[0]!.work(), undefined, "it keeps nobody waiting");
  await flush();
  assert.deepEqual(told, []);
});

Deno.test("client tabs - a browser that has no locks for this page says so", async () => {
  const { lock, locks, told, flush } = lockOf();
  lock.request(false);
  locks.requests[0]!.reject();
  await flush();
  assert.deepEqual(told, ["denied"]);
});

Deno.test("client tabs - what an earlier leader says is not heard, nor is what is no message", () => {
  const channel: ChannelLike = { onmessage: null, postMessage: () => {}, close: () => {} };
  const heard: string[] = [];
  const none = () => {};
  const tabs = new Tabs({
    name: "n",
    locks: new Locks(),
    channel: () => channel,
    after: () => none,
    now: () => NOW,
    random: () => 0.5,
    isVisible: () => true,
    lead: none,
    follow: none,
    beat: none,
    heard: (message) => heard.push("term" in message ? `${message.type} ${message.term}` : message.type),
  });
  tabs.start();
  const hear = (type: string, term?: number) =>
    channel.onmessage?.({ data: { type, term, visible: true, n: 0 } });
  hear("session_ends", 5);
  hear("beat", 5);
  hear("session_ends", 5);
  hear("welcome", 6);
  hear("session_ends", 5);
  hear("beat", 5);
  channel.onmessage?.({ data: "beat" });
  channel.onmessage?.({ data: { type: "retry" } });
  assert.deepEqual(heard, ["beat 5", "session_ends 5", "welcome 6", "retry"]);
  assert.equal(tabs.term, 6);
});

Deno.test("client tabs - what is no message is passed over; tabs of two people or versions do not meet", () => {
  for (const garbage of [null, 7, "beat", [], {}, { type: 7 }]) {
    assert.equal(readTabMessage(garbage), undefined);
  }
  assert.deepEqual(readTabMessage({ type: "bye", tab: "a" }), { type: "bye", tab: "a" });
  assert.equal(isOfLeader({ type: "session_ends", term: 1, n: 1 }), true);
  assert.equal(isOfLeader({ type: "retry" }), false);
  assert.equal(channelName(1, "u/2"), "innstream/1/1/u/2");
  assert.notEqual(channelName(1, "2"), channelName(12, ""));
});
