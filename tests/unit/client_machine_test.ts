import assert from "node:assert/strict";
import { CLOSE } from "@/lib/protocol/close_codes.ts";
import {
  ackFrame,
  downgradeFrame,
  errorFrame,
  eventFrame,
  pingFrame,
  resetFrame,
} from "@/lib/protocol/frames.ts";
import { ACK_MS, Machine, OPEN_MS, RENEW_MS, STABLE_MS, WATCHDOG_GRACE_MS } from "@/lib/client/machine.ts";
import { FAILURES_SHOWN } from "@/lib/client/attempts.ts";
import type { Command, Input, MachineOptions } from "@/lib/client/machine_types.ts";
import { NOWHERE } from "@/lib/client/position.ts";
import { BACKOFF_MS } from "@/lib/client/reconnect.ts";

const HEARTBEAT_MS = 30_000;
const ALMOST_ONE = 0.999_999;

/** A machine with a clock that stands still until it is moved. */
class Bench {
  readonly machine: Machine;
  now = 1_000_000;
  done: Command[] = [];

  constructor(options: Partial<MachineOptions> = {}) {
    this.machine = new Machine({
      orgId: 1,
      subscription: { services: ["finance", "tasks"], propertyId: null },
      position: { seq: 10, epoch: "e1" },
      random: () => ALMOST_ONE,
      ...options,
    });
  }

  give(input: Input): Command[] {
    this.done = this.machine.handle(input, this.now);
    return this.done;
  }

  frame(text: string): Command[] {
    return this.give({ type: "frame", text });
  }

  live(seq = 10, epoch = "e1"): this {
    this.give({ type: "start", online: true });
    return this.again(seq, epoch);
  }

  again(seq: number, epoch = "e1"): this {
    this.give({ type: "opened" });
    this.frame(ack(seq, epoch));
    return this;
  }

  /** Commands of the last input, without the clocks that it stopped. */
  get did(): string[] {
    return this.done.map(({ type }) => type).filter((type) => {
      return type !== "cancel" && type !== "status" && type !== "subscribed";
    });
  }

  get sent(): unknown[] {
    return this.done.flatMap((command) => command.type === "send" ? [JSON.parse(command.text)] : []);
  }

  wait(timer: string): number | undefined {
    for (const command of this.done) {
      if (command.type === "schedule" && command.timer === timer) return command.ms;
    }
    return undefined;
  }
}

function ack(seq: number, epoch = "e1"): string {
  return ackFrame({
    seq,
    epoch,
    timestamp: new Date(1_000_000).toISOString(),
    connectionId: "c",
    heartbeatMs: HEARTBEAT_MS,
    expiresAt: new Date(9_000_000).toISOString(),
  });
}

function events(seq: number, prevSeq: number, ...ids: string[]): string {
  const items = ids.map((id) => ({
    json: JSON.stringify({
      id,
      entity: "task",
      action: "created",
      propertyId: 1,
      at: new Date(1_000_000).toISOString(),
      data: {},
    }),
  }));
  return eventFrame("tasks", items, seq, prevSeq);
}

function delivered(commands: readonly Command[]): string[] {
  return commands.flatMap((command) => command.type === "deliver" ? command.events.map(({ id }) => id) : []);
}

Deno.test("client machine - the handshake resumes from the position of the snapshots", () => {
  const bench = new Bench();
  assert.deepEqual(bench.give({ type: "start", online: true }).map(({ type }) => type), [
    "cancel",
    "open",
    "schedule",
    "status",
  ]);
  assert.equal(bench.wait("open"), OPEN_MS);
  bench.give({ type: "opened" });
  assert.deepEqual(bench.sent, [{ services: ["finance", "tasks"], version: 1, lastSeq: 10, epoch: "e1" }]);
  assert.equal(bench.wait("ack"), ACK_MS);
  bench.frame(ack(10));
  assert.equal(bench.machine.status.state, "live");
  assert.ok(!bench.did.includes("refetch"));
});

