// The audit table of the flags: it follows the store, whatever happens to PostgreSQL in between.
import assert from "node:assert/strict";
import postgres from "postgres";
import { databaseError } from "@/services/postgres/errors.ts";
import { connectPool, type Sql } from "@/services/postgres/pool.ts";
import { inRelay } from "@/services/postgres/tenant.ts";
import { call, startDemo, until } from "../harness/live.ts";
import { testPostgresUrl } from "../harness/postgres.ts";
import type { TestServer } from "../harness/server.ts";
import { changesOf, flagsOf, operator, PERCENT, putByHand, setFlags, STREAMING } from "./flags_kit.ts";

const PERMISSION_DENIED = "42501";
const ORGANISATIONS = 1_000;

let server: TestServer;
let superuser: Sql;
Deno.test.beforeAll(async () => {
  server = await startDemo();
  superuser = connectPool(server.database.superuserUrl, { max: 1, applicationName: "test" });
});
Deno.test.afterAll(async () => {
  await superuser?.end();
  await server?.stop();
});

interface Row {
  flag: string;
  old_value: unknown;
  new_value: unknown;
  changed_by: string | null;
  org_id: number | null;
}

function rows(): Promise<Row[]> {
  return superuser<Row[]>`
    select flag, old_value, new_value, changed_by, org_id from flag_changes order by changed_at, revision`;
}

/** Cuts the database off from everyone until `open`. */
async function closeDatabase(): Promise<{ open(): Promise<void> }> {
  const name = new URL(server.database.appUrl).pathname.slice(1);
  const run = postgres(testPostgresUrl(), { max: 1, onnotice: () => {} });
  const cut = () => run`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name}`;
  await run.unsafe(`alter database ${name} allow_connections false`);
  await cut();
  return {
    async open() {
      await run.unsafe(`alter database ${name} allow_connections true`);
      await run.end();
    },
  };
}

Deno.test("flag audit - two instances that see a change write it once, by hand or not", async () => {
  const other = await server.another();
  await setFlags(other, { [PERCENT]: 10 });
  await putByHand(server, PERCENT, "12.5");
  await setFlags(server, { FINANCE_REALTIME_V1: false });
  const written = await until("all are written", async () => {
    const all = await rows();
    return all.length >= 3 && all;
  });
  assert.deepEqual([...written], [
    { flag: PERCENT, old_value: 100, new_value: 10, changed_by: "ishan", org_id: 1 },
    { flag: PERCENT, old_value: 10, new_value: 12.5, changed_by: null, org_id: null },
    { flag: "FINANCE_REALTIME_V1", old_value: true, new_value: false, changed_by: "ishan", org_id: 1 },
  ]);
  await other.stop();
  assert.equal((await rows()).length, 3);
});

Deno.test("flag audit - with PostgreSQL away streaming can be switched off, and the table has it afterwards", async () => {
  const before = (await rows()).length;
  const database = await closeDatabase();
  const answer = await setFlags(server, { [STREAMING]: false });
  assert.equal(answer.status, 200, answer.text);
  assert.equal((await flagsOf(server)).streaming, false);
  await setFlags(server, { [PERCENT]: 20 });
  await until(
    "it was tried and did not work",
    () =>
      server.logged.some(({ fields }) => /not currently accepting connections/.test(String(fields?.error))),
  );
  await database.open();
  const after = await until("both are written", async () => {
    const all = await rows();
    return all.length === before + 2 && all;
  });
  assert.deepEqual(after.slice(before).map(({ flag, new_value }) => [flag, new_value]), [
    [STREAMING, false],
    [PERCENT, 20],
  ]);
});

Deno.test("flag audit - what was never written is read from the store's history at the next start", async () => {
  const before = await rows();
  await superuser`delete from flag_changes`;
  const other = await server.another();
  const after = await until("all are back", async () => {
    const all = await rows();
    return all.length === before.length && all;
  });
  assert.deepEqual([...after], [...before]);
  await other.stop();
});

Deno.test("flag audit - a name that a database would refuse is kept in a readable form", async () => {
  const token = await server.token({ sub: "a\u0000b\ud800", role: "admin" });
  const answer = await call(`${server.url}/feature-flags`, { token, json: { [PERCENT]: 21 } });
  assert.equal(answer.status, 200, answer.text);
  const { changedBy } = await until("it is listed", async () => {
    const { json } = await changesOf(server, "?limit=1");
    return json.items[0]?.newValue === 21 && json.items[0];
  });
  assert.ok(!/[\p{Cc}]/u.test(changedBy) && changedBy.startsWith("a"), changedBy);
});

Deno.test("flag audit - the app adds and reads; nobody changes or removes", async () => {
  const { sql } = server.services;
  const statements = [
    "update flag_changes set new_value = 'true'",
    "delete from flag_changes",
    "truncate flag_changes",
  ];
  for (const statement of statements) {
    await assert.rejects(sql.unsafe(statement), (error) => databaseError(error)?.code === PERMISSION_DENIED);
  }
  for (const statement of ["select * from flag_changes", "select name from organisations"]) {
    await assert.rejects(
      inRelay(sql, (tx) => tx.unsafe(statement)),
      (error) => databaseError(error)?.code === PERMISSION_DENIED,
    );
  }
});

Deno.test("flag audit - of 1000 organisations about as many are in as the percentage says", async () => {
  const organisations = await server.another();
  await superuser`insert into organisations (id, name)
    select id, 'Organisation ' || id from generate_series(3, ${ORGANISATIONS}) as id`;
  const token = await operator(server);
  const { json } = await call(`${organisations.url}/feature-flags/counts`, { token });
  assert.equal(json.organisations, ORGANISATIONS);
  for (const percent of [0, 1, 10, 50, 100]) {
    const inside = json.shares[percent];
    console.log(`    ${String(percent).padStart(3)} %: ${inside} of ${ORGANISATIONS} organisations`);
    const expected = ORGANISATIONS * percent / 100;
    assert.ok(Math.abs(inside - expected) <= 5 * Math.sqrt(expected * (1 - percent / 100)), `${inside}`);
  }
  await organisations.stop();
});
