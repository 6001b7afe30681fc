import assert from "node:assert/strict";
import fc from "fast-check";
import type { Service } from "@/lib/protocol/services.ts";
import { JSON_BYTES_MAX, JSON_DEPTH_MAX, stableJson } from "@/lib/resources/plain_json.ts";
import { readBody, readFilters } from "@/lib/resources/validate.ts";
import { resource } from "../integration/resources_fixture.ts";

/** Errors by path of a body that must be refused; {} where it is taken. */
function errorsOf(service: Service, entity: string, body: unknown, verb: "create" | "update" = "create") {
  const read = readBody(resource(service, entity), body, verb);
  if (read.ok) return {};
  return Object.fromEntries((read.problem.errors ?? []).map(({ path, message }) => [path, message]));
}

/** What is kept of one field of a task or guest. */
function kept(service: Service, entity: string, field: string, value: unknown): unknown {
  const read = readBody(resource(service, entity), { [field]: value }, "update");
  return read.ok ? read.given.values[field] : `refused: ${read.problem.errors?.[0]?.message}`;
}

Deno.test("resources - text is trimmed and measured in characters", () => {
  assert.equal(kept("tasks", "task", "title", "  Check\tthe pump \n"), "Check\tthe pump");
  assert.equal(kept("tasks", "task", "title", "😀".repeat(200)), "😀".repeat(200));
  assert.equal(kept("tasks", "task", "title", "😀".repeat(201)), "refused: must have at most 200 characters");
  assert.equal(kept("tasks", "task", "title", "   "), "refused: must not be empty");
  assert.equal(kept("tasks", "task", "title", 5), "refused: must be text");
  assert.equal(kept("tasks", "task", "title", null), "refused: must be text");
});

Deno.test("resources - a pattern is never tried on text that is too long", () => {
  const slow = `a@${".a".repeat(100_000)}@`;
  assert.equal(kept("guest", "guest", "email", slow), "refused: must have at most 320 characters");
  assert.equal(kept("guest", "guest", "email", "rohan@example"), "refused: must be an e-mail address");
});

Deno.test("resources - text that PostgreSQL or UTF-8 cannot hold is refused", () => {
  for (const text of ["a\u0000b", "\ud800", "x\udfff", "\u0007", "\u001b[31m"]) {
    assert.equal(
      kept("tasks", "task", "title", text),
      "refused: has characters that are not text",
      JSON.stringify(text),
    );
  }
  const sqlLooking = `'); drop table tasks; -- \${1} $1 \\ "`;
  assert.equal(kept("tasks", "task", "title", sqlLooking), sqlLooking);
});

Deno.test("resources - a moment needs its offset and is kept in UTC; a day must be in the calendar", () => {
  assert.equal(kept("tasks", "task", "dueAt", "2026-11-23T18:30:00+05:30"), "2026-11-23T13:00:00.000Z");
  assert.equal(kept("tasks", "task", "dueAt", "2026-11-23t18:30:00.123456z"), "2026-11-23T18:30:00.123Z");
  assert.equal(kept("tasks", "task", "dueAt", null), null);
  const moments = [
    "2026-11-23",
    "2026-11-23T18:30:00",
    "2026-02-31T00:00:00Z",
    "2026-11-23T25:00:00Z",
    "now",
    "1",
  ];
  for (const text of [...moments, 5, "2026-11-23T18:30:00+24:00", "+275760-09-13T00:00:00Z"]) {
    assert.match(String(kept("tasks", "task", "dueAt", text)), /^refused/, String(text));
  }
  assert.equal(kept("guest", "guest", "arrivesOn", "2028-02-29"), "2028-02-29");
  for (const text of ["2026-02-29", "2026-13-01", "23.11.2026", "0000-00-00", 20261123, "1899-12-31"]) {
    assert.match(String(kept("guest", "guest", "arrivesOn", text)), /^refused/, String(text));
  }
});

Deno.test("resources - choices, references, numbers and colours are strict about their type", () => {
  assert.match(String(kept("tasks", "task", "status", "finished")), /must be one of open, in_progress/);
  for (const id of ["1", 0, -1, 1.5, 2 ** 53, NaN]) {
    assert.equal(kept("tasks", "task", "roomId", id), "refused: must be the id of a room", String(id));
  }
  for (const capacity of [0, 101, 1.5, "2", Infinity]) {
    assert.match(String(kept("properties", "room", "capacity", capacity)), /^refused/, String(capacity));
  }
  assert.equal(kept("branding", "theme", "primaryColor", "#AaBbCc"), "#aabbcc");
  assert.match(String(kept("branding", "theme", "primaryColor", "red")), /^refused/);
  for (const address of ["http://a.example", "javascript:alert(1)", 'https://a"b']) {
    assert.match(String(kept("branding", "theme", "logoUrl", address)), /^refused/, address);
  }
  assert.deepEqual(kept("users", "user", "properties", [3, 1, 3]), [1, 3]);
  assert.equal(kept("users", "user", "properties", "*"), null);
  assert.match(String(kept("users", "user", "properties", [1.5])), /^refused/);
  assert.match(String(kept("properties", "property", "timezone", "Mars/Olympus")), /^refused/);
});

Deno.test("resources - an amount may be a number or decimal text, and nothing else", () => {
  assert.equal(kept("finance", "revenue", "amount", 1000), "1000");
  assert.equal(kept("finance", "revenue", "amount", "12.50"), "12.50");
  for (const amount of [null, true, [5], {}]) {
    assert.match(String(kept("finance", "revenue", "amount", amount)), /decimal number/);
  }
});

