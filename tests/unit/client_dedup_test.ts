import assert from "node:assert/strict";
import fc from "fast-check";
import { Dedup, DEDUP_IDS_MAX, DEDUP_ORGANISATIONS_MAX } from "@/lib/client/dedup.ts";

function fill(dedup: Dedup, orgId: number, count: number): void {
  for (let i = 0; i < count; i++) dedup.seen(orgId, `id-${i}`);
}

Deno.test("client dedup - an id is new once", () => {
  const dedup = new Dedup();
  assert.deepEqual([dedup.seen(1, "a"), dedup.seen(1, "a"), dedup.seen(1, "b")], [false, true, false]);
});

Deno.test("client dedup - organisations do not know each other's ids", () => {
  const dedup = new Dedup();
  dedup.seen(1, "a");
  assert.equal(dedup.seen(2, "a"), false);
});

Deno.test("client dedup - the least recently seen id is forgotten first", () => {
  const dedup = new Dedup();
  fill(dedup, 1, DEDUP_IDS_MAX);
  assert.equal(dedup.seen(1, "id-0"), true);
  dedup.seen(1, "one more");
  assert.deepEqual([dedup.seen(1, "id-0"), dedup.seen(1, "id-2"), dedup.seen(1, "id-1")], [
    true,
    true,
    false,
  ]);
});

Deno.test("client dedup - the least recently used organisation is forgotten first", () => {
  const dedup = new Dedup();
  for (let orgId = 1; orgId <= DEDUP_ORGANISATIONS_MAX; orgId++) dedup.seen(orgId, "a");
  dedup.seen(1, "b");
  dedup.seen(99, "a");
  assert.deepEqual([dedup.seen(1, "a"), dedup.seen(3, "a"), dedup.seen(2, "a")], [true, true, false]);
});

Deno.test("client dedup - agrees with a list that moves what it sees to its end", () => {
  const ids = fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 1_100 })), {
    maxLength: 4_000,
    size: "max",
  });
  fc.assert(
    fc.property(ids, (calls) => {
      const dedup = new Dedup();
      const model: { orgId: number; ids: string[] }[] = [];
      for (const [orgId, number] of calls) {
        const id = `id-${number}`;
        const at = model.findIndex((one) => one.orgId === orgId);
        const [one = { orgId, ids: [] }] = at < 0 ? [] : model.splice(at, 1);
        const known = one.ids.indexOf(id);
        if (known >= 0) one.ids.splice(known, 1);
        one.ids = [...one.ids, id].slice(-DEDUP_IDS_MAX);
        model.push(one);
        if (model.length > DEDUP_ORGANISATIONS_MAX) model.shift();
        assert.equal(dedup.seen(orgId, id), known >= 0);
      }
    }),
    { numRuns: 30 },
  );
});
