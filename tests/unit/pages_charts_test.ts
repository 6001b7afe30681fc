import assert from "node:assert/strict";
import fc from "fast-check";
import type { ClientRecord } from "@/lib/client/collection.ts";
import { daySums, meanOf } from "@/lib/pages/analytics/sums.ts";
import {
  areaPath,
  axisTop,
  barsPath,
  CHART_HEIGHT,
  heightAt,
  linePath,
  placeAt,
} from "@/lib/ui/chart_scale.ts";
import { figureOf, sumOf } from "@/lib/ui/figure_of.ts";

Deno.test("charts - an axis ends at a round number above all values, whose half can be told without decimals", () => {
  assert.deepEqual([[], [3], [7.2], [11], [70], [340_000]].map((values) => axisTop(values, 0)), [
    2,
    4,
    8,
    20,
    80,
    400_000,
  ]);
  assert.equal(axisTop([55], 100), 100);
  fc.assert(fc.property(fc.array(fc.double({ min: -1e9, max: 1e12, noNaN: true })), (values) => {
    const top = axisTop(values, 0);
    assert.ok(values.every((value) => value <= top) && Number.isInteger(top / 2), `${top}`);
  }));
});

Deno.test("charts - whatever the values, what is drawn stays within the chart", () => {
  const value = fc.option(fc.double({ noDefaultInfinity: true, noNaN: true }));
  fc.assert(fc.property(fc.array(value, { minLength: 1, maxLength: 90 }), (values) => {
    const top = axisTop(values.filter((value) => value !== null), 0);
    const paths = [
      linePath(values, top),
      areaPath(values, top),
      barsPath(values, { top, index: 1, count: 2 }),
    ];
    assert.ok(paths.every((path) => !/NaN|Infinity|e[+-]/.test(path)), paths.join(" "));
    for (const one of values) {
      const y = heightAt(one ?? 0, top);
      assert.ok(y >= 0 && y <= CHART_HEIGHT);
    }
  }));
});

Deno.test("charts - a line is interrupted where nothing is known, and bars of two series stand side by side", () => {
  assert.equal(linePath([1, null, 2, 4], 4), "M0.5 75M2.5 50L3.5 0");
  assert.equal(areaPath([null, 2, 4], 4), "M1.5 100L1.5 50L2.5 0L2.5 100Z");
  assert.equal(
    barsPath([4, 0, null, 2, 1], { top: 4, index: 0, count: 2 }),
    "M0.14 100V0h0.36V100ZM3.14 100V50h0.36V100ZM4.14 100V75h0.36V100Z",
  );
  assert.equal(barsPath([4], { top: 4, index: 1, count: 2 }), "M0.5 100V0h0.15V100Z");
});

Deno.test("charts - the pointer is at one of the places, also at its edges", () => {
  assert.deepEqual([-3, 0, 49, 50, 100, 900].map((x) => placeAt(x, 100, 2)), [0, 0, 0, 1, 1, 1]);
  assert.deepEqual([placeAt(1, 0, 2), placeAt(1, 9, 0)], [null, null]);
});

Deno.test("figures - what is no number is not known, and hundredths do not drift", () => {
  assert.deepEqual(
    [{ a: 1 }, { a: "1" }, { a: NaN }, {}, null, undefined, 7].map((figures) => figureOf(figures, "a")),
    [
      1,
      null,
      null,
      null,
      null,
      null,
      null,
    ],
  );
  assert.equal(sumOf([0.1, 0.2, null]), 0.3);
  assert.equal(sumOf([null]), null);
});

const statistic = (propertyId: number, day: string, figures: object): ClientRecord => ({
  id: propertyId,
  propertyId,
  version: 1,
  day,
  figures: { currency: "INR", ...figures },
});
const days = ["2026-11-01", "2026-11-02", "2026-11-03"];
const base = { days, roomsOf: () => null, currency: "INR" };

Deno.test("analytics - properties are added up day by day; days outside and other currencies are left out", () => {
  const statistics = [
    statistic(1, days[1]!, { revenue: 10.1, arrivals: 2, tasksDone: 1 }),
    statistic(2, days[1]!, {
      revenue: 0.2,
      arrivals: 1,
      otherCurrencies: { USD: { revenue: 5, expense: 0 } },
    }),
    statistic(1, days[2]!, { revenue: 7, currency: "USD", arrivals: 4 }),
    statistic(1, "2026-10-31", { revenue: 99 }),
  ];
  const sums = daySums({ ...base, statistics });
  assert.deepEqual(sums.revenue, [0, 10.3, 0]);
  assert.deepEqual(sums.arrivals, [0, 3, 4]);
  assert.deepEqual(sums.tasksDone, [0, 1, 0]);
  assert.equal(sums.hasOthers, true);
  assert.equal(daySums({ ...base, statistics: statistics.slice(0, 1) }).hasOthers, false);
});

Deno.test("analytics - occupancy counts rooms, not properties, and begins with the first day that is known", () => {
  const statistics = [
    statistic(1, days[1]!, { roomNights: 24, occupancyPercent: 80 }),
    statistic(2, days[1]!, { roomNights: 0, occupancyPercent: 0 }),
  ];
  const rooms = new Map([[1, 30], [2, 10]]);
  const occupancy = (roomsOf: (id: number | null) => number | null, from = statistics) =>
    daySums({ ...base, statistics: from, roomsOf }).occupancy;
  assert.deepEqual(occupancy((id) => rooms.get(id!)!), [null, 60, 0]);
  assert.deepEqual(occupancy(() => null), [null, 40, 0], "without the number of rooms: the mean");
  assert.deepEqual(occupancy((id) => rooms.get(id!)!, statistics.slice(0, 1)), [null, 80, 0]);
  assert.deepEqual(occupancy(() => 1, []), [null, null, null]);
  assert.equal(meanOf([null, 60, 0]), 30);
  assert.equal(meanOf([null]), null);
});
