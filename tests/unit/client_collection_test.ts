import assert from "node:assert/strict";
import fc from "fast-check";
import { type ClientRecord, Collection, GONE_MAX, type RecordPage } from "@/lib/client/collection.ts";
import type { ClientEvent } from "@/lib/client/server_frames.ts";

const AT = "2026-11-24T10:00:00.000Z";

function record(id: number, version = 1, more: Record<string, unknown> = {}): ClientRecord {
  return { id, propertyId: 1, version, createdAt: AT, status: "open", ...more };
}

function page(items: ClientRecord[], { next = null as string | null, seq = 10 } = {}): RecordPage {
  return { items, next, seq, epoch: "e" };
}

function event(action: string, data: Record<string, unknown>, version?: number): ClientEvent {
  const id = `${data.id}-${version}-${action}`;
  return {
    id,
    entity: "task",
    action,
    propertyId: 1,
    ...(version !== undefined && { version }),
    at: AT,
    data,
  };
}

function told(next: ClientRecord): ClientEvent {
  return event(next.version === 1 ? "created" : "updated", next, next.version);
}

function gone(id: number, version: number): ClientEvent {
  return event("deleted", { id, propertyId: 1 }, version);
}

function make(
  keep: (record: ClientRecord) => boolean = () => true,
  order: "asc" | "desc" = "desc",
): Collection {
  return new Collection({ order, keep });
}

function ids(collection: Collection): number[] {
  return collection.rows.map(({ record }) => record.id);
}

Deno.test("collection - what is told is merged with what was read, in the order of the list", () => {
  const tasks = make();
  tasks.read(page([record(3), record(2), record(1)]));
  assert.equal(tasks.apply(told(record(4)), 11), "changed");
  assert.equal(tasks.apply(told(record(2, 2, { status: "done" })), 12), "changed");
  assert.equal(tasks.apply(gone(1, 2), 13), "changed");
  assert.deepEqual(ids(tasks), [4, 3, 2]);
  assert.deepEqual(tasks.get(2)?.status, "done");
  assert.deepEqual(tasks.rows.map(({ isNew }) => isNew), [true, false, false]);
});

Deno.test("collection - the higher version counts, whichever came last", () => {
  const tasks = make();
  tasks.read(page([record(1, 3)]));
  assert.equal(tasks.apply(told(record(1, 2)), 11), "same");
  tasks.apply(told(record(1, 5)), 12);
  tasks.read(page([record(1, 4)]));
  assert.equal(tasks.get(1)?.version, 5);
  tasks.readOne(1, record(1, 4));
  assert.equal(tasks.get(1)?.version, 5);
});

Deno.test("collection - a list that was read before a removal does not bring the record back", () => {
  const tasks = make();
  tasks.read(page([record(2), record(1)]));
  tasks.apply(gone(1, 2), 11);
  tasks.read(page([record(2), record(1)], { seq: 10 }));
  assert.deepEqual(ids(tasks), [2]);
  // A record that moved away and back is at a higher version.
  tasks.apply(told(record(1, 3)), 12);
  assert.deepEqual(ids(tasks), [2, 1]);
});

Deno.test("collection - what a new reading lacks is gone, unless it came after it was read", () => {
  const tasks = make();
  tasks.read(page([record(2), record(1)]));
  tasks.apply(told(record(3)), 15);
  tasks.apply(told(record(4)), 25);
  tasks.read(page([record(2)], { seq: 20 }));
  assert.deepEqual(ids(tasks), [4, 2]);
});

Deno.test("collection - what lies beyond the pages that were read waits for them", () => {
  const tasks = make();
  tasks.read(page([record(9), record(8)], { next: "c" }));
  assert.equal(tasks.apply(told(record(5, 2)), 11), "same");
  assert.equal(tasks.apply(event("updated", { id: 5 }), 11), "same");
  tasks.readMore(page([record(7), record(5)], { next: null }));
  assert.deepEqual(ids(tasks), [9, 8, 7, 5]);
  assert.equal(tasks.apply(told(record(2, 2)), 12), "changed");
  assert.deepEqual(ids(tasks), [9, 8, 7, 5, 2]);
  const ascending = make(() => true, "asc");
  ascending.read(page([record(1), record(2)], { next: "c" }));
  assert.equal(ascending.apply(told(record(3)), 11), "same");
});

