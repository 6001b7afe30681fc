import assert from "node:assert/strict";
import fc from "fast-check";
import { failureOf, progressOf, shownFigures } from "@/lib/pages/reports/figures.ts";
import { monthName, PRESETS, presetSpan, spanName } from "@/lib/pages/reports/periods.ts";

const place = { locale: "en-GB", timeZone: "Asia/Kolkata" };

Deno.test("reports - a preset is the whole month or quarter, whatever the day", () => {
  const spans = (today: string) =>
    PRESETS.map((preset) => Object.values(presetSpan(preset, today)).join(" "));
  assert.deepEqual(spans("2026-11-24"), [
    "2026-11-01 2026-11-30",
    "2026-10-01 2026-10-31",
    "2026-10-01 2026-12-31",
  ]);
  assert.deepEqual(spans("2024-03-31"), [
    "2024-03-01 2024-03-31",
    "2024-02-01 2024-02-29",
    "2024-01-01 2024-03-31",
  ]);
  assert.deepEqual(spans("2026-01-01"), [
    "2026-01-01 2026-01-31",
    "2025-12-01 2025-12-31",
    "2026-01-01 2026-03-31",
  ]);
});

Deno.test("reports - a whole month is called by its name, anything else by its days", () => {
  assert.equal(spanName({ startsOn: "2026-11-01", endsOn: "2026-11-30" }, place), "November 2026");
  assert.equal(spanName({ startsOn: "2026-11-01", endsOn: "2026-11-29" }, place), "1 Nov 2026 – 29 Nov 2026");
  assert.equal(spanName({ startsOn: "2026-11-05", endsOn: "2026-11-05" }, place), "5 Nov 2026");
  assert.equal(monthName("2026-02", place), "February 2026");
  assert.equal(monthName("soon", place), "soon");
});

Deno.test("reports - figures are shown as they were derived", () => {
  const side = { total: 5, count: 2, byCategory: [{ category: "rooms", total: 5, count: 2 }] };
  const figures = {
    currency: "EUR",
    revenue: side,
    expense: { total: 1, count: 1, byCategory: [] },
    result: 4,
    byMonth: [{ month: "2026-11", revenue: 5, expense: 1, result: 4 }],
    otherCurrencies: { USD: { revenue: 7, expense: 0 } },
  };
  assert.deepEqual(shownFigures(figures, "INR"), {
    currency: "EUR",
    revenue: side,
    expense: figures.expense,
    result: 4,
    periods: [{ name: "2026-11", revenue: 5, expense: 1, result: 4 }],
    others: [["USD", { revenue: 7, expense: 0 }]],
  });
  assert.deepEqual([{ progress: 40 }, { progress: 400 }, { progress: "4" }, null].map(progressOf), [
    40,
    100,
    null,
    null,
  ]);
  assert.deepEqual([{ error: "too long" }, {}].map(failureOf), ["too long", null]);
});

Deno.test("reports - whatever another program has put there is read without fail", () => {
  fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), (whole, part) => {
    for (
      const figures of [whole, {
        revenue: part,
        byMonth: [part, whole],
        byYear: part,
        otherCurrencies: whole,
      }]
    ) {
      const { revenue, periods, result } = shownFigures(figures, "INR");
      assert.ok([revenue.total, result, ...periods.map((one) => one.revenue)].every(Number.isFinite));
      progressOf(figures);
      failureOf(figures);
    }
  }));
});
