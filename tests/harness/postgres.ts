import postgres from "postgres";
import { bootstrapDatabase, OWNER_ROLE } from "@/services/postgres/bootstrap.ts";
import { migrateUp } from "@/services/postgres/migrate.ts";

/** Roles belong to the whole cluster, which the tests of one run share: fixed passwords, so that nobody takes another's away. */
const PASSWORDS = { owner: "owner-of-the-tests", app: "app-of-the-tests" };
const TEMPLATE = "innstream_template";
const CONNECT_SECONDS = 5;

export interface TestDatabase {
  /** Migrates and seeds; owns every table. */
  ownerUrl: string;
  /** Serves; row-level security binds it. */
  appUrl: string;
  /** Of the superuser, in this database. */
  superuserUrl: string;
  /** Removes the database; connections that are still open are cut. */
  drop(): Promise<void>;
}

/** Makes the migrated database that all others are copies of; tests/run.ts calls it once per run. */
export async function makeTemplate(superuserUrl: string): Promise<void> {
  const { ownerUrl } = await bootstrapDatabase(superuserUrl, { database: TEMPLATE, passwords: PASSWORDS });
  await migrateUp(ownerUrl, () => {});
}

/** A fresh, migrated, empty database on the run's real PostgreSQL. */
export async function testDatabase(): Promise<TestDatabase> {
  const serverUrl = testPostgresUrl();
  const name = `test_${crypto.randomUUID().replaceAll("-", "")}`;
  await asSuperuser(serverUrl, async (sql) => {
    await sql.unsafe(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE} OWNER ${OWNER_ROLE} STRATEGY FILE_COPY`);
  });
  // Rights on a database are no part of its template.
  const urls = await bootstrapDatabase(serverUrl, { database: name, passwords: PASSWORDS });
  const superuserUrl = new URL(serverUrl);
  superuserUrl.pathname = `/${name}`;
  return {
    ...urls,
    superuserUrl: superuserUrl.href,
    drop: () =>
      asSuperuser(serverUrl, async (sql) => {
        await sql.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      }),
  };
}

/** The superuser's URL of the PostgreSQL that tests/run.ts started. */
export function testPostgresUrl(): string {
  const url = Deno.env.get("TEST_POSTGRES_URL");
  if (url) return url;
  throw new Error(
    "TEST_POSTGRES_URL is not set: run the tests with deno task test [FILE], which starts a PostgreSQL",
  );
}

async function asSuperuser(url: string, work: (sql: postgres.Sql) => Promise<void>): Promise<void> {
  const sql = postgres(url, { max: 1, connect_timeout: CONNECT_SECONDS, onnotice: () => {} });
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
}