Deno.test("collection - an event that does not say the whole record asks for it", () => {
  const tasks = make();
  tasks.read(page([record(1)]));
  assert.equal(tasks.apply(event("updated", { id: 1, title: "x" }), 11), "unknown");
  assert.equal(tasks.apply(event("updated", { id: 1, title: "x" }, 7), 11), "unknown");
  assert.equal(
    tasks.apply(event("updated", { ...record(1, 2) }, 3), 11),
    "unknown",
    "its version is another",
  );
  assert.equal(tasks.apply(event("updated", { title: "no id" }), 11), "same");
  assert.equal(tasks.apply(event("updated", { id: "1" }), 11), "same");
  assert.deepEqual(tasks.get(1), record(1));
  tasks.readOne(1, record(1, 2));
  tasks.readOne(2, undefined);
  assert.equal(tasks.get(1)?.version, 2);
  tasks.readOne(1, undefined);
  assert.deepEqual(ids(tasks), []);
});

Deno.test("collection - a record leaves and comes as it stops and begins to belong", () => {
  const open = make(({ status }) => status === "open");
  open.read(page([record(1)]));
  open.apply(told(record(1, 2, { status: "done" })), 11);
  assert.deepEqual(ids(open), []);
  open.apply(told(record(1, 3)), 12);
  assert.deepEqual(ids(open), [1]);
  open.narrow(({ id }) => id > 1);
  assert.deepEqual(ids(open), []);
});

Deno.test("collection - while held nothing comes or goes, but what is there changes in place", () => {
  const tasks = make(({ status }) => status === "open");
  tasks.read(page([record(2), record(1)]));
  tasks.hold(true);
  tasks.apply(told(record(3)), 11);
  tasks.apply(told(record(4)), 12);
  tasks.apply(told(record(1, 2, { title: "renamed" })), 13);
  tasks.apply(told(record(2, 2, { status: "done" })), 14);
  assert.deepEqual(tasks.rows.map(({ record, isGone }) => [record.id, isGone]), [[2, true], [1, false]]);
  assert.deepEqual([tasks.get(1)?.title, tasks.heldCount], ["renamed", 2]);
  // One that is removed again before it was shown never was.
  tasks.apply(gone(4, 2), 15);
  assert.equal(tasks.heldCount, 1);
  tasks.hold(false);
  assert.deepEqual(ids(tasks), [3, 1]);
});

Deno.test("collection - of removed records the latest are remembered, as many as the bound says", () => {
  const tasks = make();
  for (let id = 1; id <= GONE_MAX + 1; id++) tasks.apply(gone(id, 2), 10 + id);
  tasks.read(page([record(2), record(1)], { seq: 5 }));
  assert.deepEqual(ids(tasks), [1], "the first one is forgotten");
});

Deno.test("collection - whatever the order of snapshots and events, it ends as the server has it", () => {
  const change = fc.record({ id: fc.integer({ min: 1, max: 4 }), remove: fc.boolean(), read: fc.boolean() });
  fc.assert(fc.property(fc.array(change, { maxLength: 40 }), fc.nat({ max: 5 }), (changes, lag) => {
    const server = new Map<number, number>();
    const tasks = make();
    const pages: RecordPage[] = [page([], { seq: 0 })];
    const events: [ClientEvent, number][] = [];
    let seq = 0;
    tasks.read(pages[0]!);
    // A record of an id that was removed comes back at a higher version, as one that moves between properties does.
    const versions = new Map<number, number>();
    for (const { id, remove, read } of changes) {
      const version = (versions.get(id) ?? 0) + 1;
      if (remove && !server.has(id)) continue;
      versions.set(id, version);
      if (remove) server.delete(id);
      else server.set(id, version);
      events.push([remove ? gone(id, version) : told(record(id, version)), ++seq]);
      const items = [...server].map(([id, version]) => record(id, version)).sort((a, b) => b.id - a.id);
      pages.push(page(items, { seq }));
      // A snapshot may be read before or after events of its time arrive.
      if (read) tasks.read(pages[Math.max(0, pages.length - 1 - lag)]!);
      const [next, at] = events[Math.max(0, events.length - 1 - lag)]!;
      tasks.apply(next, at);
    }
    for (const [next, at] of events) tasks.apply(next, at);
    const shown = tasks.rows.map(({ record }) => [record.id, record.version]);
    assert.deepEqual(shown, [...server].sort(([a], [b]) => b - a));
  }));
});
