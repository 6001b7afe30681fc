import assert from "node:assert/strict";
import { POLL_WAIT_MS } from "@/lib/protocol/limits.ts";
import { type Service, SERVICE_NAMES } from "@/lib/protocol/services.ts";
import type { ResetReason } from "@/lib/protocol/frames.ts";
import { Dedup } from "@/lib/client/dedup.ts";
import { BUSY_MS_MIN, PACE_MS, PollMachine, POLLS_AT_ONCE, TURN_MS } from "@/lib/client/poll_machine.ts";
import type { PollCommand, PollFailure, PollInput } from "@/lib/client/poll_types.ts";
import { NOWHERE, type Position } from "@/lib/client/position.ts";
import { BACKOFF_MS, RECONNECT_IN_MS_MAX } from "@/lib/client/reconnect.ts";

const ALMOST_ONE = 0.999_999;
const AT_TEN = { seq: 10, epoch: "e1" };
const TWO: readonly Service[] = ["finance", "tasks"];

/** A machine with a clock that stands still until it is moved. */
class Bench {
  readonly machine: PollMachine;
  now = 1_000_000;
  done: PollCommand[] = [];
  #turn = 0;

  constructor(services: readonly Service[] = TWO, dedup = new Dedup()) {
    const subscription = { services, propertyId: null };
    this.machine = new PollMachine({ orgId: 1, subscription, dedup, random: () => ALMOST_ONE });
  }

  give(input: PollInput): this {
    this.done = this.machine.handle(input, this.now);
    for (const command of this.done) if (command.type === "poll") this.#turn = command.turn;
    return this;
  }

  start(position: Position = AT_TEN): this {
    return this.give({ type: "start", online: true, position });
  }

  answer(service: Service, seq: number, { ids = [], epoch = "e1", reset = null, turn = this.#turn }: {
    ids?: string[];
    epoch?: string;
    reset?: ResetReason | null;
    turn?: number;
  } = {}): this {
    const at = new Date(this.now - 40).toISOString();
    const events = ids.map((id) => ({ id, entity: "x", action: "created", propertyId: 1, at, data: {} }));
    return this.give({ type: "answered", service, turn, answer: { events, seq, epoch, reset, chars: 7 } });
  }

