import assert from "node:assert/strict";
import { frameHead } from "@/lib/ocr/reader_frames.ts";
import { cellText, type CellValue } from "@/lib/ocr/table/cells.ts";
import { guestBodiesOf } from "@/lib/ocr/table/guest_bodies.ts";
import { readTable } from "@/lib/ocr/table/read_table.ts";
import { TABLE_COLUMNS_MAX, TABLE_ROWS_MAX } from "@/lib/ocr/reading.ts";
import { resourceOf } from "@/lib/resources/catalog.ts";
import { readBody } from "@/lib/resources/validate.ts";

const CONTEXT = { today: "2026-11-24" };

function read(rows: readonly (readonly CellValue[])[]) {
  return readTable(rows, CONTEXT);
}

Deno.test("table - headings are found below a title, and mapped whatever they are called", () => {
  const table = read([
    ["Sea View Palace", null],
    [],
    ["S.No.", "Guest Name", "Mob. No.", "E-mail ID", "Check-In", "C/Out", "Remarks"],
    [1, "Asha Rao", 9845012345, "asha@example.com", "24/11/2026", "26-11-26", "window"],
  ]);
  assert.deepEqual(table.columns.map(({ field }) => field), [
    null,
    "name",
    "phone",
    "email",
    "arrivesOn",
    "departsOn",
    "notes",
  ]);
  assert.deepEqual(table.rows, [
    ["1", "Asha Rao", "9845012345", "asha@example.com", "2026-11-24", "2026-11-26", "window"],
  ]);
  assert.deepEqual(table.problems, []);
  const hindi = read([["अतिथि का नाम", "मोबाइल नंबर", "आगमन तिथि", "प्रस्थान"], [
    "आशा राव",
    "98450 12345",
    "24.11.2026",
    null,
  ]]);
  assert.deepEqual(hindi.columns.map(({ field }) => field), ["name", "phone", "arrivesOn", "departsOn"]);
  assert.deepEqual(hindi.rows[0], ["आशा राव", "98450 12345", "2026-11-24", null]);
});

Deno.test("table - a name in two columns is one; a second column of a field is only shown", () => {
  const table = read([
    ["First Name", "Surname", "Arrival", "Check in"],
    ["Asha", "Rao", "1 Dec 2026", "2 Dec 2026"],
    ["Ravi", null, "Dec 3, 2026", null],
  ]);
  assert.deepEqual(table.columns, [
    { heading: "First Name + Surname", field: "name" },
    { heading: "Arrival", field: "arrivesOn" },
    { heading: "Check in", field: null },
  ]);
  assert.deepEqual(table.rows.map((row) => row.slice(0, 2)), [["Asha Rao", "2026-12-01"], [
    "Ravi",
    "2026-12-03",
  ]]);
});

Deno.test("table - dates come as dates, serials and text", () => {
  const dates: [CellValue, string][] = [
    [new Date("2026-11-24T00:00:00Z"), "2026-11-24"],
    [46350, "2026-11-24"],
    [46350.75, "2026-11-24"],
    ["46350", "2026-11-24"],
    ["2026-11-24", "2026-11-24"],
    ["24/11/26", "2026-11-24"],
    ["24-Nov-2026", "2026-11-24"],
    ["24th November 2026", "2026-11-24"],
  ];
  for (const [cell, day] of dates) {
    const table = read([["Name", "Arrival"], ["Asha Rao", cell]]);
    assert.deepEqual([table.rows[0]![1], table.problems], [day, []], String(cell));
  }
  for (const cell of ["31/02/2026", "soon", 7, true]) {
    const table = read([["Name", "Arrival"], ["Asha Rao", cell]]);
    assert.deepEqual(table.problems, [{ row: 0, column: 1, message: "is not a date" }], String(cell));
  }
});

Deno.test("table - what is wrong is told by its cell", () => {
  const table = read([
    ["Name", "Email", "Phone", "Arrival", "Departure"],
    [null, "asha", "12", "2026-11-26", "2026-11-24"],
    ["Ravi Kumar", "ravi@example.com", "+91 98450 12345", "2026-11-24", "2026-11-24"],
  ]);
  assert.deepEqual(table.problems, [
    { row: 0, column: 0, message: "is missing" },
    { row: 0, column: 1, message: "is not an e-mail address" },
    { row: 0, column: 2, message: "is not a telephone number" },
    { row: 0, column: 4, message: "is before the arrival" },
  ]);
});

