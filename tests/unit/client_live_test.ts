import assert from "node:assert/strict";
import fc from "fast-check";
import type { ClientEvent } from "@/lib/client/server_frames.ts";
import { type Card, CARD_ITEMS_MAX, narrow, newCard, receive, release, replace } from "@/lib/live/card.ts";
import { formatMoney, formatTime } from "@/lib/live/formats.ts";
import { type Item, itemOfEvent, itemOfRecord } from "@/lib/live/item.ts";
import { relativeTime } from "@/lib/live/relative_time.ts";
import { summaryOf } from "@/lib/live/summary.ts";
import { SERVICES } from "@/lib/protocol/services.ts";

const INDIA = { locale: "en-IN", timeZone: "Asia/Kolkata" };
const AT = "2026-11-23T13:00:05.000Z";

function record(id: number, version = 1, more: Record<string, unknown> = {}): Item {
  return itemOfRecord(
    "task",
    { id, version, propertyId: 1, updatedAt: AT, title: `Task ${id}`, ...more },
    INDIA,
  );
}

function event(id: number, version: number | undefined, seq: number, more: Partial<ClientEvent> = {}): Item {
  const happened = {
    id: `e-${id}-${version}-${seq}`,
    entity: "task",
    action: "updated",
    propertyId: 1,
    at: AT,
    data: { id, title: `Task ${id}` },
    ...(version !== undefined && { version }),
    ...more,
  };
  return itemOfEvent(happened, seq, INDIA);
}

function titles({ items }: Card): string[] {
  return items.map(({ title }) => title);
}

Deno.test("client live - what the snapshot has already is not told again by the stream", () => {
  const card = newCard("tasks", [record(1, 3), record(2, 1)]);
  const after = receive(card, [event(1, 2, 8), event(1, 3, 9), event(2, 2, 10), event(3, 1, 11)], false);
  assert.deepEqual([after.count, titles(after)], [2, ["Task 3", "Task 2", "Task 1", "Task 2"]]);
});

Deno.test("client live - events without a version are told apart by their id", () => {
  const after = receive(newCard("tasks", []), [event(1, undefined, 8), event(1, undefined, 9)], false);
  assert.equal(after.count, 2);
});

Deno.test("client live - a held card does not change until it is let go", () => {
  const card = newCard("tasks", [record(1)]);
  const held = receive(receive(card, [event(2, 1, 8)], true), [event(3, 1, 9)], true);
  assert.deepEqual([held.items, held.heldCount, held.count], [card.items, 2, 2]);
  const shown = release(held);
  assert.deepEqual([titles(shown), shown.heldCount], [["Task 3", "Task 2", "Task 1"], 0]);
});

Deno.test("client live - a removed record keeps its name", () => {
  const gone = event(1, 2, 8, { action: "deleted", data: { id: 1, propertyId: 1 } });
  const after = receive(newCard("tasks", [record(1)]), [gone], false);
  assert.deepEqual(titles(after), ["Task 1", "Task 1"]);
  assert.deepEqual(titles(receive(newCard("tasks", []), [gone], false)), ["Task 1"]);
});

Deno.test("client live - a snapshot keeps what arrived after it was read", () => {
  const card = receive(newCard("tasks", [record(1)]), [event(2, 1, 11), event(3, 1, 12)], false);
  const after = replace(card, [record(2), record(1)], 11);
  assert.deepEqual(titles(after), ["Task 3", "Task 2", "Task 1"]);
  assert.equal(after.items[1], card.items[1], "the same line, so that it does not slide in again");
});

Deno.test("client live - one property shows its own and the whole organisation's", () => {
  const other = event(2, 1, 8, { propertyId: 2 });
  const whole = event(3, 1, 9, { propertyId: null });
  const card = receive(receive(newCard("tasks", [record(1)]), [other, whole], false), [other], true);
  assert.deepEqual(titles(narrow(card, 1)), ["Task 3", "Task 1"]);
  assert.equal(narrow(card, null), card);
});

Deno.test("client live - cards stay bounded, and every event is counted once", () => {
  const versions = fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.boolean()), { maxLength: 200 });
  fc.assert(fc.property(versions, (moves) => {
    let card = newCard("tasks", []);
    const version = new Map<number, number>();
    moves.forEach(([id, hold], seq) => {
      const next = (version.get(id) ?? 0) + 1;
      version.set(id, next);
      card = receive(card, [event(id, next, seq)], hold);
      if (!hold) card = release(card);
      assert.ok(card.items.length <= CARD_ITEMS_MAX && card.held.length <= CARD_ITEMS_MAX);
    });
    assert.equal(card.count, moves.length);
    const keys = [...card.held, ...card.items].map(({ key }) => key);
    assert.equal(new Set(keys).size, keys.length);
  }));
});

