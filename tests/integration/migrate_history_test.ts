import assert from "node:assert/strict";
import { fileURLToPath, pathToFileURL } from "node:url";
import { connectPool, type Sql } from "@/services/postgres/pool.ts";
import { bootstrapDatabase, type BootstrapUrls } from "@/services/postgres/bootstrap.ts";
import { migrateDown, migrateUp, migrationStatus } from "@/services/postgres/migrate.ts";
import { MIGRATIONS_DIR, readMigrations } from "@/services/postgres/migration_files.ts";
import { testDatabase, testPostgresUrl } from "../harness/postgres.ts";

/** A migrated database and a copy of the migrations that the test may change. */
async function withCopy(
  work: (at: { ownerUrl: string; sql: Sql; copy: URL }) => Promise<void>,
): Promise<void> {
  const database = await testDatabase();
  const directory = await Deno.makeTempDir();
  const sql = connectPool(database.superuserUrl, { max: 2, applicationName: "test" });
  try {
    for await (const { name } of Deno.readDir(MIGRATIONS_DIR)) {
      await Deno.copyFile(new URL(name, MIGRATIONS_DIR), `${directory}/${name}`);
    }
    await work({ ownerUrl: database.ownerUrl, sql, copy: pathToFileURL(`${directory}/`) });
  } finally {
    await sql.end({ timeout: 5 });
    await database.drop();
    await Deno.remove(directory, { recursive: true });
  }
}

const quiet = () => {};

/** Everything that the schema consists of, as text, to compare before and after. */
async function schemaOf(sql: Sql): Promise<string[]> {
  const rows = await sql<{ line: string }[]>`
    select 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable as line
      from information_schema.columns where table_schema = 'public'
    union all select 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
      from pg_constraint where connamespace = 'public'::regnamespace
    union all select 'index ' || indexdef from pg_indexes where schemaname = 'public'
    union all select 'policy ' || tablename || ' ' || policyname || ' ' || cmd || ' ' || roles::text || ' ' ||
      coalesce(qual, '') || coalesce(with_check, '') from pg_policies where schemaname = 'public'
    union all select 'grant ' || grantee || ' ' || table_name || ' ' || privilege_type
      from information_schema.role_table_grants where table_schema = 'public'
    union all select 'routine ' || routine_name from information_schema.routines where routine_schema = 'public'
    order by 1`;
  return rows.map(({ line }) => line);
}

Deno.test("migrate - all the way down leaves nothing, and up again gives the same schema", async () => {
  await withCopy(async ({ ownerUrl, sql }) => {
    const before = await schemaOf(sql);
    const all = await readMigrations(MIGRATIONS_DIR);
    assert.equal(await migrateUp(ownerUrl, quiet), 0);
    assert.equal(await migrateDown(ownerUrl, all.length + 5, quiet), all.length);
    const bare = await schemaOf(sql);
    assert.deepEqual(bare.filter((line) => !/ migrations|\bmigrations_pkey|\.migrations\b/.test(line)), []);
    const lines: string[] = [];
    assert.equal(await migrateUp(ownerUrl, (line) => lines.push(line)), all.length);
    assert.deepEqual(lines, all.map(({ id, name }) => `Ran migration ${id}_${name}`));
    assert.deepEqual(await schemaOf(sql), before);
  });
});

Deno.test("migrate - each migration can be taken back by itself", async () => {
  await withCopy(async ({ ownerUrl, sql }) => {
    const all = await readMigrations(MIGRATIONS_DIR);
    const schemas = [await schemaOf(sql)];
    for (const _ of all) {
      assert.equal(await migrateDown(ownerUrl, 1, quiet), 1);
      schemas.push(await schemaOf(sql));
    }
    const [bare] = await migrationStatus(ownerUrl);
    assert.equal(bare?.appliedAt, null);
    assert.equal(await migrateUp(ownerUrl, quiet), all.length);
    assert.deepEqual(await schemaOf(sql), schemas[0]);
    assert.ok((await migrationStatus(ownerUrl)).every(({ appliedAt }) => appliedAt !== null));
  });
});

Deno.test("migrate - a file edited after it ran is refused, other line ends are not", async () => {
  await withCopy(async ({ ownerUrl, copy }) => {
    const file = new URL("2_create_outbox.up.sql", copy);
    const text = await Deno.readTextFile(file);
    await Deno.writeTextFile(file, text.replaceAll("\n", "\r\n"));
    assert.equal(await migrateUp(ownerUrl, quiet, copy), 0);
    await Deno.writeTextFile(file, `${text}\n-- one more line`);
    const edited = /2_create_outbox\.up\.sql was edited after it ran/;
    await assert.rejects(migrateUp(ownerUrl, quiet, copy), edited);
    await assert.rejects(migrateDown(ownerUrl, 1, quiet, copy), edited);
    await assert.rejects(migrationStatus(ownerUrl, copy), edited);
  });
});