Deno.test("client machine - without a position the first ack asks for snapshots, once", () => {
  const bench = new Bench({ position: NOWHERE });
  bench.give({ type: "start", online: true });
  bench.give({ type: "opened" });
  assert.deepEqual(bench.sent, [{ services: ["finance", "tasks"], version: 1 }]);
  const refetches = bench.frame(ack(0)).filter(({ type }) => type === "refetch");
  assert.deepEqual(refetches, [{ type: "refetch", reason: "start" }]);
  bench.give({ type: "closed", code: 1006 });
  bench.give({ type: "timer", timer: "retry" });
  bench.give({ type: "opened" });
  // The place before the first event is a place: it resumes from there.
  assert.deepEqual(bench.sent, [{ services: ["finance", "tasks"], version: 1, lastSeq: 0, epoch: "e1" }]);
  bench.frame(ack(0));
  assert.ok(!bench.did.includes("refetch"));
});

Deno.test("client machine - the position follows acks, events, pings and resets", () => {
  const bench = new Bench().live();
  const position = () => bench.machine.position;
  bench.frame(events(12, 10, "a"));
  assert.deepEqual(position(), { seq: 12, epoch: "e1" });
  bench.frame(pingFrame(20, new Date(1_000_000).toISOString()));
  bench.frame(pingFrame(15, new Date(1_000_000).toISOString()));
  assert.deepEqual(position(), { seq: 20, epoch: "e1" });
  const reset = bench.frame(resetFrame("recreated", 3, "e2"));
  assert.deepEqual(position(), { seq: 3, epoch: "e2" });
  assert.deepEqual(reset, [{ type: "refetch", reason: "recreated" }]);
  bench.frame(events(4, 3, "b"));
  assert.deepEqual(position(), { seq: 4, epoch: "e2" });
  // An ack of another epoch counts in that one, even where its number is lower.
  bench.frame(ack(2, "e3"));
  assert.deepEqual(position(), { seq: 2, epoch: "e3" });
});

Deno.test("client machine - a frame after a gap is not shown: it resumes from the last one received", () => {
  const bench = new Bench().live();
  bench.frame(events(11, 10, "a"));
  assert.deepEqual(delivered(bench.frame(events(14, 13, "d"))), []);
  assert.deepEqual(bench.did, ["drop", "schedule"]);
  assert.equal(bench.wait("retry"), 0);
  bench.give({ type: "timer", timer: "retry" });
  bench.give({ type: "opened" });
  assert.deepEqual(bench.sent, [{ services: ["finance", "tasks"], version: 1, lastSeq: 11, epoch: "e1" }]);
  bench.frame(ack(11));
  assert.deepEqual(delivered(bench.frame(events(14, 11, "b", "c", "d"))), ["b", "c", "d"]);
});

Deno.test("client machine - what polls have found of one service in front of the position is not told again", () => {
  const bench = new Bench();
  const ahead = new Map([["tasks" as const, 14]]);
  bench.give({ type: "start", online: true, position: { seq: 10, epoch: "e1" }, ahead });
  bench.again(10);
  assert.deepEqual(delivered(bench.frame(events(14, 10, "a", "b"))), []);
  assert.deepEqual(bench.machine.position.seq, 14);
  assert.deepEqual(delivered(bench.frame(events(15, 14, "c"))), ["c"]);
  // After a reset numbers may count anew.
  bench.frame(resetFrame("recreated", 3, "e2"));
  assert.deepEqual(delivered(bench.frame(events(5, 3, "d"))), ["d"]);
});

Deno.test("client machine - gap after gap does not become a busy loop", () => {
  const bench = new Bench().live();
  const waits: (number | undefined)[] = [];
  for (let i = 0; i < 4; i++) {
    bench.frame(events(100 + i, 99, `x${i}`));
    waits.push(bench.wait("retry"));
    bench.give({ type: "timer", timer: "retry" });
    bench.again(10);
  }
  assert.equal(waits[0], 0);
  assert.ok(waits.slice(1).every((ms) => ms! > 1_000), String(waits));
});

Deno.test("client machine - an event that comes twice is delivered once", () => {
  const bench = new Bench().live();
  assert.deepEqual(delivered(bench.frame(events(11, 10, "a", "b"))), ["a", "b"]);
  assert.deepEqual(delivered(bench.frame(events(13, 11, "b", "c"))), ["c"]);
  assert.deepEqual(bench.frame(events(14, 13, "c")), []);
  assert.equal(bench.machine.position.seq, 14);
});

