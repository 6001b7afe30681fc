// The pages of guests, rooms, tasks and staff: what they decide without a browser.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Problem } from "@/lib/protocol/problems.ts";
import type { ClientRecord } from "@/lib/client/collection.ts";
import { checkIn, checkOut, type StayWorld, takeBack } from "@/lib/pages/guests/stay_flow.ts";
import { compareFor, dayAfter, daysBetween, dayWord, roomOffers } from "@/lib/pages/guests/stays.ts";
import { countStates, housesOf } from "@/lib/pages/rooms/floors.ts";
import { clashing, hoursOf, isInWeek, likelyShift, mondayOf, workedHours } from "@/lib/pages/staff/week.ts";
import { boardRows, compareTasks, isOverdue, isTaken, neighbour } from "@/lib/pages/tasks/board.ts";
import { arranged } from "@/lib/ui/arranged.ts";
import type { RecordRow, Saved } from "@/lib/ui/records.ts";

function record(id: number, more: Record<string, unknown> = {}): ClientRecord {
  return { id, propertyId: 1, version: 1, ...more };
}

function row(record: ClientRecord, more: Partial<RecordRow> = {}): RecordRow {
  return {
    key: String(record.id),
    record,
    pending: null,
    failure: null,
    editKey: null,
    isNew: false,
    ...more,
  };
}

const GONE: Problem = { code: "unavailable" };

/** A hotel that refuses the calls whose number, from 1, is named; writes down what it is asked. */
function hotel(refused: readonly number[] = [], isShared: boolean | null = false) {
  const asked: string[] = [];
  const answer = (what: string, more: Record<string, unknown> = {}): Promise<Saved> => {
    asked.push(what);
    const ok = !refused.includes(asked.length);
    return Promise.resolve(ok ? { ok, record: record(7, more) } : { ok, problem: GONE });
  };
  const status = (changes: object) => (changes as { status?: string }).status;
  const world: StayWorld = {
    createGuest: (body) => answer(`new guest ${status(body)}`, { name: "Noor" }),
    updateGuest: (id, changes) => answer(`guest ${id} ${status(changes)}`),
    updateRoom: (id, changes) => answer(`room ${id} ${status(changes)}`),
    isShared: () => Promise.resolve(isShared),
  };
  return { asked, world };
}

const ARRIVAL = { guestId: 5, values: { status: "checked_in" }, roomId: 3, heldRoomId: null };

Deno.test("guests - a check-in takes the room, then the guest", async () => {
  const { asked, world } = hotel();
  assert.equal((await checkIn(world, ARRIVAL)).ok, true);
  assert.deepEqual(asked, ["room 3 occupied", "guest 5 checked_in"]);
  const second = hotel();
  const arrived = await checkIn(second.world, { ...ARRIVAL, guestId: null });
  assert.deepEqual(second.asked, ["room 3 occupied", "new guest checked_in"]);
  assert.equal(arrived.ok && arrived.guest?.name, "Noor");
});

Deno.test("guests - where the room is lost to somebody else, the guest is left alone", async () => {
  const { asked, world } = hotel([1]);
  assert.deepEqual(await checkIn(world, ARRIVAL), {
    ok: false,
    step: "room",
    problem: GONE,
    heldRoomId: null,
  });
  assert.deepEqual(asked, ["room 3 occupied"]);
});

Deno.test("guests - where the guest cannot be written, the room is given back", async () => {
  const { asked, world } = hotel([2]);
  assert.deepEqual(await checkIn(world, ARRIVAL), {
    ok: false,
    step: "guest",
    problem: GONE,
    heldRoomId: null,
  });
  assert.deepEqual(asked, ["room 3 occupied", "guest 5 checked_in", "room 3 vacant"]);
});

Deno.test("guests - a room that could not be given back is told, kept for the next try, or freed for another", async () => {
  const lost = hotel([2, 3]);
  const failed = await checkIn(lost.world, ARRIVAL);
  assert.ok(!failed.ok);
  assert.equal(failed.heldRoomId, 3);
  const again = hotel();
  assert.equal((await checkIn(again.world, { ...ARRIVAL, heldRoomId: 3 })).ok, true);
  assert.deepEqual(again.asked, ["guest 5 checked_in"]);
  const other = hotel();
  assert.equal((await checkIn(other.world, { ...ARRIVAL, roomId: 4, heldRoomId: 3 })).ok, true);
  assert.deepEqual(other.asked, ["room 3 vacant", "room 4 occupied", "guest 5 checked_in"]);
  const stuck = hotel([1]);
  const kept = await checkIn(stuck.world, { ...ARRIVAL, roomId: 4, heldRoomId: 3 });
  assert.ok(!kept.ok);
  assert.equal(kept.heldRoomId, 3);
  assert.deepEqual(stuck.asked, ["room 3 vacant"]);
});