Deno.test("table - one with long cells fits into what a reader may say, however many of its rows are shown", () => {
  const long = "नमस्ते".repeat(300);
  const rows = Array.from(
    { length: 500 },
    (_, n) => [`Guest ${n}`, ...Array.from({ length: 29 }, () => long)],
  );
  const table = readTable([["Name", "Notes", ...Array.from({ length: 28 }, () => "x")], ...rows], {
    today: "2026-11-24",
  });
  assert.equal(table.rowsTotal, 500);
  assert.ok(table.rows.length > 10 && table.rows.length < 500);
  frameHead({ type: "result", reading: { fields: {}, table } });
});

Deno.test("table - an Aadhaar number is masked in every cell; a telephone number stays", () => {
  const table = read([
    ["Name", "Mobile", "ID proof", "Remarks"],
    ["Asha Rao", "919845012345", 482710653908, "Aadhaar 4827 1065 3908"],
    ["Ravi Kumar", 919845012345, "4827-1065-3908", null],
  ]);
  assert.deepEqual(table.rows, [
    ["Asha Rao", "919845012345", "XXXX XXXX 3908", "Aadhaar XXXX XXXX 3908"],
    ["Ravi Kumar", "919845012345", "XXXX XXXX 3908", null],
  ]);
  assert.ok(!JSON.stringify(read([["x", "482710653908"], ["y", "z"]])).includes("48271065"));
});

Deno.test("table - without headings everything is shown and nothing is known", () => {
  const table = read([["Asha Rao", "Mysuru"], ["Ravi Kumar", "Pune"]]);
  assert.deepEqual(table.columns, [{ heading: "Column 1", field: null }, {
    heading: "Column 2",
    field: null,
  }]);
  assert.equal(table.rows.length, 2);
  assert.deepEqual(read([]), { columns: [], rows: [], rowsTotal: 0, problems: [] });
});

Deno.test("table - a long and wide list is cut, and its length told", () => {
  const head = ["Name", "Arrival", ...Array.from({ length: 50 }, (_, i) => `x${i}`)];
  const table = read([
    head,
    ...Array.from({ length: 700 }, (_, i) => [`Guest ${i}`, "2026-11-24", ...head.slice(2)]),
  ]);
  assert.equal(table.rows.length, TABLE_ROWS_MAX);
  assert.equal(table.rowsTotal, 700);
  assert.equal(table.columns.length, TABLE_COLUMNS_MAX);
});

Deno.test("table - confirmed rows become bodies that the guest's resource takes; others are refused", () => {
  const table = read([
    ["Name", "Email", "Mobile", "Arrival", "Departure", "Notes", "Room"],
    ["Asha Rao", "asha@example.com", "98450 12345", "24/11/2026", "26/11/2026", "=1+1", "12"],
    ["Ravi Kumar", null, null, null, null, null, null],
    [null, null, null, "soon", null, null, null],
  ]);
  const { bodies, refused } = guestBodiesOf(table, [0, 1, 2, 9, 0]);
  assert.deepEqual(bodies, [
    {
      row: 0,
      body: {
        name: "Asha Rao",
        email: "asha@example.com",
        phone: "98450 12345",
        arrivesOn: "2026-11-24",
        departsOn: "2026-11-26",
        notes: "=1+1",
      },
    },
    { row: 1, body: { name: "Ravi Kumar" } },
  ]);
  assert.deepEqual(refused, [{ row: 2, message: "Name is missing" }, {
    row: 9,
    message: "There is no such row",
  }]);
  const guest = resourceOf("guest", "guest")!;
  for (const { body } of bodies) assert.ok(readBody(guest, { ...body, propertyId: 1 }, "create").ok);
});

Deno.test("table - a cell is text without control characters", () => {
  assert.equal(cellText("  a\u0000b\r\nc\u202e  "), "a b c");
  assert.equal(cellText(true), "true");
  assert.equal(cellText(" "), null);
  assert.equal([...cellText("x".repeat(9000))!].length, 2000);
});