Deno.test("client live - records are told in a line", () => {
  const told = (entity: string, data: Record<string, unknown>) => {
    const { title, detail } = summaryOf(entity, data, INDIA);
    return [title, detail];
  };
  assert.deepEqual(told("revenue", { amount: 1000, currency: "INR", category: "other" }), [
    "Revenue 1,000.00 INR",
    "",
  ]);
  assert.deepEqual(
    told("expense", { amount: 1234567.5, currency: "INR", description: "Linen", vendor: "Asha" }),
    [
      "Expense 12,34,567.50 INR",
      "Linen · Asha",
    ],
  );
  assert.deepEqual(told("room", { number: "103", status: "out_of_order", kind: "suite" }), [
    "Room 103",
    "out of order · suite",
  ]);
  assert.deepEqual(told("task", { title: "Check\nthe  pump", status: "open", priority: "normal" }), [
    "Check the pump",
    "open",
  ]);
  assert.deepEqual(
    told("leave", { kind: "sick", startsOn: "2026-12-03", endsOn: "2026-12-03", status: "pending" }),
    [
      "Sick leave",
      "3 Dec 2026 · pending",
    ],
  );
  assert.deepEqual(told("metrics", { figures: { openTasks: 3, occupancy: 62.5, note: "x" } }), [
    "Open tasks 3, occupancy 62.5",
    "",
  ]);
  assert.deepEqual(told("guest", { id: 12 }), ["Guest 12", ""]);
  assert.deepEqual(told("guest", {}), ["Guest", ""]);
});

Deno.test("client live - whatever a publisher sends becomes one bounded line", () => {
  const entities = Object.values(SERVICES).flatMap(({ entities }) => entities as readonly string[]);
  const names = [
    "id",
    "name",
    "title",
    "amount",
    "currency",
    "status",
    "kind",
    "figures",
    "startsAt",
    "day",
    "number",
  ];
  const data = fc.dictionary(
    fc.constantFrom(...names),
    fc.oneof(fc.jsonValue(), fc.string({ unit: "binary" })),
  );
  fc.assert(fc.property(fc.constantFrom(...entities, "constructor", "__proto__"), data, (entity, given) => {
    const { title, detail } = summaryOf(entity, given as Record<string, unknown>, INDIA);
    assert.ok([...title].length <= 160 && [...detail].length <= 160);
    assert.ok(title.length > 0 && !/[\r\n\t]/.test(title + detail));
  }));
});

Deno.test("client live - money has the decimals of its currency and the grouping of the place", () => {
  assert.equal(formatMoney(123456, "JPY", { locale: "en", timeZone: "UTC" }), "123,456 JPY");
  assert.equal(formatMoney(1.5, "KWD", { locale: "de", timeZone: "UTC" }), "1,500 KWD");
  assert.equal(formatMoney(1.5, "", { locale: "en", timeZone: "UTC" }), "1.5");
  assert.equal(formatMoney(1.5, "rupees?", { locale: "en", timeZone: "UTC" }), "1.5 rupees?");
});

Deno.test("client live - times are told in the zone of the property, days are days everywhere", () => {
  assert.equal(formatTime(AT, "moment", INDIA), "23 Nov, 18:30");
  assert.equal(
    formatTime("2026-11-23", "day", { locale: "en-IN", timeZone: "America/New_York" }),
    "23 Nov 2026",
  );
  assert.equal(formatTime("soon", "day", INDIA), "soon");
});

Deno.test("client live - how long ago it was, in few words", () => {
  const now = Date.parse(AT);
  const ago = (seconds: number) => relativeTime(now - seconds * 1000, now);
  assert.deepEqual([-60, 0, 44, 45, 119, 3_599, 3_600, 86_399, 86_400, 6 * 86_400, 8 * 86_400].map(ago), [
    "just now",
    "just now",
    "just now",
    "1 min ago",
    "1 min ago",
    "59 min ago",
    "1 h ago",
    "23 h ago",
    "1 d ago",
    "6 d ago",
    undefined,
  ]);
});