Deno.test("guests - a check-out frees the guest, then the room, and never one that others are in", async () => {
  const outcome = async (refused: number[], isShared: boolean | null, roomId: number | null = 3) => {
    const { asked, world } = hotel(refused, isShared);
    const departed = await checkOut(world, { guestId: 5, roomId });
    return [departed.ok ? departed.room : departed.step, asked.join("; ")];
  };
  assert.deepEqual(await outcome([], false), ["cleaning", "guest 5 checked_out; room 3 cleaning"]);
  assert.deepEqual(await outcome([], true), ["shared", "guest 5 checked_out"]);
  assert.deepEqual(await outcome([], null), ["unknown", "guest 5 checked_out"]);
  assert.deepEqual(await outcome([], false, null), ["none", "guest 5 checked_out"]);
  assert.deepEqual(await outcome([1], false), ["guest", "guest 5 checked_out"]);
  assert.deepEqual(await outcome([2], false), ["room", "guest 5 checked_out; room 3 cleaning"]);
});

Deno.test("guests - taking it back goes the other way round", async () => {
  const back = async (status: string, refused: number[] = []) => {
    const { asked, world } = hotel(refused);
    const room = { id: 3, status: status === "checked_in" ? "occupied" : "vacant" };
    await takeBack(world, { guestId: 5, before: { status }, room });
    return asked.join("; ");
  };
  assert.equal(await back("checked_in"), "room 3 occupied; guest 5 checked_in");
  assert.equal(await back("checked_in", [1]), "room 3 occupied");
  assert.equal(await back("expected"), "guest 5 expected; room 3 vacant");
  assert.equal(await back("expected", [1]), "guest 5 expected");
});

Deno.test("guests - rooms that can be had: free ones of the property, those that others wait for last", () => {
  const room = (id: number, number: string, status: string, propertyId = 1) =>
    record(id, { number, status, kind: "suite", propertyId });
  const rooms = [
    room(1, "10", "vacant"),
    room(2, "9", "vacant"),
    room(3, "1", "vacant"),
    room(4, "2", "cleaning"),
    room(5, "3", "vacant", 2),
    room(6, "4", "occupied"),
  ];
  const expected = [record(50, { name: "Asha", roomId: 3 }), record(51, { name: "Me", roomId: 2 })];
  const of = { rooms, propertyId: 1, isSharing: false, expected, guestId: 51 };
  assert.deepEqual(roomOffers(of).map(({ number, keptFor }) => [number, keptFor]), [
    ["9", null],
    ["10", null],
    ["1", "Asha"],
  ]);
  assert.deepEqual(roomOffers({ ...of, isSharing: true }).map(({ id }) => id), [6]);
  assert.deepEqual(roomOffers({ ...of, propertyId: null }), []);
});

Deno.test("guests - who comes or goes next is on top; near days have names", () => {
  const guests = [
    record(1, { name: "B", arrivesOn: "2026-11-25", departsOn: "2026-11-26" }),
    record(2, { name: "A", arrivesOn: "2026-11-25", departsOn: null }),
    record(3, { name: "C", arrivesOn: null, departsOn: "2026-11-25" }),
  ];
  const ids = (view: "arriving" | "inhouse") => guests.toSorted(compareFor(view)).map(({ id }) => id);
  assert.deepEqual([ids("arriving"), ids("inhouse")], [[2, 1, 3], [3, 1, 2]]);
  assert.equal(compareFor("all"), undefined);
  const words = ["2026-02-28", "2026-03-01", "2026-03-02", "2026-03-03"].map((day) => {
    return dayWord(day, "2026-03-01");
  });
  assert.deepEqual(words, ["Yesterday", "Today", "Tomorrow", undefined]);
});

Deno.test("rooms - floors from the ground up, numbers as people count", () => {
  const rooms = [["10", "1"], ["9", "1"], ["1", "G"], ["x", ""], ["201", "2"], ["1001", "10"]].map(
    ([number, floor], id) => row(record(id + 1, { number, floor, status: "vacant" })),
  );
  const other = row(record(9, { number: "1", floor: "1", status: "cleaning", propertyId: 2 }));
  const [first, second] = housesOf([other, ...rooms]);
  assert.deepEqual(first!.floors.map(({ name, rows }) => [name, rows.map(({ record }) => record.number)]), [
    ["G", ["1"]],
    ["1", ["9", "10"]],
    ["2", ["201"]],
    ["10", ["1001"]],
    ["", ["x"]],
  ]);
  assert.equal(second!.propertyId, 2);
  assert.deepEqual([...countStates([other, ...rooms])], [["cleaning", 1], ["vacant", 6]]);
});

Deno.test("tasks - a task stands in one column, whatever the lists have heard of it", () => {
  const open = record(1, { status: "open" });
  const moved = record(1, { status: "done", version: 2 });
  const shown = (lists: RecordRow[][], own: ReadonlyMap<number, ClientRecord> = new Map()) =>
    boardRows(lists, own).map(({ record }) => `${record.id} ${record.status}`);
  // The event has reached the list that it moved to, but not yet the one that it left.
  assert.deepEqual(shown([[row(open)], [row(moved)]]), ["1 done"]);
  assert.deepEqual(shown([[row(moved)], [row(open)]]), ["1 done"]);
  // The person's own move counts before the server has said anything, and is told by whichever list it was made in.
  const moving = row({ ...open, status: "in_progress" }, { pending: "update", editKey: "open edit-1" });
  assert.deepEqual(shown([[moving], [row(moved)]]), ["1 in_progress"]);
  // The answer to an own move counts until the other list has it.
  assert.deepEqual(shown([[], []], new Map([[1, moved]])), ["1 done"]);
  assert.deepEqual(shown([[row(open, { pending: "remove" })], []], new Map([[1, moved]])), ["1 done"]);
  const later = record(1, { status: "cancelled", version: 3 });
  assert.deepEqual(shown([[], [row(later)]], new Map([[1, moved]])), ["1 cancelled"]);
  assert.equal(isTaken([[row(open)]], moved), false);
  assert.equal(isTaken([[row(moved, { pending: "remove" })]], moved), false);
  assert.equal(isTaken([[], [row(later)]], moved), true);
});

