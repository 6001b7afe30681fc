import assert from "node:assert/strict";
import fc from "fast-check";
import { checkAppRole } from "@/services/postgres/app_role.ts";
import { databaseError } from "@/services/postgres/errors.ts";
import { connectPool, type Sql, type Transaction } from "@/services/postgres/pool.ts";
import { inRelay, inTenant } from "@/services/postgres/tenant.ts";
import { forgetIdempotencyKeys } from "@/services/resources/idempotency.ts";
import { transaction } from "@/services/postgres/transaction.ts";
import { RESOURCES } from "@/lib/resources/catalog.ts";
import { good, type Hotels, openHotels, person, resource, SAMPLES } from "./resources_fixture.ts";

const PERMISSION_DENIED = "42501";
const ORGANISATIONS = [1, 2];

/** One record of every entity in property 1 of both organisations. */
async function fill({ store }: Hotels): Promise<void> {
  for (const orgId of ORGANISATIONS) {
    const make = async (key: string): Promise<number> => {
      const definition = RESOURCES.find((resource) => resource.key === key);
      assert.ok(definition);
      const asker = person({ orgId, role: definition.roles.create[0] ?? "admin" });
      const body = await SAMPLES[key]?.(make);
      const { currency: _, ...rest } = body ?? {};
      return good(await store.create(asker, definition, rest)).record.id;
    };
    for (const { key } of RESOURCES) await make(key);
  }
}

async function refusedWith(code: string, work: Promise<unknown>): Promise<void> {
  await assert.rejects(work, (error) => databaseError(error)?.code === code);
}

/** How many rows of each tenant table the transaction sees, by organisation. */
async function visible(tx: Transaction | Sql, table: string): Promise<number[]> {
  const column = table === "organisations" ? "id" : "org_id";
  const rows = await tx<{ org: number }[]>`select distinct ${tx(column)} as org from ${tx(table)} order by 1`;
  return rows.map(({ org }) => org);
}

const TABLES = ["organisations", "idempotency_keys", ...RESOURCES.map(({ table }) => table)];

Deno.test("rls - every table with an organisation has row-level security, forced", async () => {
  await using hotels = await openHotels();
  const rows = await hotels.superuser<{ name: string; forced: boolean; policies: number }[]>`
    select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as forced,
      (select count(*)::int from pg_policy where polrelid = c.oid) as policies
    from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.relname <> 'migrations'`;
  assert.ok(rows.length >= TABLES.length + 1);
  for (const { name, forced, policies } of rows) assert.ok(forced && policies > 0, name);
});

Deno.test("rls - without an organisation nothing is visible or writable, with one only its own is", async () => {
  await using hotels = await openHotels();
  await fill(hotels);
  await hotels.superuser`insert into idempotency_keys (org_id, user_id, key, request_hash)
    select org, 'u', 'k', repeat('0', 64) from unnest(array[1, 2]) as org`;
  for (const table of TABLES) {
    assert.deepEqual(await visible(hotels.sql, table), [], `${table} without an organisation`);
    for (const orgId of ORGANISATIONS) {
      assert.deepEqual(await inTenant(hotels.sql, orgId, (tx) => visible(tx, table)), [orgId], table);
    }
    assert.deepEqual(await inTenant(hotels.sql, 999, (tx) => visible(tx, table)), [], table);
  }
});

Deno.test("rls - one organisation cannot write rows of the other, whatever the statement says", async () => {
  await using hotels = await openHotels();
  await fill(hotels);
  const asOne = (work: (tx: Transaction) => Promise<unknown>) => inTenant(hotels.sql, 1, work);
  const insertion = asOne((tx) =>
    tx`
    insert into tasks (org_id, property_id, title, description, status, priority, created_by)
    values (2, 1, 'x', '', 'open', 'low', 'x')`
  );
  await refusedWith(PERMISSION_DENIED, insertion);
  await refusedWith(PERMISSION_DENIED, asOne((tx) => tx`update tasks set org_id = 2`));
  const changed = await asOne(async (tx) =>
    (await tx`update tasks set title = 'taken' where org_id = 2`).count
  );
  const removed = await asOne(async (tx) => (await tx`delete from tasks where org_id = 2`).count);
  assert.deepEqual([changed, removed], [0, 0]);
  await refusedWith(
    PERMISSION_DENIED,
    asOne((tx) =>
      tx`insert into outbox (id, org_id, subject, payload) values (gen_random_uuid(), 2, 'evt', '{}')`
    ),
  );
  const [left] = await hotels
    .superuser`select count(*)::int as count from tasks where org_id = 2 and title <> 'taken'`;
  assert.equal(left?.count, 1);
});

