// Days in time zones, sums of money, and figures that fit their records.
import assert from "node:assert/strict";
import fc from "fast-check";
import { dashboardFigures, isQuiet, percent, statisticFigures } from "@/lib/derived/figures.ts";
import { addDays, daysFrom, localDay, nextMonth, startOfDay } from "@/lib/derived/local_day.ts";
import { type CategorySum, ReportSums } from "@/lib/derived/report_figures.ts";
import { periodsOf } from "@/lib/derived/report_periods.ts";
import { majorOfSum, moneyOf } from "@/lib/derived/sums.ts";
import { isJsonObject, JSON_BYTES_MAX } from "@/lib/resources/plain_json.ts";
import { DAYS_NAMED_MAX, namedDays } from "@/services/derived/named_days.ts";

const ZONES = [
  "UTC",
  "Asia/Kolkata",
  "America/New_York",
  "Pacific/Kiritimati",
  "Pacific/Pago_Pago",
  "Asia/Beirut",
];
const moment = fc.date({ min: new Date("2000-01-01"), max: new Date("2060-01-01"), noInvalidDate: true });
const day = moment.map((at) => at.toISOString().slice(0, 10));

Deno.test("days - a day begins at the property's own midnight", () => {
  const at = (day: string, zone: string) => new Date(startOfDay(day, zone)).toISOString();
  assert.equal(at("2026-11-24", "UTC"), "2026-11-24T00:00:00.000Z");
  assert.equal(at("2026-11-24", "Asia/Kolkata"), "2026-11-23T18:30:00.000Z");
  assert.equal(at("2026-07-01", "America/New_York"), "2026-07-01T04:00:00.000Z");
  // Clocks go from 24:00 to 1:00 on this day.
  assert.equal(at("2026-03-29", "Asia/Beirut"), "2026-03-28T22:00:00.000Z");
  assert.equal(localDay(Date.parse("2026-11-23T18:30:00Z"), "Asia/Kolkata"), "2026-11-24");
  assert.equal(localDay(Date.parse("2026-11-23T18:29:59Z"), "Asia/Kolkata"), "2026-11-23");
  assert.equal(at("2026-11-24", "Not/AZone"), "2026-11-24T00:00:00.000Z");
});

Deno.test("days - every moment lies between the start of its day and that of the next", () => {
  fc.assert(fc.property(moment, fc.constantFrom(...ZONES), (at, zone) => {
    const day = localDay(at.getTime(), zone);
    assert.ok(startOfDay(day, zone) <= at.getTime());
    assert.ok(at.getTime() < startOfDay(addDays(day, 1), zone));
  }));
});

Deno.test("days - they are counted by the calendar", () => {
  assert.equal(addDays("2024-02-28", 1), "2024-02-29");
  assert.equal(addDays("2026-01-01", -1), "2025-12-31");
  assert.deepEqual(daysFrom("2026-02-27", "2026-03-01"), ["2026-02-27", "2026-02-28", "2026-03-01"]);
  assert.deepEqual(daysFrom("2026-02-27", "2026-02-26"), []);
  assert.equal(nextMonth("2026-12-31"), "2027-01-01");
});

Deno.test("sums - minor units become major ones, and none is too large to be shown", () => {
  assert.equal(majorOfSum(118_050n, "INR"), 1180.5);
  assert.equal(majorOfSum(-5n, "INR"), -0.05);
  assert.equal(majorOfSum(1_234n, "JPY"), 1234);
  assert.equal(majorOfSum(1_234n, "KWD"), 1.234);
  assert.equal(majorOfSum(0n, "INR"), 0);
  assert.equal(majorOfSum(10n ** 30n, "JPY"), Number.MAX_SAFE_INTEGER);
  assert.equal(majorOfSum(-(10n ** 30n), "INR"), -Number.MAX_SAFE_INTEGER);
  assert.deepEqual(moneyOf({ INR: "100" }, {}, "INR"), { revenue: 1, expense: 0 });
  assert.deepEqual(moneyOf({ USD: "250" }, { JPY: "3", INR: "5" }, "INR"), {
    revenue: 0,
    expense: 0.05,
    otherCurrencies: { JPY: { revenue: 0, expense: 3 }, USD: { revenue: 2.5, expense: 0 } },
  });
});

Deno.test("figures - shares have one decimal, and of nothing there is none", () => {
  assert.deepEqual([percent(1, 3), percent(2, 3), percent(0, 0), percent(5, 5)], [33.3, 66.7, 0, 100]);
});

Deno.test("figures - whatever currencies there are, they fit into a record", () => {
  const largest = Object.fromEntries(
    Intl.supportedValuesOf("currency").map((code) => [code, "9".repeat(30)]),
  );
  const counts = { arrivals: 9, departures: 9, roomNights: 9, tasksDone: 9, tasksCreated: 9 };
  const statistic = statisticFigures({ ...counts, revenue: largest, expense: largest }, 9, "INR");
  assert.ok(isJsonObject(statistic) && !isQuiet(statistic));
  const dashboard = dashboardFigures({
    rooms: {},
    arrivals: 0,
    arrived: 0,
    departures: 0,
    departed: 0,
    inHouse: 0,
    openTasks: 0,
    urgentTasks: 0,
    overdueTasks: 0,
    pendingApprovals: 0,
    revenue: largest,
    expense: largest,
    monthRevenue: largest,
    monthExpense: largest,
  }, { day: "2026-11-24", validUntil: "2026-11-24T18:30:00.000Z", currency: "INR" });
  assert.ok(isJsonObject(dashboard));
  const zeros = {
    arrivals: 0,
    departures: 0,
    roomNights: 0,
    tasksDone: 0,
    tasksCreated: 0,
    revenue: {},
    expense: {},
  };
  assert.ok(isQuiet(statisticFigures(zeros, 9, "INR")));
});