Deno.test("resources - unknown, read-only and prototype names are errors that name the field", () => {
  assert.match(
    errorsOf("tasks", "task", { propertyId: 1, title: "x", colour: 1 }).colour ?? "",
    /is not a field of tasks.task/,
  );
  for (const name of ["id", "version", "createdAt", "updatedAt", "createdBy"]) {
    assert.equal(
      errorsOf("tasks", "task", { propertyId: 1, title: "x", [name]: 1 })[name],
      "is set by the server",
    );
  }
  assert.equal(
    errorsOf("finance", "revenue", { propertyId: 1, amount: 1, amountMinor: 9 }).amountMinor,
    "is set by the server",
  );
  for (const name of ["__proto__", "constructor", "toString", "orgId", "org_id"]) {
    const body = JSON.parse(`{"propertyId": 1, "title": "x", ${JSON.stringify(name)}: {"polluted": true}}`);
    assert.equal(Object.keys(errorsOf("tasks", "task", body)).length, 1, name);
  }
  assert.equal("polluted" in {}, false);
});

Deno.test("resources - a create tells everything that is missing, an update needs nothing", () => {
  const missing = { propertyId: "is required", documentType: "is required", filename: "is required" };
  assert.deepEqual(errorsOf("guest", "document", { mimetype: "a/b", filesize: 1 }), missing);
  assert.deepEqual(errorsOf("guest", "document", {}, "update"), {});
  assert.equal(
    errorsOf("tasks", "task", { title: "x", propertyId: "1" }).propertyId,
    "must be the id of a property",
  );
  assert.deepEqual(errorsOf("branding", "theme", { name: "x", propertyId: null }), {});
  assert.deepEqual(Object.keys(errorsOf("users", "user", { propertyId: 1 }, "update")), ["propertyId"]);
});

Deno.test("resources - a field is taken only by the verbs it is made for", () => {
  const report = { propertyId: 1, startsOn: "2026-11-01", endsOn: "2026-11-30", status: "ready" };
  assert.deepEqual(errorsOf("reports", "report", report), { status: "cannot be set by a create" });
  assert.deepEqual(errorsOf("reports", "report", { startsOn: "2026-11-01" }, "update"), {
    startsOn: "cannot be changed",
  });
});

Deno.test("resources - whatever the JSON, reading it answers and never throws", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom("create" as const, "update" as const), (body, verb) => {
      const read = readBody(resource("guest", "document"), body, verb);
      assert.equal(typeof read.ok, "boolean");
    }),
  );
  const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`field${n}`, n]));
  assert.equal(Object.keys(errorsOf("tasks", "task", many)).length, 20);
});

Deno.test("resources - a free-form object is bounded in bytes, depth and what its numbers and keys may be", () => {
  const fields = (value: unknown) => kept("guest", "document", "fields", value);
  const nested = (depth: number): unknown => depth === 0 ? 1 : { a: nested(depth - 1) };
  assert.deepEqual(fields({ name: { value: "X", checks: [true, null] } }), {
    name: { value: "X", checks: [true, null] },
  });
  assert.deepEqual(fields(nested(JSON_DEPTH_MAX)), nested(JSON_DEPTH_MAX));
  const refused = [nested(JSON_DEPTH_MAX + 1), [], null, "x", { a: 2 ** 53 }, { a: "\u0000" }, {
    "\ud800": 1,
  }];
  for (const value of [...refused, { a: "x".repeat(JSON_BYTES_MAX) }, JSON.parse('{"__proto__": 1}')]) {
    assert.match(String(fields(value)), /^refused/, JSON.stringify(value)?.slice(0, 80));
  }
  assert.match(String(fields(JSON.parse(`{"a":${"[".repeat(50_000)}${"]".repeat(50_000)}}`))), /^refused/);
});

Deno.test("resources - equal values have equal texts, whatever the order of their keys", () => {
  assert.equal(stableJson({ b: [{ d: 1, c: 2 }], a: null }), '{"a":null,"b":[{"c":2,"d":1}]}');
});

Deno.test("resources - filters take the field's own values and name what they do not know", () => {
  const task = resource("tasks", "task");
  assert.deepEqual(readFilters(task, { status: "open", assigneeId: "12" }), {
    ok: true,
    conditions: [["assignee_id", 12], ["status", "open"]],
  });
  for (
    const filters of [{ title: "x" }, { status: "nope" }, { assigneeId: "1 or 1=1" }, { __proto__x: "1" }, {
      orgId: "2",
    }]
  ) {
    assert.equal(readFilters(task, filters as Record<string, string>).ok, false, JSON.stringify(filters));
  }
  assert.deepEqual(readFilters(resource("users", "user"), { active: "false" }), {
    ok: true,
    conditions: [["active", false]],
  });
});

Deno.test("resources - a list can be asked for times from one and before another, where its definition says so", () => {
  const schedule = resource("staff", "schedule");
  const filters = { startsAtBefore: "2026-11-30T00:00:00+05:30", startsAtFrom: "2026-11-23T00:00:00Z" };
  assert.deepEqual(readFilters(schedule, { employeeId: "3", ...filters }), {
    ok: true,
    conditions: [
      ["employee_id", 3],
      ["starts_at", "2026-11-29T18:30:00.000Z", "<"],
      ["starts_at", "2026-11-23T00:00:00.000Z", ">="],
    ],
  });
  for (
    const filters of [{ startsAtFrom: "monday" }, { endsAtFrom: "2026-11-23T00:00:00Z" }, { startsAt: "x" }]
  ) {
    assert.equal(readFilters(schedule, filters as Record<string, string>).ok, false, JSON.stringify(filters));
  }
});