Deno.test("client machine - waits grow from 1 to 30 s with full jitter", () => {
  for (const random of [0, 0.5, ALMOST_ONE]) {
    const bench = new Bench({ random: () => random }).live();
    const waits = [];
    for (let i = 0; i < 8; i++) {
      bench.give({ type: "closed", code: 1006 });
      waits.push(bench.wait("retry"));
      bench.give({ type: "timer", timer: "retry" });
    }
    const bounds = [...BACKOFF_MS, 30_000, 30_000];
    assert.deepEqual(waits, bounds.map((bound) => Math.floor(bound * random)));
  }
});

Deno.test("client machine - a stable connection makes the waits short again, a short one does not", () => {
  const bench = new Bench().live();
  for (let i = 0; i < 3; i++) {
    bench.give({ type: "closed", code: 1006 });
    bench.give({ type: "timer", timer: "retry" });
  }
  bench.again(10);
  assert.equal(bench.wait("stable"), STABLE_MS);
  bench.give({ type: "closed", code: 1006 });
  assert.ok(bench.wait("retry")! > 4_000);
  bench.give({ type: "timer", timer: "retry" });
  bench.again(10);
  bench.give({ type: "timer", timer: "stable" });
  bench.give({ type: "closed", code: 1006 });
  assert.ok(bench.wait("retry")! <= 1_000);
});

Deno.test("client machine - while offline nothing is tried; back online it connects at once", () => {
  const bench = new Bench().live();
  bench.give({ type: "offline" });
  assert.deepEqual(bench.did, ["drop"]);
  assert.equal(bench.machine.status.state, "offline");
  assert.deepEqual(bench.give({ type: "timer", timer: "retry" }), []);
  assert.deepEqual(bench.give({ type: "closed", code: 1006 }), []);
  bench.give({ type: "online" });
  assert.deepEqual(bench.did, ["open", "schedule"]);
  bench.give({ type: "closed", code: 1006 });
  assert.ok(bench.wait("retry")! <= 1_000, "the first wait again");
});

Deno.test("client machine - a device that says it is offline is believed until the person tries", () => {
  const bench = new Bench();
  bench.give({ type: "start", online: false });
  assert.deepEqual([bench.did, bench.machine.status.state], [[], "offline"]);
  bench.give({ type: "retry" });
  assert.deepEqual(bench.did, ["open", "schedule"]);
  bench.give({ type: "closed", code: 1006 });
  assert.equal(bench.wait("retry"), undefined);
  assert.equal(bench.machine.status.state, "offline");
});

Deno.test("client machine - every close code is met by its rule", () => {
  for (const { code, reconnect } of Object.values(CLOSE)) {
    const bench = new Bench().live();
    bench.give({ type: "closed", code });
    const { state, message } = bench.machine.status;
    const wait = bench.wait("retry");
    if (reconnect === "no") {
      assert.deepEqual([state, wait, message !== null], ["stopped", undefined, true], `${code}`);
    }
    if (reconnect === "with_new_token") assert.deepEqual([state, wait], ["signed_out", undefined], `${code}`);
    if (reconnect === "at_once") assert.deepEqual([state, wait], ["catching_up", 0], `${code}`);
    if (reconnect === "backoff" || reconnect === "long_poll") {
      assert.deepEqual([state, wait], ["catching_up", 999], `${code}`);
    }
  }
});

Deno.test("client machine - the server's last words say why it stopped", () => {
  const bench = new Bench().live();
  bench.frame(errorFrame("internal", "out of order"));
  bench.give({ type: "closed", code: CLOSE.forbidden.code });
  assert.match(bench.machine.status.message ?? "", /out of order/);
  for (const input of [{ type: "online" }, { type: "retry" }, { type: "offline" }] as const) {
    assert.deepEqual(bench.give(input), []);
  }
});

Deno.test("client machine - a downgrade says when to come back", () => {
  for (const code of [CLOSE.restart.code, CLOSE.downgrade.code]) {
    const bench = new Bench().live();
    bench.frame(downgradeFrame("restart", 2_345));
    bench.give({ type: "closed", code });
    assert.equal(bench.wait("retry"), 2_345);
    assert.equal(bench.machine.status.retryAt, bench.now + 2_345);
    bench.give({ type: "timer", timer: "retry" });
    bench.give({ type: "closed", code: 1006 });
    assert.notEqual(bench.wait("retry"), 2_345, "it counts once");
  }
});