  fail(service: Service, failure: PollFailure): this {
    return this.give({ type: "failed", service, turn: this.#turn, failure });
  }

  /** Both have answered once, and wait for something to happen. */
  working(): this {
    this.start().answer("finance", 10).answer("tasks", 10);
    this.now += PACE_MS;
    return this.give({ type: "timer", timer: "pace" });
  }

  get polls(): [Service, number, number][] {
    return this.done.flatMap((command) => {
      return command.type === "poll" ? [[command.service, command.position.seq, command.waitMs]] : [];
    }) as [Service, number, number][];
  }

  /** What the owner is told, statuses aside. */
  get told(): unknown[] {
    return this.done.flatMap((command): unknown[] => {
      if (command.type === "deliver") return [command.events.map(({ id }) => id)];
      if (command.type === "refetch") return [`refetch ${command.reason}`];
      return ["subscribed", "refused", "token_needed", "abort"].includes(command.type) ? [command.type] : [];
    });
  }

  wait(timer: string): number | undefined {
    for (const command of this.done) {
      if (command.type === "schedule" && command.timer === timer) return command.ms;
    }
    return undefined;
  }

  get state(): string {
    return this.machine.status.state;
  }
}

Deno.test("client poll - the first answers come at once, later ones when something happens", () => {
  const bench = new Bench().start();
  assert.deepEqual(bench.polls, [["finance", 10, 0], ["tasks", 10, 0]]);
  assert.equal(bench.state, "connecting");
  bench.answer("finance", 12);
  assert.deepEqual([bench.state, bench.told], ["polling", ["subscribed"]]);
  bench.answer("tasks", 12);
  bench.now += PACE_MS;
  bench.give({ type: "timer", timer: "pace" });
  assert.deepEqual(bench.polls, [["finance", 12, POLL_WAIT_MS], ["tasks", 12, POLL_WAIT_MS]]);
});

Deno.test("client poll - more services than connections take turns, each waiting a short time", () => {
  const bench = new Bench(SERVICE_NAMES).start();
  assert.deepEqual(bench.polls.map(([name]) => name), SERVICE_NAMES.slice(0, POLLS_AT_ONCE));
  const order = SERVICE_NAMES.map((name) => {
    bench.now += 500;
    bench.answer(name, 10);
    return bench.polls;
  });
  assert.deepEqual(
    order.map((polls) => polls.length),
    SERVICE_NAMES.map(() => 1),
    "each answer makes room for one",
  );
  const [next] = SERVICE_NAMES.slice(POLLS_AT_ONCE);
  assert.deepEqual(order[0], [[next, 10, TURN_MS]]);
  assert.deepEqual(order[SERVICE_NAMES.length - POLLS_AT_ONCE], [["finance", 10, TURN_MS]]);
});

Deno.test("client poll - a service is not asked again within a second, told it something or nothing", () => {
  const bench = new Bench().working();
  // A burst: what told something waits from its answer on.
  bench.now += 5_000;
  bench.answer("finance", 11, { ids: ["a"] });
  assert.deepEqual([bench.polls, bench.wait("pace")], [[], PACE_MS]);
  bench.now += PACE_MS - 1;
  assert.deepEqual(bench.give({ type: "timer", timer: "pace" }).polls, []);
  bench.now += 1;
  assert.deepEqual(bench.give({ type: "timer", timer: "pace" }).polls, [["finance", 11, POLL_WAIT_MS]]);
  // A server that answers at once with nothing.
  bench.now += 1;
  assert.deepEqual([bench.answer("finance", 11).polls, bench.wait("pace")], [[], PACE_MS - 1]);
  // One that has waited is asked at once.
  bench.now += POLL_WAIT_MS;
  assert.deepEqual(bench.answer("tasks", 11).polls.map(([name]) => name), ["finance", "tasks"]);
});

Deno.test("client poll - the common position is that of the service furthest behind", () => {
  const bench = new Bench().working();
  bench.answer("finance", 15, { ids: ["a"] });
  const [delivery] = bench.done;
  assert.deepEqual(bench.machine.position, AT_TEN);
  // What was delivered counts where its service is: others may stand in between.
  assert.ok(delivery?.type === "deliver" && delivery.seq === 15 && delivery.ageMs === 40);
  bench.answer("tasks", 13);
  assert.deepEqual(bench.machine.position, { seq: 13, epoch: "e1" });
  bench.answer("tasks", 4);
  assert.deepEqual(bench.machine.position, { seq: 13, epoch: "e1" }, "never back");
});

Deno.test("client poll - an event that was seen on the stream or by an earlier poll is delivered once", () => {
  const dedup = new Dedup();
  dedup.seen(1, "a");
  const bench = new Bench(TWO, dedup).start();
  assert.deepEqual(bench.answer("finance", 12, { ids: ["a", "b"] }).told, ["subscribed", ["b"]]);
  assert.deepEqual(bench.answer("tasks", 12, { ids: ["b"] }).told, []);
});

Deno.test("client poll - a page without a position asks for snapshots once all services are followed", () => {
  const bench = new Bench().start(NOWHERE);
  assert.deepEqual(bench.polls, [["finance", 0, 0], ["tasks", 0, 0]]);
  assert.deepEqual(bench.answer("finance", 7).told, []);
  assert.deepEqual(bench.machine.position, NOWHERE);
  assert.deepEqual(bench.answer("tasks", 9).told, ["subscribed", "refetch start"]);
  assert.deepEqual(bench.machine.position, { seq: 7, epoch: "e1" });
});

Deno.test("client poll - one that is switched off or refused does not keep a page without a position waiting", () => {
  for (const failure of [{ kind: "switched_off" }, { kind: "refused", message: "no" }] as const) {
    const bench = new Bench().start(NOWHERE).answer("finance", 7);
    assert.deepEqual(
      bench.fail("tasks", failure).told.slice(-2),
      ["subscribed", "refetch start"],
      failure.kind,
    );
    assert.deepEqual(bench.machine.position, { seq: 7, epoch: "e1" });
    // It is followed from where the snapshots count.
    bench.give({ type: "subscribe", subscription: { services: ["tasks"], propertyId: null } });
    assert.deepEqual(bench.polls, [["tasks", 7, 0]], failure.kind);
  }
});

Deno.test("client poll - services that are switched off are not asked, and go on where they stood", () => {
  const bench = new Bench();
  bench.give({ type: "switched", on: ["tasks"] });
  bench.start();
  assert.deepEqual([bench.polls, bench.machine.status.off], [[["tasks", 10, 0]], ["finance"]]);
  bench.answer("tasks", 30);
  assert.deepEqual(bench.machine.position, AT_TEN, "what finance tells is not known");
  assert.deepEqual(bench.give({ type: "switched", on: ["tasks"] }).done, [], "nothing has changed");
  bench.give({ type: "switched", on: ["finance", "tasks"] });
  assert.deepEqual(bench.polls, [["finance", 10, POLL_WAIT_MS], ["tasks", 30, POLL_WAIT_MS]]);
  bench.fail("finance", { kind: "switched_off" });
  assert.deepEqual([bench.machine.status.off, bench.state], [["finance"], "polling"]);
});

Deno.test("client poll - with every service switched off it waits for nothing, and says so", () => {
  const bench = new Bench();
  bench.give({ type: "switched", on: [] });
  bench.start(NOWHERE);
  assert.deepEqual([bench.polls, bench.told], [[], ["subscribed", "refetch start"]]);
  assert.deepEqual([bench.state, bench.machine.status.off], ["polling", TWO]);
  bench.give({ type: "switched", on: ["tasks"] });
  // What happened before the first answer is in no snapshot of before.
  assert.deepEqual(bench.answer("tasks", 5).told, ["subscribed", "refetch start"]);
});

Deno.test("client poll - a refused service is told once, and not asked again when the flags are read", () => {
  const bench = new Bench().working();
  bench.fail("finance", { kind: "refused", message: "not yours" });
  assert.deepEqual(bench.told, ["refused"]);
  assert.deepEqual(bench.give({ type: "switched", on: TWO }).polls, []);
  assert.deepEqual(bench.machine.status.off, ["finance"]);
});

Deno.test("client poll - a reset moves every service there, and asks for snapshots", () => {
  const bench = new Bench().working();
  bench.answer("finance", 50, { reset: "too_far" });
  assert.deepEqual(bench.told, ["refetch too_far", "abort"]);
  assert.deepEqual(bench.polls.map(([name, seq]) => [name, seq]), [["finance", 50], ["tasks", 50]]);
  const back = new Bench().working().answer("finance", 3, { reset: "ahead" });
  assert.deepEqual(back.machine.position, { seq: 3, epoch: "e1" });
});

Deno.test("client poll - an answer of another epoch is a reset, whatever it says", () => {
  const bench = new Bench().working().answer("tasks", 3, { epoch: "e2", ids: ["z"] });
  assert.deepEqual(bench.told, ["refetch recreated", "abort"]);
  assert.deepEqual(bench.machine.position, { seq: 3, epoch: "e2" });
});

Deno.test("client poll - an answer of an earlier turn comes too late", () => {
  const bench = new Bench().working();
  bench.give({ type: "subscribe", subscription: { services: ["tasks"], propertyId: 2 } });
  const { position } = bench.machine;
  assert.deepEqual(bench.answer("finance", 99, { ids: ["late"], turn: 1 }).done, []);
  assert.deepEqual(
    bench.give({ type: "failed", service: "tasks", turn: 1, failure: { kind: "network" } }).done,
    [],
  );
  assert.deepEqual(bench.machine.position, position);
});

Deno.test("client poll - a changed subscription is in force with the first answer to it", () => {
  const bench = new Bench().working();
  bench.answer("finance", 20);
  bench.give({ type: "subscribe", subscription: { services: ["finance", "users"], propertyId: 2 } });
  assert.deepEqual([bench.told, bench.polls], [["abort"], [["finance", 20, 0], ["users", 10, 0]]]);
  assert.deepEqual(bench.answer("users", 21, { ids: ["a"] }).told, [
    "subscribed",
    "refetch subscription",
    ["a"],
  ]);
  bench.give({ type: "offline" });
  // A page cannot read anything now: it is told when it can.
  bench.give({ type: "subscribe", subscription: { services: ["users"], propertyId: 2 } });
  assert.deepEqual(bench.told, []);
  bench.give({ type: "online" });
  assert.deepEqual(bench.answer("users", 21).told, ["subscribed", "refetch subscription"]);
});

Deno.test("client poll - failures wait longer and longer, and one success makes the waits short again", () => {
  const bench = new Bench().working();
  const states: string[] = [];
  for (const bound of [...BACKOFF_MS, BACKOFF_MS.at(-1)!]) {
    bench.fail("finance", { kind: "network" });
    assert.equal(bench.wait("retry"), Math.floor(bound * ALMOST_ONE));
    assert.equal(bench.machine.status.retryAt, bench.now + bench.wait("retry")!);
    states.push(bench.state);
    bench.give({ type: "timer", timer: "retry" });
  }
  assert.deepEqual(states.slice(0, 3), ["catching_up", "catching_up", "offline"]);
  assert.equal(bench.answer("finance", 11).state, "polling");
  assert.equal(bench.fail("tasks", { kind: "network" }).wait("retry"), 999);
});

Deno.test("client poll - a busy server is asked again when it wants, and not within a second", () => {
  const bench = new Bench().working();
  assert.equal(bench.fail("tasks", { kind: "busy", retryAfterMs: 7_000 }).wait("retry"), 7_000);
  bench.give({ type: "timer", timer: "retry" }).answer("tasks", 10);
  assert.equal(bench.fail("tasks", { kind: "busy", retryAfterMs: 0 }).wait("retry"), BUSY_MS_MIN);
  bench.give({ type: "timer", timer: "retry" }).answer("tasks", 10);
  bench.fail("finance", { kind: "busy", retryAfterMs: 1e12 });
  assert.equal(bench.wait("retry"), RECONNECT_IN_MS_MAX, "and not for ever");
  assert.deepEqual(bench.give({ type: "retry" }).polls.length, 2, "unless the person does not want to wait");
});

Deno.test("client poll - a token that has ended is renewed once; one that does not help ends it", () => {
  const bench = new Bench().working();
  bench.fail("finance", { kind: "unauthenticated" });
  assert.deepEqual([bench.told, bench.state], [["abort", "token_needed"], "catching_up"]);
  assert.deepEqual(bench.fail("tasks", { kind: "unauthenticated" }).told, [], "the others know it too");
  assert.equal(bench.give({ type: "renewed" }).polls.length, 2);
  assert.equal(bench.fail("finance", { kind: "unauthenticated" }).state, "signed_out");
  for (const type of ["online", "retry", "renewed"] as const) {
    assert.deepEqual(bench.give({ type }).polls, []);
  }
  const again = new Bench().working().fail("finance", { kind: "unauthenticated" });
  again.give({ type: "renewed" }).answer("finance", 11);
  assert.deepEqual(again.fail("tasks", { kind: "unauthenticated" }).told, ["token_needed"]);
  again.give({ type: "renewal_failed" });
  assert.ok(again.wait("retry")! > 0);
  assert.equal(new Bench().working().give({ type: "session_ended" }).state, "signed_out");
});

Deno.test("client poll - nothing is asked while offline, and everything once it is over", () => {
  const bench = new Bench().working();
  assert.deepEqual([bench.give({ type: "offline" }).told, bench.state], [["abort"], "offline"]);
  assert.deepEqual(bench.give({ type: "timer", timer: "retry" }).polls, []);
  assert.equal(bench.give({ type: "online" }).polls.length, 2);
  // A device that does not know that it is offline finds out by failing.
  bench.give({ type: "offline" }).give({ type: "retry" }).fail("tasks", { kind: "network" });
  assert.deepEqual([bench.state, bench.wait("retry")], ["offline", undefined]);
  const asleep = new Bench().give({ type: "start", online: false, position: AT_TEN });
  assert.deepEqual([asleep.polls, asleep.state], [[], "offline"]);
});

Deno.test("client poll - stopped it leaves nothing under way, and can start again from elsewhere", () => {
  const bench = new Bench().working().give({ type: "stop" });
  assert.deepEqual(bench.done.map(({ type }) => type), ["abort", "cancel", "cancel", "status"]);
  assert.deepEqual(bench.answer("tasks", 99).done, []);
  assert.deepEqual(bench.start({ seq: 44, epoch: "e2" }).polls, [["finance", 44, 0], ["tasks", 44, 0]]);
  assert.equal(bench.state, "catching_up", "it has polled before");
  assert.deepEqual(bench.start().done, [], "one start is enough");
});

Deno.test("client poll - a server that sends everybody away says when to begin", () => {
  const bench = new Bench();
  bench.give({ type: "start", online: true, position: AT_TEN, waitMs: 700 });
  assert.deepEqual([bench.polls, bench.wait("retry")], [[], 700]);
  assert.equal(bench.give({ type: "timer", timer: "retry" }).polls.length, 2);
});
