import assert from "node:assert/strict";
import type { Subscription } from "@/lib/protocol/frames.ts";
import type { Service } from "@/lib/protocol/services.ts";
import { Inbox } from "@/lib/client/inbox.ts";
import { NOWHERE, type Position } from "@/lib/client/position.ts";
import { type Batch, RECENT_CHARS_MAX, RECENT_EVENTS_MAX, RecentEvents } from "@/lib/client/recent_events.ts";
import type { ClientEvent } from "@/lib/client/server_frames.ts";
import { covers, isSameSubscription, isWished, TABS_MAX, Wishes } from "@/lib/client/wishes.ts";

const ALL: Subscription = { services: ["finance", "tasks"], propertyId: null };
const at = (seq: number, epoch: string | null = "e1"): Position => ({ seq, epoch });

function event(id: string, propertyId: number | null = 1, action = "created"): ClientEvent {
  return { id, entity: "task", action, propertyId, at: "2026-01-01T00:00:00Z", data: {} };
}

function batch(seq: number, ids: string[], { service = "tasks" as Service, chars = 10 } = {}): Batch {
  return { service, events: ids.map((id) => event(id)), seq, ageMs: 5, chars };
}

function idsOf(batches: readonly Batch[] | undefined): string[] | undefined {
  return batches?.flatMap(({ events }) => events.map(({ id }) => id));
}

function inbox(
  { wish = ALL, position = at(10), failed = (error: unknown): void => assert.fail(String(error)) } = {},
) {
  return new Inbox({ orgId: 1, position, wish: () => wish, failed });
}

Deno.test("client inbox - a listener gets what fits its filter and the wish of the tab, with its service", () => {
  const box = inbox({ wish: { services: ["tasks"], propertyId: 2 } });
  const heard: string[] = [];
  box.on({}, (events) => heard.push(...events.map(({ id, service, seq }) => `${id} ${service} ${seq}`)));
  box.on({ entity: "room" }, () => assert.fail("no room"));
  box.on(
    { service: "tasks", entity: "task", action: "deleted" },
    (events) => heard.push(`deleted ${events[0]!.id}`),
  );
  const events = [event("mine", 2), event("other", 1), event("all", null), event("gone", 2, "deleted")];
  box.take({ ...batch(11, []), events }, 7_000);
  box.take(batch(12, ["f"], { service: "finance" }), 8_000);
  assert.deepEqual(heard, ["mine tasks 11", "all tasks 11", "gone tasks 11", "deleted gone"]);
  assert.deepEqual([box.received, box.last], [3, { receivedAt: 7_000, ageMs: 5 }]);
});

Deno.test("client inbox - each event is handed over once, by whichever way it comes", () => {
  const box = inbox();
  const heard: string[] = [];
  const end = box.on({}, (events) => heard.push(...events.map(({ id }) => id)));
  box.takeNew(batch(11, ["a", "b"]), 0);
  box.takeNew(batch(12, ["b", "c"]), 0);
  box.takeNew(batch(12, ["b", "c"]), 0);
  assert.deepEqual(heard, ["a", "b", "c"]);
  assert.ok(box.dedup.seen(1, "c"), "a connection of this tab knows them too");
  end();
  box.takeNew(batch(13, ["d"]), 0);
  assert.deepEqual([heard.length, box.received], [3, 4]);
});

Deno.test("client inbox - a listener that throws, ends or begins does not keep the others from hearing", () => {
  const failures: unknown[] = [];
  const box = inbox({ failed: (error) => failures.push(error) });
  const heard: string[] = [];
  const ends: (() => void)[] = [];
  ends.push(box.on({}, () => ends[0]!()));
  box.on({}, () => {
    throw new Error("mine");
  });
  box.on({}, () => {
    heard.push("third");
    box.on({}, () => heard.push("late"));
  });
  box.take(batch(11, ["a"]), 0);
  assert.deepEqual([heard, failures.map(String)], [["third"], ["Error: mine"]]);
});

Deno.test("client inbox - what a tab may have missed is known from where it was complete", () => {
  const box = inbox();
  box.take(batch(12, ["a"]), 0);
  box.take(batch(15, ["b"]), 0);
  assert.deepEqual(idsOf(box.since(at(10))), ["a", "b"]);
  assert.deepEqual(idsOf(box.since(at(13))), ["b"]);
  // Polled services are not equally far: what came at this very place may be unknown there.
  assert.deepEqual(idsOf(box.since(at(15))), ["b"]);
  assert.deepEqual(idsOf(box.since(at(16))), []);
  for (const unknown of [at(9), at(12, "e2"), NOWHERE]) assert.equal(box.since(unknown), undefined);
});

Deno.test("client inbox - more services from here on: older events are kept, and older places unknown", () => {
  const box = inbox();
  box.take(batch(30, ["ahead"]), 0);
  box.moveTo(at(12));
  box.completeFrom(at(12));
  assert.equal(box.since(at(11)), undefined);
  assert.deepEqual(idsOf(box.since(at(12))), ["ahead"]);
  box.completeFrom(at(11));
  assert.equal(box.since(at(11)), undefined, "what was unknown stays so");
});