Deno.test("client machine - a server that restarts again and again is not stormed", () => {
  const bench = new Bench().live();
  bench.give({ type: "closed", code: CLOSE.restart.code });
  assert.equal(bench.wait("retry"), 0);
  bench.give({ type: "timer", timer: "retry" });
  bench.again(10);
  bench.give({ type: "closed", code: CLOSE.restart.code });
  assert.ok(bench.wait("retry")! > 0);
});

Deno.test("client machine - silence for two heartbeats and 5 s ends a connection", () => {
  const bench = new Bench().live();
  const silence = 2 * HEARTBEAT_MS + WATCHDOG_GRACE_MS;
  assert.equal(bench.wait("watchdog"), silence);
  bench.now += 40_000;
  bench.frame(pingFrame(10, new Date(bench.now).toISOString()));
  bench.now += silence - 40_000;
  bench.give({ type: "timer", timer: "watchdog" });
  assert.deepEqual([bench.did, bench.wait("watchdog")], [["schedule"], 40_000]);
  bench.now += 40_000;
  bench.give({ type: "timer", timer: "watchdog" });
  assert.deepEqual([bench.did, bench.wait("retry")], [["drop", "schedule"], 0]);
});

Deno.test("client machine - a socket that does not open, and one that is not acknowledged, are given up", () => {
  const bench = new Bench();
  bench.give({ type: "start", online: true });
  bench.give({ type: "timer", timer: "open" });
  assert.deepEqual(bench.did, ["check_session", "drop", "schedule"]);
  bench.give({ type: "timer", timer: "retry" });
  bench.give({ type: "opened" });
  bench.give({ type: "timer", timer: "ack" });
  assert.deepEqual(bench.did, ["drop", "schedule"]);
});

Deno.test("client machine - after several failures it says offline, and asks about the session", () => {
  const bench = new Bench().live();
  const states: string[] = [];
  const asked: boolean[] = [];
  bench.give({ type: "closed", code: 1006 });
  for (let i = 0; i < FAILURES_SHOWN; i++) {
    bench.give({ type: "timer", timer: "retry" });
    bench.give({ type: "closed", code: 1006 });
    states.push(bench.machine.status.state);
    asked.push(bench.did.includes("check_session"));
  }
  assert.deepEqual(states, ["catching_up", "catching_up", "offline"]);
  assert.deepEqual(asked, [true, true, true]);
  bench.give({ type: "session_ended" });
  assert.equal(bench.machine.status.state, "signed_out");
  assert.deepEqual(bench.give({ type: "timer", timer: "retry" }), []);
});

Deno.test("client machine - a changed subscription is sent in place, and asks for snapshots at its ack", () => {
  const bench = new Bench().live();
  bench.give({ type: "subscribe", subscription: { services: ["tasks"], propertyId: 2 } });
  assert.deepEqual(bench.sent, [{ type: "subscribe", services: ["tasks"], filters: { propertyId: 2 } }]);
  bench.give({ type: "subscribe", subscription: { services: ["tasks"], propertyId: 3 } });
  const tasksOf = (propertyId: number) => ({ services: ["tasks"], propertyId });
  assert.deepEqual(
    bench.frame(ack(11)),
    [{ type: "subscribed", subscription: tasksOf(2) }],
    "the first of two",
  );
  assert.deepEqual(bench.frame(ack(11)), [
    { type: "subscribed", subscription: tasksOf(3) },
    { type: "refetch", reason: "subscription" },
  ]);
  bench.give({ type: "closed", code: 1006 });
  bench.give({ type: "timer", timer: "retry" });
  bench.give({ type: "opened" });
  assert.deepEqual(bench.sent, [
    { services: ["tasks"], filters: { propertyId: 3 }, version: 1, lastSeq: 11, epoch: "e1" },
  ]);
});

Deno.test("client machine - a subscription changed without a connection holds for the next one", () => {
  const bench = new Bench().live();
  bench.give({ type: "offline" });
  bench.give({ type: "subscribe", subscription: { services: ["tasks"], propertyId: 2 } });
  assert.deepEqual(bench.did, []);
  bench.give({ type: "online" });
  bench.again(10);
  assert.ok(bench.done.some((command) => command.type === "refetch" && command.reason === "subscription"));
});

