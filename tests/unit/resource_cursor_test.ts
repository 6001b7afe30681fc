import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeCursor, encodeCursor } from "@/services/resources/cursor.ts";
import { readListQuery } from "@/services/resources/list.ts";
import { checkIdempotencyKey, etagOf, expectedVersion } from "@/services/resources/preconditions.ts";

const order = fc.constantFrom("asc" as const, "desc" as const);
const id = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });

Deno.test("resources - a cursor survives the round trip and fits a URL", () => {
  fc.assert(fc.property(id, order, (id, order) => {
    const text = encodeCursor({ key: "finance.revenue", order, id });
    assert.match(text, /^[A-Za-z0-9_-]+$/);
    assert.equal(decodeCursor(text, "finance.revenue", order), id);
  }));
});

Deno.test("resources - a cursor of another list, another order or nobody's is refused", () => {
  const cursor = encodeCursor({ key: "finance.revenue", order: "desc", id: 5 });
  assert.equal(decodeCursor(cursor, "finance.expense", "desc"), undefined);
  assert.equal(decodeCursor(cursor, "finance.revenue", "asc"), undefined);
  assert.equal(decodeCursor(cursor, "finance.rev", "desc"), undefined);
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    assert.equal(decodeCursor(text, "finance.revenue", "desc"), undefined);
  }));
});

Deno.test("resources - If-Match names a version, quoted, weak or strong", () => {
  assert.deepEqual(expectedVersion(etagOf(3), undefined), { ok: true, version: 3 });
  assert.deepEqual(expectedVersion('W/"12"', 12), { ok: true, version: 12 });
  assert.deepEqual(expectedVersion(undefined, 4), { ok: true, version: 4 });
  assert.deepEqual(expectedVersion(undefined, undefined), { ok: true, version: undefined });
  for (const text of ["3", '"03"', '"x"', "*", "", '"1", "2"', '"99999999999"']) {
    assert.equal(expectedVersion(text, undefined).ok, false, text);
  }
  assert.equal(expectedVersion('"3"', 4).ok, false);
});

Deno.test("resources - an Idempotency-Key is 1 to 200 visible ASCII characters", () => {
  for (const key of [undefined, "a", "!~", "k".repeat(200)]) assert.ok(checkIdempotencyKey(key).ok);
  for (const key of ["", " ", "a b", "é", "k".repeat(201), "a\n"]) {
    assert.ok(!checkIdempotencyKey(key).ok, key);
  }
});

Deno.test("resources - a list query keeps credentials out of the filters", () => {
  const read = readListQuery(
    new URLSearchParams("token=x&ticket=y&status=open&limit=5&propertyId=2&order=asc"),
  );
  assert.deepEqual(read, {
    ok: true,
    query: { filters: { status: "open" }, propertyId: 2, limit: 5, order: "asc" },
  });
});

Deno.test("resources - a list query that says a thing twice or wrongly is refused", () => {
  for (
    const text of [
      "status=a&status=b",
      "order=up",
      "propertyId=0",
      "propertyId=01",
      "propertyId=1%20or%201=1",
    ]
  ) {
    assert.ok(!readListQuery(new URLSearchParams(text)).ok, text);
  }
});
