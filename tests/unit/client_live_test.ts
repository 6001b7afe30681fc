import assert from "node:assert/strict";
import fc from "fast-check";
import { formatMoney, formatTime } from "@/lib/live/formats.ts";
import { relativeTime } from "@/lib/live/relative_time.ts";
import { summaryOf } from "@/lib/live/summary.ts";
import { SERVICES } from "@/lib/protocol/services.ts";

const INDIA = { locale: "en-IN", timeZone: "Asia/Kolkata" };
const AT = "2026-11-23T13:00:05.000Z";

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
