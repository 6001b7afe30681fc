import assert from "node:assert/strict";
import { type Problem, ProblemError } from "@/lib/protocol/problems.ts";
import type { Sql } from "@/services/postgres/pool.ts";
import { inTenant, TRANSACTIONS_PENDING_MAX } from "@/services/postgres/tenant.ts";
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

/** The backend of the app that waits for a lock, once there is one. */
async function waiting(superuser: Sql): Promise<number> {
  for (let polls = 0; polls < POLLS_MAX; polls++) {
    const [row] = await superuser<{ pid: number }[]>`
      select pid from pg_stat_activity where application_name = 'test-app' and wait_event_type = 'Lock'`;
    if (row) return row.pid;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error("No backend waits for a lock");
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
  let answer;
  await superuser.begin(async (tx) => {
    await tx`lock table outbox in access exclusive mode`;
    const create = store.create(person(), revenue, body, { idempotencyKey: "k" });
    await tx`select pg_terminate_backend(${await waiting(superuser)})`;
    answer = await create;
    assert.equal(codeOf(answer), "unavailable");
  });
  assert.deepEqual(await left(hotels), NOTHING);
  assert.deepEqual(hotels.told, []);
  assert.equal(good(await store.create(person(), revenue, body, { idempotencyKey: "k" })).replayed, false);
  assert.deepEqual(await left(hotels), { revenues: 1, outbox: 1, keys: 1 });
});

Deno.test("resources - the holder of a key that dies lets the next one do the work", async () => {
  await using hotels = await openHotels();
  const { superuser, store } = hotels;
  await superuser.begin(async (tx) => {
    await tx`lock table outbox in access exclusive mode`;
    const first = store.create(person(), revenue, body, { idempotencyKey: "k" });
    const pid = await waiting(superuser);
    const second = store.create(person(), revenue, body, { idempotencyKey: "k" });
    await tx`select pg_terminate_backend(${pid})`;
    assert.equal(codeOf(await first), "unavailable");
    await tx`rollback`;
    assert.equal(good(await second).replayed, false);
  });
  assert.deepEqual(await left(hotels), { revenues: 1, outbox: 1, keys: 1 });
});

Deno.test("resources - a query on a broken connection is unavailable and the next one works", async () => {
  await using hotels = await openHotels();
  good(await hotels.store.create(person(), revenue, body));
  await hotels.superuser`
    select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'test-app'`;
  let answer = await hotels.store.list(person(), revenue);
  if (!answer.ok) {
    assert.equal(answer.problem.code, "unavailable");
    answer = await hotels.store.list(person(), revenue);
  }
  assert.equal(good(answer).items.length, 1);
});

Deno.test("resources - transactions beyond the bound are told to come back, not queued", async () => {
  await using hotels = await openHotels();
  const { sql } = hotels;
  const gate = Promise.withResolvers<void>();
  const running = Array.from(
    { length: TRANSACTIONS_PENDING_MAX },
    () => inTenant(sql, 1, () => gate.promise),
  );
  const problem = await inTenant(sql, 1, () => Promise.resolve()).then(
    () => undefined,
    (error): Problem | undefined => error instanceof ProblemError ? error.problem : undefined,
  );
  gate.resolve();
  await Promise.all(running);
  assert.equal(problem?.code, "unavailable");
  await inTenant(sql, 1, () => Promise.resolve());
});

Deno.test("resources - a bigint beyond the safe integers rejects the query instead of being rounded", async () => {
  await using hotels = await openHotels();
  const [row] = await hotels.sql`select 9007199254740991::bigint as safe, array[1, 2]::bigint[] as ids,
    '2026-11-23 13:00:00.123456+05:30'::timestamptz as at, '2026-11-23'::date as day`;
  assert.deepEqual({ ...row }, {
    safe: Number.MAX_SAFE_INTEGER,
    ids: [1, 2],
    at: "2026-11-23T07:30:00.123Z",
    day: "2026-11-23",
  });
  await assert.rejects(
    Promise.resolve(hotels.sql`select 9007199254740993::bigint`),
    /beyond the safe integers/,
  );
  assert.equal((await hotels.sql`select 1 as one`)[0]?.one, 1);
});