Deno.test("report - its months cover each of its days once, in order", () => {
  fc.assert(fc.property(day, fc.nat({ max: 4_000 }), (first, length) => {
    const last = addDays(first, length);
    const periods = periodsOf(first, last)!;
    assert.equal(periods[0]!.from, first);
    assert.equal(periods.at(-1)!.until, addDays(last, 1));
    for (const [n, { from, until, month }] of periods.entries()) {
      assert.ok(from < until && from.startsWith(month) && addDays(until, -1).startsWith(month));
      if (n > 0) assert.equal(from, periods[n - 1]!.until);
    }
  }));
  assert.equal(periodsOf("1920-01-01", "2019-12-31")?.length, 1_200);
  assert.equal(periodsOf("1920-01-01", "2020-01-01"), undefined);
  assert.deepEqual(periodsOf("9998-12-31", "9998-12-31")?.at(-1)?.until, "9999-01-01");
});

const sum: fc.Arbitrary<CategorySum> = fc.record({
  side: fc.constantFrom("revenue" as const, "expense" as const),
  currency: fc.constantFrom("INR", "USD"),
  category: fc.string({ minLength: 1, maxLength: 60, unit: "grapheme" }),
  total: fc.bigInt({ min: 1n, max: 10n ** 12n }).map(String),
  count: fc.integer({ min: 1, max: 1_000 }),
});

Deno.test("report - months and categories add up to its totals, whatever it is made of", () => {
  fc.assert(
    fc.property(fc.array(fc.array(sum, { maxLength: 40 }), { minLength: 1, maxLength: 70 }), (months) => {
      const sums = new ReportSums("INR");
      let month = "2020-01-01";
      for (const found of months) {
        sums.add(month.slice(0, 7), found);
        month = nextMonth(month);
      }
      const figures = sums.figures();
      assert.ok(isJsonObject(figures));
      const close = (a: number, b: number) =>
        assert.ok(Math.abs(a - b) <= 0.01 * Math.max(1, months.length), `${a} ${b}`);
      const total = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
      const periods = [...figures.byMonth ?? [], ...figures.byYear ?? []];
      for (const side of ["revenue", "expense"] as const) {
        const { byCategory } = figures[side];
        assert.ok(byCategory.length <= 51);
        assert.equal(new Set(byCategory.map(({ category }) => category)).size, byCategory.length);
        close(total(byCategory.map((one) => one.total)), figures[side].total);
        assert.equal(total(byCategory.map((one) => one.count)), figures[side].count);
        close(total(periods.map((one) => one[side])), figures[side].total);
      }
      close(figures.revenue.total - figures.expense.total, figures.result);
      assert.equal(figures.byMonth === undefined, months.length > 60);
    }),
    { numRuns: 50 },
  );
});

Deno.test("report - long names of many categories over a century still fit", () => {
  const sums = new ReportSums("INR");
  for (const { month } of periodsOf("1920-01-01", "2019-12-31")!) {
    sums.add(
      month,
      Array.from({ length: 60 }, (_, n) => ({
        side: n % 2 === 0 ? "revenue" : "expense",
        currency: "INR",
        category: `${"🏨".repeat(50)}${n}`,
        total: "9".repeat(20),
        count: 1_000,
      })),
    );
  }
  const figures = sums.figures();
  assert.ok(new TextEncoder().encode(JSON.stringify(figures)).byteLength <= JSON_BYTES_MAX);
  assert.equal(figures.byYear?.length, 100);
  assert.ok(figures.revenue.byCategory.some(({ category }) => category === "other"));
});

Deno.test("named days - an event names the days of its money and of its stay, and no more than are allowed", () => {
  const named = (data: unknown) => namedDays(new TextEncoder().encode(JSON.stringify({ data })));
  assert.deepEqual(named({ occurredAt: "2026-03-01T00:10:00Z" }), ["2026-02-28", "2026-03-01", "2026-03-02"]);
  assert.deepEqual(named({ arrivesOn: "2026-03-01", departsOn: "2026-03-02" }), ["2026-03-01", "2026-03-02"]);
  assert.deepEqual(named({ arrivesOn: "2026-03-01", departsOn: null }), ["2026-03-01"]);
  assert.equal(named({ arrivesOn: "2000-01-01", departsOn: "2099-01-01" }).length, DAYS_NAMED_MAX);
  for (
    const data of [{}, null, { arrivesOn: "2026-02-31" }, { occurredAt: "2026-99-99T" }, { arrivesOn: 1 }]
  ) {
    assert.deepEqual(named(data), []);
  }
  assert.deepEqual(namedDays(new Uint8Array([255, 0])), []);
});