Deno.test("client machine - without a position it is a start, also where the subscription was changed before", () => {
  const bench = new Bench({ position: NOWHERE });
  bench.give({ type: "start", online: true });
  bench.give({ type: "subscribe", subscription: { services: ["tasks"], propertyId: 2 } });
  bench.give({ type: "opened" });
  const reasons = bench.frame(ack(7)).flatMap((command) =>
    command.type === "refetch" ? [command.reason] : []
  );
  assert.deepEqual(reasons, ["start"]);
});

Deno.test("client machine - a refused subscription leaves the one before", () => {
  const bench = new Bench().live();
  bench.give({ type: "subscribe", subscription: { services: ["tasks"], propertyId: 9 } });
  const [refused] = bench.frame(errorFrame("property_forbidden", "property 9"));
  assert.equal(refused?.type, "refused");
  bench.give({ type: "closed", code: 1006 });
  bench.give({ type: "timer", timer: "retry" });
  bench.give({ type: "opened" });
  assert.deepEqual(bench.sent, [{ services: ["finance", "tasks"], version: 1, lastSeq: 10, epoch: "e1" }]);
});

Deno.test("client machine - states that follow each other within a millisecond are all told", () => {
  const bench = new Bench();
  const told: string[] = [];
  const tell = () =>
    told.push(...bench.done.flatMap((done) => done.type === "status" ? [done.status.state] : []));
  bench.give({ type: "start", online: true });
  tell();
  bench.again(10);
  tell();
  bench.give({ type: "offline" });
  tell();
  bench.give({ type: "offline" });
  tell();
  assert.deepEqual(told, ["connecting", "live", "offline"]);
});

Deno.test("client machine - a new token is asked for before the old one ends, and sent in place", () => {
  const bench = new Bench().live();
  assert.deepEqual(bench.frame(errorFrame("token_expiring")), [{ type: "token_needed" }]);
  bench.give({ type: "renewed", credential: { token: "t2" } });
  assert.deepEqual(bench.sent, [{ type: "auth", token: "t2" }]);
  assert.deepEqual(bench.frame(ack(10)), []);
  bench.give({ type: "offline" });
  assert.deepEqual(bench.give({ type: "renewed", credential: { token: "t3" } }), []);
});

Deno.test("client machine - a token that cannot be got now is asked for again, and the old one holds", () => {
  const bench = new Bench({ renews: true }).live();
  bench.frame(errorFrame("token_expiring"));
  bench.give({ type: "renewal_failed" });
  assert.equal(bench.wait("renew"), RENEW_MS);
  assert.deepEqual(bench.give({ type: "timer", timer: "renew" }), [{ type: "token_needed" }]);
  bench.give({ type: "renewed", credential: { ticket: "k" } });
  assert.deepEqual(bench.sent, [{ type: "auth", ticket: "k" }]);
  assert.equal(bench.machine.status.state, "live");
});

Deno.test("client machine - a device that wakes up gets a new token before it opens a socket", () => {
  const bench = new Bench({ renews: true }).live();
  // It slept beyond the end of the token, which the ack said.
  bench.now = 9_000_001;
  bench.give({ type: "woke" });
  assert.deepEqual(bench.did, ["drop", "schedule"]);
  bench.give({ type: "timer", timer: "retry" });
  assert.deepEqual(bench.did, ["token_needed", "schedule"]);
  bench.give({ type: "renewed", credential: null });
  assert.deepEqual(bench.did, ["open", "schedule"]);
});

Deno.test("client machine - a page that comes back into sight renews a token that is about to end", () => {
  const bench = new Bench({ renews: true }).live();
  bench.now = 9_000_000 - 30_000;
  bench.frame(pingFrame(10, new Date(bench.now).toISOString()));
  assert.deepEqual(bench.give({ type: "woke" }), [{ type: "token_needed" }]);
  assert.deepEqual(new Bench().live().give({ type: "woke" }), [], "nobody who cannot renew is asked");
});

