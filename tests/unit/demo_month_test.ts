// The demo's month: believable, whatever day and hour it is seeded at.
import assert from "node:assert/strict";
import fc from "fast-check";
import { Dice } from "@/lib/random/dice.ts";
import { DemoCalendar } from "@/services/demo/calendar.ts";
import { taskRows } from "@/services/demo/chores.ts";
import { HOTELS } from "@/services/demo/hotels.ts";
import { expenseRows, revenueRows } from "@/services/demo/ledger.ts";
import { leaveRows, scheduleRows } from "@/services/demo/people.ts";
import { bookRooms, guestRows } from "@/services/demo/stays.ts";

const ALL = [...HOTELS.values()].flat();
const moment = fc.date({ min: new Date("2024-01-01"), max: new Date("2030-12-31"), noInvalidDate: true });

Deno.test("demo - rooms hold one guest at a time, and show who is there", () => {
  fc.assert(fc.property(fc.nat(), (seed) => {
    for (const hotel of ALL) {
      const { stays, rooms } = bookRooms(hotel, new Dice(seed));
      assert.equal(rooms.size, hotel.rooms.length);
      for (const [number, status] of rooms) {
        const own = stays.filter(({ room }) => room === number).toSorted((a, b) => a.arrives - b.arrives);
        for (const [n, stay] of own.entries()) {
          assert.ok(stay.departs > stay.arrives);
          if (n > 0) assert.ok(stay.arrives >= own[n - 1]!.departs, `${number}: ${JSON.stringify(own)}`);
          if (stay.status === "checked_out") assert.ok(stay.departs <= 0);
          if (stay.status === "checked_in") assert.ok(stay.arrives <= 0 && stay.departs >= 0);
        }
        const here = own.filter(({ status }) => status === "checked_in").length;
        assert.equal(here, status === "occupied" ? 1 : 0, `${number} is ${status}`);
      }
      for (const { name } of hotel.guests) assert.ok(stays.some((stay) => stay.name === name));
    }
  }));
});

Deno.test("demo - nothing that has happened lies ahead, and every row fits its columns", () => {
  fc.assert(fc.property(fc.nat(), moment, (seed, at) => {
    const calendar = new DemoCalendar(at.getTime(), "Asia/Kolkata");
    const now = at.toISOString();
    for (const hotel of ALL) {
      const dice = new Dice(seed);
      const { stays } = bookRooms(hotel, dice);
      const rows = [
        ...guestRows(stays, calendar, dice),
        ...taskRows(hotel, calendar, dice),
        ...revenueRows(hotel, stays, calendar, dice),
        ...expenseRows(hotel, calendar, dice),
      ];
      for (const { created_at, updated_at } of rows) {
        assert.ok(created_at <= updated_at && updated_at <= now, `${created_at} ${updated_at} at ${now}`);
      }
      for (const { starts_at, ends_at } of scheduleRows(hotel, calendar)) assert.ok(starts_at < ends_at);
      for (const { employee } of leaveRows(hotel, calendar)) assert.ok(hotel.employees[employee]);
    }
  }));
});

Deno.test("demo - the same seed and moment give the same month", () => {
  const month = () => {
    const dice = new Dice(7);
    const calendar = new DemoCalendar(Date.parse("2026-11-24T10:00:00Z"), "Asia/Kolkata");
    const { stays } = bookRooms(ALL[0]!, dice);
    return [stays, revenueRows(ALL[0]!, stays, calendar, dice), taskRows(ALL[0]!, calendar, dice)];
  };
  assert.deepEqual(month(), month());
});

Deno.test("demo - there is something of everything in each hotel", () => {
  for (const hotel of ALL) {
    const dice = new Dice(1_000 * 1 + hotel.property.id);
    const calendar = new DemoCalendar(Date.parse("2026-11-24T10:00:00Z"), "Asia/Kolkata");
    const { stays } = bookRooms(hotel, dice);
    const states = (rows: readonly { status: string }[]) => new Set(rows.map(({ status }) => status));
    assert.ok(states(stays).size >= 3);
    assert.ok(states(taskRows(hotel, calendar, dice)).has("in_progress"));
    assert.ok(states(leaveRows(hotel, calendar)).has("pending"));
    const approvals = new Set(expenseRows(hotel, calendar, dice).map(({ approval }) => approval));
    assert.ok(approvals.has("pending") && approvals.has("approved"));
  }
});