Deno.test("rls - a pooled connection carries no organisation over, after a commit or an abort", async () => {
  await using hotels = await openHotels();
  await fill(hotels);
  const single = connectPool(hotels.database.appUrl, { max: 1, applicationName: "test-single" });
  try {
    // The one connection of the pool, without an organisation.
    const bare = <T>(work: (tx: Transaction) => Promise<T>) => transaction(single, work);
    const backend = async (tx: Transaction) => (await tx`select pg_backend_pid() as pid`)[0]?.pid;
    const first = await inTenant(single, 1, backend);
    assert.equal(await bare(backend), first, "the same connection is used again");
    assert.deepEqual(await bare((tx) => visible(tx, "tasks")), []);
    await assert.rejects(inTenant(single, 1, (tx) => tx`select 1 / 0`));
    assert.equal(await bare(backend), first);
    assert.deepEqual(await bare((tx) => visible(tx, "tasks")), []);
    assert.deepEqual(await inTenant(single, 2, (tx) => visible(tx, "tasks")), [2]);
    await assert.rejects(inRelay(single, () => Promise.reject(new Error("given up"))));
    await refusedWith(PERMISSION_DENIED, bare((tx) => tx`select * from outbox`));
    assert.equal(await bare(backend), first);
    const [role] = await bare((tx) =>
      tx`select current_user as name, current_setting('app.org', true) as org`
    );
    assert.equal(role?.name, "innstream_app");
    assert.equal(role?.org, "");
  } finally {
    await single.end({ timeout: 5 });
  }
});

Deno.test("rls - the app login cannot lift the rules or become another but the relay", async () => {
  await using hotels = await openHotels();
  const { sql } = hotels;
  for (
    const statement of [
      "alter table tasks disable row level security",
      "alter table tasks no force row level security",
      "drop policy tenant on tasks",
      "create policy all_of_it on tasks using (true)",
      "set role innstream_owner",
      "set role postgres",
      "set session authorization innstream_owner",
      "alter role innstream_app bypassrls",
      "truncate tasks",
      "create table mine (id int)",
      "create temporary table mine (id int)",
      "select * from migrations",
      "select last_value from tasks_id_seq",
      "update organisations set name = 'x'",
      "call tenant_table('tasks')",
      "copy tasks to program 'true'",
    ]
  ) await refusedWith(PERMISSION_DENIED, sql.unsafe(statement));
  await assert.rejects(sql.unsafe("set row_security = off; select * from tasks"), /row-level security/);
});

Deno.test("rls - the outbox takes the app's own events and shows them to the relay alone", async () => {
  await using hotels = await openHotels();
  const { sql } = hotels;
  for (const orgId of ORGANISATIONS) {
    good(
      await hotels.store.create(person({ orgId }), resource("tasks", "task"), { propertyId: 1, title: "x" }),
    );
  }
  for (const statement of ["select * from outbox", "update outbox set seq = 1", "delete from outbox"]) {
    await refusedWith(PERMISSION_DENIED, inTenant(sql, 1, (tx) => tx.unsafe(statement)));
  }
  await refusedWith(
    PERMISSION_DENIED,
    inTenant(sql, 1, (tx) =>
      tx`
      insert into outbox (id, org_id, subject, payload, seq) values (gen_random_uuid(), 1, 'evt', '{}', 5)`),
  );
  assert.deepEqual(await inRelay(sql, (tx) => visible(tx, "outbox")), [1, 2]);
  await inRelay(sql, async (tx) => {
    const locked = await tx`select id from outbox where seq is null for update skip locked`;
    assert.equal(locked.length, 2);
    assert.equal((await tx`update outbox set seq = 9, published_at = now()`).count, 2);
  });
  await refusedWith(
    PERMISSION_DENIED,
    inRelay(sql, (tx) => tx`update outbox set payload = '{"forged": true}'`),
  );
  await refusedWith(PERMISSION_DENIED, inRelay(sql, (tx) => tx`select * from tasks`));
  assert.equal(await inRelay(sql, async (tx) => (await tx`delete from outbox`).count), 2);
});