Deno.test("client machine - a refused token is renewed once; one that does not help ends the session", () => {
  const bench = new Bench({ renews: true }).live();
  bench.give({ type: "closed", code: CLOSE.token_expired.code });
  assert.deepEqual(bench.did, ["drop", "token_needed", "schedule"]);
  bench.give({ type: "renewed", credential: null });
  bench.give({ type: "opened" });
  bench.give({ type: "closed", code: CLOSE.token_expired.code });
  assert.equal(bench.machine.status.state, "signed_out");
  const slow = new Bench({ renews: true }).live();
  slow.give({ type: "closed", code: CLOSE.token_expired.code });
  slow.give({ type: "timer", timer: "renew" });
  assert.equal(slow.machine.status.state, "catching_up");
  assert.ok(slow.wait("retry") !== undefined);
});

Deno.test("client machine - streaming that is switched off parks it, where the owner can poll", () => {
  const bench = new Bench({ parks: true }).live();
  bench.frame(downgradeFrame("switched_off", 1_000));
  bench.give({ type: "closed", code: CLOSE.downgrade.code });
  assert.deepEqual(bench.done.filter(({ type }) => type === "parked"), [
    { type: "parked", reason: "switched_off", waitMs: 1_000 },
  ]);
  for (
    const input of [{ type: "online" }, { type: "offline" }, { type: "retry" }, { type: "woke" }] as const
  ) {
    bench.give(input);
    assert.deepEqual(bench.did, [], input.type);
  }
  assert.equal(bench.machine.status.state, "parked");
  bench.give({ type: "start", online: true, position: { seq: 44, epoch: "e1" } });
  bench.give({ type: "opened" });
  assert.deepEqual(bench.sent, [{ services: ["finance", "tasks"], version: 1, lastSeq: 44, epoch: "e1" }]);
});

Deno.test("client machine - an upgrade that was refused since streaming is off parks it without more attempts", () => {
  const bench = new Bench({ parks: true });
  bench.give({ type: "start", online: true });
  bench.give({ type: "closed", code: 1006 });
  assert.ok(bench.did.includes("check_session"));
  bench.give({ type: "switched_off" });
  assert.deepEqual(bench.did, ["parked"]);
  const cannotPoll = new Bench();
  cannotPoll.give({ type: "start", online: true });
  cannotPoll.give({ type: "closed", code: 1006 });
  assert.deepEqual(cannotPoll.give({ type: "switched_off" }), []);
});

Deno.test("client machine - three failed upgrades in a row park it, one that opened in between does not count", () => {
  const bench = new Bench({ parks: true });
  bench.give({ type: "start", online: true });
  const fail = () => {
    bench.give({ type: "closed", code: 1006 });
    const parked = bench.did.includes("parked");
    bench.give({ type: "timer", timer: "retry" });
    return parked;
  };
  assert.deepEqual([fail(), fail()], [false, false]);
  bench.again(10);
  assert.deepEqual([fail(), fail(), fail()], [false, false, false], "the first of these was no upgrade");
  bench.give({ type: "closed", code: 1006 });
  assert.ok(bench.did.includes("parked"));
  // Started again it has one more chance.
  bench.give({ type: "start", online: true });
  assert.ok(fail());
});

Deno.test("client machine - frames of a newer server are passed over, broken ones end the connection", () => {
  const bench = new Bench().live();
  assert.deepEqual(bench.frame(`{"type":"weather","seq":1}`), []);
  assert.deepEqual(bench.frame(`{"type":"event","service":"spa","events":[],"seq":11,"prevSeq":10}`), []);
  const odd = `{"type":"event","service":"tasks","events":[{"id":7},null],"seq":12,"prevSeq":10}`;
  assert.deepEqual(bench.frame(odd), []);
  assert.equal(bench.machine.position.seq, 12);
  for (const text of ["", "null", "[]", "{}", `{"type":"ping"}`, `{"type":"event","seq":1.5,"prevSeq":0}`]) {
    const other = new Bench().live();
    other.frame(text);
    assert.deepEqual(other.did, ["drop", "schedule"], text);
  }
});

Deno.test("client machine - a delivery says how old its last event is, by the server's clock", () => {
  const bench = new Bench();
  // This device is an hour ahead.
  bench.now += 3_600_000;
  bench.live();
  bench.now += 40;
  const [delivery] = bench.frame(events(11, 10, "a"));
  assert.ok(delivery?.type === "deliver" && delivery.ageMs === 40);
});
