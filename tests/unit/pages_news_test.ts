import assert from "node:assert/strict";
import type { LiveEvent } from "@/lib/client/client_types.ts";
import { lineOf, passes } from "@/lib/live/news_line.ts";
import { isFigures, NEWS_EVENTS_MAX, newsCounts, NewsList } from "@/lib/live/news_list.ts";

function event(id: number, rest: Partial<LiveEvent> = {}): LiveEvent {
  return {
    id: `e${id}`,
    seq: id,
    service: "tasks",
    entity: "task",
    action: "created",
    propertyId: 1,
    at: "2026-11-24T10:00:00.000Z",
    data: { id, title: `Task ${id}` },
    ...rest,
  };
}

const ids = (events: readonly LiveEvent[]) => events.map(({ seq }) => seq);
const all = () => true;

Deno.test("news - the newest stands on top, and what is told twice stands there once", () => {
  const list = new NewsList([event(2), event(1)], all);
  list.add([event(2), event(3), event(4)]);
  assert.deepEqual(ids(list.events), [4, 3, 2, 1]);
  assert.deepEqual(list.events.map((one) => list.isNew(one)), [true, true, false, false]);
  list.settle();
  assert.equal(list.isNew(event(4)), false);
});

Deno.test("news - while it is held nothing moves, and what came is let in together", () => {
  const list = new NewsList([event(1)], all);
  list.hold(true);
  list.add([event(2)]);
  list.add([event(2), event(3)]);
  assert.deepEqual([ids(list.events), ids(list.waiting)], [[1], [3, 2]]);
  list.release();
  assert.deepEqual([ids(list.events), ids(list.waiting)], [[3, 2, 1], []]);
  list.add([event(4)]);
  assert.deepEqual(ids(list.waiting), [4], "it is held still");
  list.hold(false);
  assert.deepEqual(ids(list.events), [4, 3, 2, 1]);
});

Deno.test("news - a list that is read again takes the place of the old one; what came meanwhile stays", () => {
  const list = new NewsList([event(902), event(901)], all);
  list.add([event(903)]);
  list.beginReading();
  list.add([event(3)]);
  list.hold(true);
  list.add([event(5), event(2)]);
  // The stream was made anew: its numbers begin again.
  list.read([event(2), event(1)]);
  assert.deepEqual([ids(list.events), ids(list.waiting)], [[3, 2, 1], [5]]);
});

Deno.test("news - it keeps so many and no more, shown or waiting", () => {
  const list = new NewsList([], all);
  const many = Array.from({ length: NEWS_EVENTS_MAX + 10 }, (_, i) => event(i + 1));
  list.add(many);
  assert.equal(list.events.length, NEWS_EVENTS_MAX);
  assert.equal(list.events[0]!.seq, NEWS_EVENTS_MAX + 10);
  assert.equal(list.isNew(many[0]!), false, "what is gone is not remembered");
  list.hold(true);
  list.add(many.map((one) => ({ ...one, id: `${one.id}b` })));
  assert.equal(list.waiting.length, NEWS_EVENTS_MAX);
});

Deno.test("news - what does not belong is not there, also after it was narrowed", () => {
  let shown: number | null = null;
  const list = new NewsList([event(1)], ({ propertyId }) => shown === null || propertyId === shown);
  list.hold(true);
  list.add([event(2, { propertyId: 2 }), event(3)]);
  shown = 2;
  list.narrow();
  assert.deepEqual([ids(list.events), ids(list.waiting)], [[], [2]]);
  list.add([event(4), event(5, { propertyId: 2 })]);
  assert.deepEqual(ids(list.waiting), [5, 2]);
});

Deno.test("news - filters look at the service, the kind of action, and the words of a line", () => {
  const place = { locale: "en-IN", timeZone: "UTC" };
  const line = lineOf(event(7, { action: "deleted", data: { id: 7, title: "Mend the POOL pump" } }), place);
  const none = { service: "", kind: "", text: "" };
  const passing = (filter: Partial<typeof none>) => passes(line, { ...none, ...filter });
  assert.ok(passing({}) && passing({ service: "tasks", kind: "removed", text: "pool removed" }));
  assert.ok(passing({ text: "  task  " }));
  for (const wrong of [{ service: "finance" }, { kind: "added" }, { text: "pool sauna" }]) {
    assert.equal(passing(wrong), false);
  }
});

Deno.test("news - figures, and how far a report is, are no news unless they are asked for", () => {
  const figures = event(1, { service: "dashboard", entity: "metrics", action: "updated" });
  const report = (action: string) => event(2, { service: "reports", entity: "report", action });
  assert.deepEqual([figures, report("updated"), report("ready"), event(3)].map(isFigures), [
    true,
    true,
    false,
    false,
  ]);
  const line = lineOf(figures, { locale: "en", timeZone: "UTC" });
  assert.equal(passes(line, { service: "", kind: "", text: "" }), false);
  assert.ok(passes(line, { service: "dashboard", kind: "", text: "" }));
});

Deno.test("news - what is counted and announced is what happened, and not that figures were computed again", () => {
  const events = [event(1), event(2, { service: "finance" }), event(3), event(4, { service: "dashboard" })];
  assert.deepEqual([...newsCounts(events)], [["tasks", 2], ["finance", 1]]);
  assert.equal(newsCounts([event(5, { service: "analytics" })]).size, 0);
});