Deno.test("rls - keys older than a day are forgotten for all organisations, younger ones kept", async () => {
  await using hotels = await openHotels();
  await hotels.superuser`
    insert into idempotency_keys (org_id, user_id, key, request_hash, created_at)
    select org, 'u', age, repeat('0', 64), now() - age::interval
    from unnest(array[1, 2]) as org, unnest(array['23 hours', '25 hours']) as age`;
  await refusedWith(PERMISSION_DENIED, inRelay(hotels.sql, (tx) => tx`select body from idempotency_keys`));
  assert.equal(await forgetIdempotencyKeys(hotels.sql), 2);
  const left = await hotels.superuser`select org_id, key from idempotency_keys order by org_id`;
  assert.deepEqual(left.map(({ key }) => key), ["23 hours", "23 hours"]);
});

Deno.test("rls - the owner is bound too", async () => {
  await using hotels = await openHotels();
  await fill(hotels);
  const owner = connectPool(hotels.database.ownerUrl, { max: 1, applicationName: "test-owner" });
  try {
    for (const table of TABLES) assert.deepEqual(await visible(owner, table), [], table);
    assert.deepEqual(await visible(owner, "outbox"), []);
    assert.deepEqual(await inTenant(owner, 2, (tx) => visible(tx, "revenues")), [2]);
  } finally {
    await owner.end({ timeout: 5 });
  }
});

Deno.test("rls - a login that row-level security does not bind is told in one line", async () => {
  await using hotels = await openHotels();
  const { superuser, sql } = hotels;
  const owner = connectPool(hotels.database.ownerUrl, { max: 1, applicationName: "test-owner" });
  const check = async (pool: Sql, pattern: RegExp) => {
    const line = await checkAppRole(pool) ?? "";
    assert.match(line, pattern);
    assert.ok(!line.includes("\n"));
  };
  try {
    assert.equal(await checkAppRole(sql), undefined);
    await check(superuser, /is a superuser/);
    await check(owner, /"innstream_owner" owns .*revenues/);
    await superuser`alter table tasks no force row level security`;
    await check(sql, /not forced on tasks/);
  } finally {
    await owner.end({ timeout: 5 });
  }
});

/** What two organisations do at the same time on equal property ids. */
const step = fc.record({
  orgId: fc.constantFrom(...ORGANISATIONS),
  verb: fc.constantFrom("create" as const, "update" as const, "remove" as const),
  target: fc.nat({ max: 9 }),
});

Deno.test("rls - whatever two organisations do, neither sees or touches the other's records", async () => {
  await using hotels = await openHotels();
  const task = resource("tasks", "task");
  const asker = (orgId: number) => person({ orgId, userId: `user-${orgId}` });
  const known: { id: number; orgId: number; version: number }[] = [];
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 15 }), async (steps) => {
      for (const { orgId, verb, target } of steps) {
        const record = known.at(-1 - target);
        if (verb === "create" || record === undefined) {
          const body = { propertyId: 1, title: `of ${orgId}` };
          const { record: made } = good(await hotels.store.create(asker(orgId), task, body));
          known.push({ id: made.id, orgId, version: made.version });
        } else if (verb === "update") {
          const body = { title: `of ${orgId}`, version: record.version };
          const answer = await hotels.store.update(asker(orgId), task, record.id, body);
          assert.equal(answer.ok, record.orgId === orgId);
          if (answer.ok) record.version = answer.record.version;
          else assert.equal(answer.problem.code, "not_found");
        } else {
          const answer = await hotels.store.remove(asker(orgId), task, record.id);
          assert.equal(answer.ok, record.orgId === orgId);
          if (answer.ok) known.splice(known.indexOf(record), 1);
        }
      }
      for (const orgId of ORGANISATIONS) {
        const { items } = good(await hotels.store.list(asker(orgId), task, { limit: 200 }));
        const own = known.filter((record) => record.orgId === orgId).map(({ id }) => id);
        assert.deepEqual(items.map(({ id }) => id).toSorted((a, b) => a - b), own);
        for (const item of items) assert.equal(item.title, `of ${orgId}`);
      }
    }),
    { numRuns: 10, endOnFailure: true },
  );
  for (const { subject, payload } of hotels.told) {
    const { actor } = JSON.parse(payload);
    assert.ok(
      subject.startsWith(`evt.${actor.slice("user-".length)}.1.tasks.task.`),
      `${subject} by ${actor}`,
    );
  }
});
