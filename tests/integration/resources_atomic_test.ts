import assert from "node:assert/strict";
import type { Sql } from "@/services/postgres/pool.ts";
import { transaction } from "@/services/postgres/transaction.ts";
import { codeOf, good, type Hotels, openHotels, person, resource } from "./resources_fixture.ts";

const revenue = resource("finance", "revenue");
const body = { propertyId: 1, amount: 1000 };
const POLL_MS = 5;
const POLLS_MAX = 2_000;

async function left({ superuser }: Hotels): Promise<unknown> {
  const [row] = await superuser`select (select count(*)::int from revenues) as revenues,
    (select count(*)::int from outbox) as outbox, (select count(*)::int from idempotency_keys) as keys`;
  return { ...row };
}

const NOTHING = { revenues: 0, outbox: 0, keys: 0 };

/** Keeps everybody from writing to the outbox until it is released. */
async function lockOutbox(superuser: Sql): Promise<() => Promise<void>> {
  const locked = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const holder = transaction(superuser, async (tx) => {
    await tx`lock table outbox in access exclusive mode`;
    locked.resolve();
    await gate.promise;
  });
  await locked.promise;
  return () => {
    gate.resolve();
    return holder;
  };
}

/** The backends of the app that wait for a lock, once there are `count`. */
async function waiting(superuser: Sql, count = 1): Promise<number[]> {
  for (let polls = 0; polls < POLLS_MAX; polls++) {
    const rows = await superuser<{ pid: number }[]>`select pid from pg_stat_activity
      where application_name = 'test-app' and wait_event_type = 'Lock' order by query_start`;
    if (rows.length >= count) return rows.map(({ pid }) => pid);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`There are never ${count} backends that wait for a lock`);
}

Deno.test("resources - where the event cannot be written, the record is not either", async () => {
  await using hotels = await openHotels();
  const broken = hotels.storeWith({ newId: () => "not-a-uuid" });
  await assert.rejects(broken.create(person(), revenue, body, { idempotencyKey: "k" }), /uuid/);
  assert.deepEqual(await left(hotels), NOTHING);
  assert.deepEqual(hotels.told, []);
});

Deno.test("resources - a connection that breaks between record and event leaves neither", async () => {
  await using hotels = await openHotels();
  const { superuser, store } = hotels;
  const release = await lockOutbox(superuser);
  const create = store.create(person(), revenue, body, { idempotencyKey: "k" });
  const [pid] = await waiting(superuser);
  await superuser`select pg_terminate_backend(${pid ?? 0})`;
  assert.equal(codeOf(await create), "unavailable");
  await release();
  assert.deepEqual(await left(hotels), NOTHING);
  assert.deepEqual(hotels.told, []);
  assert.equal(good(await store.create(person(), revenue, body, { idempotencyKey: "k" })).replayed, false);
  assert.deepEqual(await left(hotels), { revenues: 1, outbox: 1, keys: 1 });
});

Deno.test("resources - the holder of a key that dies lets the next one do the work", async () => {
  await using hotels = await openHotels();
  const { superuser, store } = hotels;
  const release = await lockOutbox(superuser);
  const first = store.create(person(), revenue, body, { idempotencyKey: "k" });
  const [pid] = await waiting(superuser);
  const second = store.create(person(), revenue, body, { idempotencyKey: "k" });
  await waiting(superuser, 2);
  await superuser`select pg_terminate_backend(${pid ?? 0})`;
  assert.equal(codeOf(await first), "unavailable");
  await release();
  assert.equal(good(await second).replayed, false);
  assert.deepEqual(await left(hotels), { revenues: 1, outbox: 1, keys: 1 });
});

Deno.test("resources - who waits too long for a record is told to come back", async () => {
  await using hotels = await openHotels();
  const { superuser, store } = hotels;
  const release = await lockOutbox(superuser);
  const answer = await store.create(person(), revenue, body);
  assert.ok(!answer.ok);
  assert.equal(answer.problem.code, "unavailable");
  assert.ok((answer.problem.retryAfter ?? 0) > 0);
  await release();
  assert.deepEqual(await left(hotels), NOTHING);
});