Deno.test("client inbox - a reset forgets what was before, also where it leads back", () => {
  const box = inbox();
  box.take(batch(12, ["a"]), 0);
  box.restartAt(at(3, "e2"));
  assert.deepEqual([box.position, idsOf(box.since(at(3, "e2"))), box.since(at(10))], [
    at(3, "e2"),
    [],
    undefined,
  ]);
});

Deno.test("client inbox - the first place that is known counts from then on", () => {
  const box = inbox({ position: NOWHERE });
  assert.equal(box.since(NOWHERE), undefined);
  box.take(batch(15, ["ahead"]), 0);
  box.moveTo(at(10));
  assert.deepEqual([idsOf(box.since(at(10))), box.since(at(9))], [["ahead"], undefined]);
});

Deno.test("client inbox - recent events are bounded by number and by text, and say what they have no more", () => {
  const many = new RecentEvents(at(0));
  for (let seq = 1; seq <= RECENT_EVENTS_MAX; seq++) many.add(batch(seq, [`${seq}`]));
  assert.equal(many.since(at(0))?.length, RECENT_EVENTS_MAX);
  many.add(batch(RECENT_EVENTS_MAX + 1, ["one more"]));
  assert.equal(many.since(at(0)), undefined);
  assert.equal(many.since(at(1)), undefined, "whoever stands there may lack what is gone");
  assert.equal(many.since(at(2))?.length, RECENT_EVENTS_MAX);
  const long = new RecentEvents(at(0));
  long.add(batch(1, ["a"], { chars: RECENT_CHARS_MAX }));
  assert.deepEqual(idsOf(long.since(at(0))), ["a"]);
  long.add(batch(2, ["b"], { chars: 1 }));
  assert.deepEqual([long.since(at(1)), idsOf(long.since(at(2)))], [undefined, ["b"]]);
  long.add(batch(3, ["c"], { chars: RECENT_CHARS_MAX + 1 }));
  assert.deepEqual([long.since(at(3)), idsOf(long.since(at(4)))], [undefined, []], "too much for itself");
});

Deno.test("client inbox - what is told again takes no second place among the recent events", () => {
  const box = inbox();
  for (let i = 0; i < 3; i++) {
    for (const replayed of [batch(11, ["a"]), ...box.since(at(10))!]) box.takeNew(replayed, 0);
  }
  box.takeNew(batch(12, ["a", "b"]), 0);
  assert.deepEqual(box.since(at(10))?.map(({ events }) => events.map(({ id }) => id)), [["a"], ["b"]]);
});

Deno.test("client inbox - the wishes of all tabs are met by one subscription", () => {
  const wishes = new Wishes();
  const own: Subscription = { services: ["tasks"], propertyId: 2 };
  assert.deepEqual(wishes.unionWith(own), own);
  wishes.set("a", { services: ["users", "finance"], propertyId: 2 });
  assert.deepEqual(wishes.unionWith(own), { services: ["finance", "tasks", "users"], propertyId: 2 });
  wishes.set("b", { services: ["tasks"], propertyId: 3 });
  assert.equal(wishes.unionWith(own).propertyId, null);
  wishes.set("b", { services: ["tasks"], propertyId: 2 });
  wishes.delete("a");
  assert.deepEqual(wishes.unionWith(own), own);
});

Deno.test("client inbox - a person with more tabs than are known one by one still sees everything in each", () => {
  const wishes = new Wishes();
  wishes.set("first", { services: ["finance"], propertyId: 7 });
  for (let i = 0; i < TABS_MAX; i++) wishes.set(`tab ${i}`, { services: ["tasks"], propertyId: 7 });
  const union = wishes.unionWith({ services: ["tasks"], propertyId: 7 });
  assert.deepEqual(union, { services: ["finance", "tasks"], propertyId: 7 });
  assert.deepEqual([wishes.has("first"), wishes.has("tab 0")], [false, true]);
  wishes.set("tab 1", { services: ["tasks"], propertyId: 7 });
  assert.equal(wishes.has("tab 0"), true, "one that is known takes nobody's place");
});

Deno.test("client inbox - a subscription covers what it holds, and what concerns everybody is everybody's", () => {
  const one: Subscription = { services: ["tasks"], propertyId: 1 };
  assert.deepEqual([covers(ALL, one), covers(one, ALL)], [true, false]);
  assert.equal(covers(one, { ...one, propertyId: 2 }), false);
  assert.equal(covers(one, { ...one, propertyId: null }), false);
  assert.equal(isSameSubscription(ALL, { services: ["tasks", "finance"], propertyId: null }), true);
  assert.deepEqual([1, 2, null].map((property) => isWished(one, "tasks", property)), [true, false, true]);
  assert.equal(isWished(one, "finance", 1), false);
});