Deno.test("migrate - a database ahead of the checkout, and a number that comes too late, are refused", async () => {
  await withCopy(async ({ ownerUrl, sql, copy }) => {
    const [last] = (await readMigrations(copy)).slice(-1);
    assert.ok(last);
    await Deno.writeTextFile(new URL("90_add_rows.up.sql", copy), "create table late (id int)");
    await Deno.writeTextFile(new URL("90_add_rows.down.sql", copy), "drop table late");
    assert.equal(await migrateUp(ownerUrl, quiet, copy), 1);
    await assert.rejects(
      migrateUp(ownerUrl, quiet),
      /has run 90_add_rows, which this checkout does not have/,
    );
    await Deno.writeTextFile(new URL("80_add_more.up.sql", copy), "select 1");
    await Deno.writeTextFile(new URL("80_add_more.down.sql", copy), "select 1");
    await assert.rejects(migrateUp(ownerUrl, quiet, copy), /80_add_more is older than 90/);
    const [row] = await sql<{ count: number }[]>`select count(*)::int as count from migrations`;
    assert.equal(row?.count, (await readMigrations(MIGRATIONS_DIR)).length + 1);
  });
});

Deno.test("migrate - a migration that fails leaves nothing of itself and says file and line", async () => {
  await withCopy(async ({ ownerUrl, sql, copy }) => {
    await Deno.writeTextFile(
      new URL("90_add_rows.up.sql", copy),
      "create table half (id int);\n\nselect nonsense from half;",
    );
    await Deno.writeTextFile(new URL("90_add_rows.down.sql", copy), "drop table half");
    await assert.rejects(
      migrateUp(ownerUrl, quiet, copy),
      /Cannot run 90_add_rows\.up\.sql, line 3: column "nonsense"/,
    );
    const [row] = await sql<{ half: string | null }[]>`select to_regclass('half')::text as half`;
    assert.equal(row?.half, null);
  });
});

Deno.test("migrate - two processes at once run each migration once", async () => {
  await withCopy(async ({ ownerUrl }) => {
    const all = await readMigrations(MIGRATIONS_DIR);
    await migrateDown(ownerUrl, all.length, quiet);
    const ran = await Promise.all([1, 2, 3].map(() => migrateUp(ownerUrl, quiet)));
    assert.equal(ran.reduce((sum, count) => sum + count), all.length);
  });
});

Deno.test("migrate - files that are misnamed, lack their twin or share a number are told", async () => {
  await withCopy(async ({ copy }) => {
    const write = (name: string) => Deno.writeTextFile(new URL(name, copy), "select 1");
    const remove = (name: string) => Deno.remove(new URL(name, copy));
    await write("4_Create.up.sql");
    await assert.rejects(readMigrations(copy), /"4_Create\.up\.sql" is not named/);
    await remove("4_Create.up.sql");
    await write("90_add_rows.up.sql");
    await assert.rejects(readMigrations(copy), /90_add_rows lacks its \.down\.sql/);
    await write("90_add_rows.down.sql");
    await write("90_add_more.up.sql");
    await write("90_add_more.down.sql");
    await assert.rejects(readMigrations(copy), /number 90 is used twice/);
  });
});

Deno.test("migrate - the command line tells what it did and what is missing", async () => {
  await withCopy(async ({ ownerUrl }) => {
    const cli = fileURLToPath(new URL("../../services/postgres/migrate_cli.ts", import.meta.url));
    const run = async (args: string[], env: Record<string, string>) => {
      const command = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", cli, ...args],
        env,
      });
      const { code, stdout, stderr } = await command.output();
      return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
    };
    const env = { MIGRATE_DATABASE_URL: ownerUrl };
    assert.match((await run(["down", "1"], env)).text, /Took back 1 of the migrations/);
    assert.match((await run(["status"], env)).text, /not run/);
    assert.match((await run(["up"], env)).text, /Ran 1 of the migrations/);
    for (const args of [[], ["sideways"], ["down"], ["up", "2"]]) {
      const { code, text } = await run(args, env);
      assert.equal(code, 1);
      assert.match(text, /Usage: deno task migrate/);
    }
    const none = await run(["up"], { MIGRATE_DATABASE_URL: "", DATA_DIR: "/nonexistent" });
    assert.match(none.text, /MIGRATE_DATABASE_URL \(the owner.s login\) is not set/);
    const unreachable = await run(["up"], { MIGRATE_DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" });
    assert.equal(unreachable.code, 1);
    assert.match(unreachable.text, /ECONNREFUSED/);
    assert.doesNotMatch(unreachable.text, /\bat .*\.ts:/);
  });
});

Deno.test("migrate - bootstrapping again keeps the database and changes only what was asked", async () => {
  const database = await testDatabase();
  const { password } = new URL(database.ownerUrl);
  const passwords = { owner: password, app: new URL(database.appUrl).password };
  const name = new URL(database.ownerUrl).pathname.slice(1);
  try {
    const again: BootstrapUrls[] = await Promise.all(
      [1, 2, 3].map(() => bootstrapDatabase(testPostgresUrl(), { database: name, passwords })),
    );
    for (const urls of again) {
      assert.deepEqual(urls, { ownerUrl: database.ownerUrl, appUrl: database.appUrl });
    }
    const all = await readMigrations(MIGRATIONS_DIR);
    assert.equal(
      (await migrationStatus(database.ownerUrl)).filter(({ appliedAt }) => appliedAt).length,
      all.length,
    );
  } finally {
    await database.drop();
  }
});