Deno.test("tasks - what presses most is on top, and what is over is never overdue", () => {
  const tasks = [
    record(1, { priority: "normal", dueAt: null }),
    record(2, { priority: "normal", dueAt: "2026-11-24T10:00:00.000Z" }),
    record(3, { priority: "urgent", dueAt: null }),
    record(4, { priority: "normal", dueAt: null }),
  ];
  assert.deepEqual(tasks.toSorted(compareTasks("open")).map(({ id }) => id), [3, 2, 4, 1]);
  const now = Date.parse("2026-11-24T12:00:00Z");
  const late = (status: string) => isOverdue(record(1, { status, dueAt: "2026-11-24T11:00:00.000Z" }), now);
  assert.deepEqual(["open", "in_progress", "done", "cancelled"].map(late), [true, true, false, false]);
  assert.deepEqual([neighbour("open", 1), neighbour("open", -1), neighbour("done", 1)], [
    "in_progress",
    undefined,
    undefined,
  ]);
});

Deno.test("pages order - while the person is at it, nothing changes its place", () => {
  const rows = [3, 1, 2].map((id) => row(record(id)));
  const byId = (a: ClientRecord, b: ClientRecord) => a.id - b.id;
  const keys = (before: string[] | null) => arranged(rows, byId, before).map(({ key }) => key);
  assert.deepEqual(keys(null), ["1", "2", "3"]);
  assert.deepEqual(keys(["3", "1"]), ["2", "3", "1"]);
});

Deno.test("staff - a week begins on Monday, whatever the day", () => {
  assert.equal(mondayOf("2026-11-24"), "2026-11-23");
  assert.equal(mondayOf("2026-11-29"), "2026-11-23");
  assert.equal(mondayOf("2023-12-31"), "2023-12-25");
  fc.assert(fc.property(fc.integer({ min: -10_000, max: 20_000 }), (days) => {
    const day = dayAfter("2000-01-01", days);
    const monday = mondayOf(day);
    assert.equal(new Date(`${monday}T00:00:00Z`).getUTCDay(), 1);
    assert.ok(daysBetween(monday, day) >= 0 && daysBetween(monday, day) < 7);
  }));
});

Deno.test("staff - a shift is told on the clock of its property, and belongs to a week anywhere on earth", () => {
  const night = record(1, { startsAt: "2026-11-24T17:30:00.000Z", endsAt: "2026-11-25T01:30:00.000Z" });
  assert.equal(hoursOf(night, "Asia/Kolkata"), "23:00–07:00 +1");
  assert.equal(hoursOf(night, "Europe/Berlin"), "18:30–02:30 +1");
  assert.equal(workedHours([night, record(2, { startsAt: "x", endsAt: "y" })]), 8);
  // Monday morning in Auckland is still Sunday in Greenwich.
  assert.ok(isInWeek(record(3, { startsAt: "2026-11-22T11:30:00.000Z" }), "2026-11-23"));
  assert.ok(!isInWeek(record(3, { startsAt: "2026-11-20T11:30:00.000Z" }), "2026-11-23"));
});

Deno.test("staff - shifts that overlap are found, those that touch are not", () => {
  const shift = (id: number, from: string, to: string) =>
    record(id, { startsAt: `2026-11-24T${from}:00.000Z`, endsAt: `2026-11-24T${to}:00.000Z` });
  const clashes = clashing([
    shift(1, "08:00", "20:00"),
    shift(2, "09:00", "10:00"),
    shift(3, "19:00", "21:00"),
    shift(4, "21:00", "22:00"),
  ]);
  assert.deepEqual([...clashes].sort(), [1, 2, 3]);
});

Deno.test("staff - a new shift is like the latest one, over midnight too", () => {
  const latest = record(1, {
    startsAt: "2026-11-24T17:30:00.000Z",
    endsAt: "2026-11-25T01:30:00.000Z",
    duty: "Night desk",
  });
  assert.deepEqual(likelyShift("2026-11-26", [latest], "Asia/Kolkata"), {
    startsAt: "2026-11-26T17:30:00.000Z",
    endsAt: "2026-11-27T01:30:00.000Z",
    duty: "Night desk",
  });
  assert.deepEqual(likelyShift("2026-11-26", [], "UTC"), {
    startsAt: "2026-11-26T09:00:00.000Z",
    endsAt: "2026-11-26T17:00:00.000Z",
    duty: "",
  });
});
