import assert from "node:assert/strict";
import { recordResponse } from "@/services/resources/responses.ts";
import { codeOf, good, type Hotels, openHotels, person, resource } from "./resources_fixture.ts";

const revenue = resource("finance", "revenue");
const body = { propertyId: 1, amount: 1000 };
const idempotencyKey = "order-66!~";

async function countOf({ superuser }: Hotels, table: string): Promise<number> {
  const [row] = await superuser<{ count: number }[]>`select count(*)::int as count from ${superuser(table)}`;
  return row?.count ?? -1;
}

Deno.test("resources - the same key and body again is answered as before, and does nothing", async () => {
  await using hotels = await openHotels();
  const { store } = hotels;
  const first = good(await store.create(person(), revenue, body, { idempotencyKey }));
  const reordered = { amount: "1000", propertyId: 1 };
  const second = good(await store.create(person(), revenue, reordered, { idempotencyKey }));
  assert.deepEqual(second, { ...first, replayed: true });
  assert.deepEqual(await Promise.all(["revenues", "outbox"].map((table) => countOf(hotels, table))), [1, 1]);
  assert.equal(hotels.told.length, 1);
  const response = recordResponse(revenue, second);
  assert.equal(response.status, 201);
  assert.equal(response.headers.get("idempotent-replayed"), "true");
  assert.equal(response.headers.get("location"), `/finance/revenue/${first.record.id}`);
});

Deno.test("resources - the answer under a key stays, whatever becomes of the record", async () => {
  await using hotels = await openHotels();
  const { store } = hotels;
  const { record } = good(await store.create(person(), revenue, body, { idempotencyKey }));
  good(await store.update(person(), revenue, record.id, { amount: 1, version: 1 }));
  good(await store.remove(person(), revenue, record.id));
  assert.deepEqual(good(await store.create(person(), revenue, body, { idempotencyKey })).record, record);
});

Deno.test("resources - a key used for something else is refused, another person's or organisation's is not ours", async () => {
  await using hotels = await openHotels();
  const { store } = hotels;
  good(await store.create(person(), revenue, body, { idempotencyKey }));
  const other = await store.create(person(), revenue, { ...body, amount: 1001 }, { idempotencyKey });
  assert.equal(codeOf(other), "idempotency_key_reused");
  const elsewhere = await store.create(person(), resource("finance", "expense"), body, { idempotencyKey });
  assert.equal(codeOf(elsewhere), "idempotency_key_reused");
  for (const someone of [person({ userId: "arjun" }), person({ orgId: 2 })]) {
    assert.equal(good(await store.create(someone, revenue, body, { idempotencyKey })).replayed, false);
  }
  assert.equal(await countOf(hotels, "revenues"), 3);
});

Deno.test("resources - of many at once with one key one does it, the others get its answer", async () => {
  await using hotels = await openHotels();
  const attempts = Array.from(
    { length: 8 },
    () => hotels.store.create(person(), revenue, body, { idempotencyKey }),
  );
  const answers = (await Promise.all(attempts)).map(good);
  assert.equal(answers.filter(({ replayed }) => !replayed).length, 1);
  assert.equal(new Set(answers.map(({ record }) => JSON.stringify(record))).size, 1);
  assert.deepEqual(await Promise.all(["revenues", "outbox"].map((table) => countOf(hotels, table))), [1, 1]);
});

Deno.test("resources - a request that failed does not use its key up", async () => {
  await using hotels = await openHotels();
  const { store } = hotels;
  assert.equal(
    codeOf(await store.create(person(), revenue, { ...body, propertyId: 9 }, { idempotencyKey })),
    "validation_failed",
  );
  assert.equal(
    codeOf(await store.create(person(), revenue, { ...body, amount: 0 }, { idempotencyKey })),
    "validation_failed",
  );
  assert.equal(await countOf(hotels, "idempotency_keys"), 0);
  assert.equal(good(await store.create(person(), revenue, body, { idempotencyKey })).replayed, false);
});

Deno.test("resources - a key is free again after a day, even before it is swept", async () => {
  await using hotels = await openHotels();
  const { store } = hotels;
  const first = good(await store.create(person(), revenue, body, { idempotencyKey }));
  await hotels.superuser`update idempotency_keys set created_at = now() - interval '24 hours 1 minute'`;
  const changed = { ...body, amount: 5 };
  const second = good(await store.create(person(), revenue, changed, { idempotencyKey }));
  assert.notEqual(second.record.id, first.record.id);
  assert.equal(good(await store.create(person(), revenue, changed, { idempotencyKey })).replayed, true);
});

Deno.test("resources - a key that is none is a bad request", async () => {
  await using hotels = await openHotels();
  for (const idempotencyKey of ["", "a b", "é", "k".repeat(201)]) {
    assert.equal(
      codeOf(await hotels.store.create(person(), revenue, body, { idempotencyKey })),
      "bad_request",
    );
  }
});
