import postgres from "postgres";
import { APP_ROLE, RELAY_ROLE } from "@/services/postgres/bootstrap.ts";
import { type Migration, MIGRATIONS_DIR, readMigrations } from "@/services/postgres/migration_files.ts";
import { connectPool, type Sql, type Transaction } from "@/services/postgres/pool.ts";
import { transaction } from "@/services/postgres/transaction.ts";

type Log = (line: string) => void;

/** What the database remembers of a migration it has run. */
interface Applied {
  id: number;
  name: string;
  checksum: string;
  /** RFC 3339. */
  applied_at: string;
}

export interface MigrationStatus {
  readonly id: number;
  readonly name: string;
  /** RFC 3339; null: not run yet. */
  readonly appliedAt: string | null;
}

/** One migration at a time per database, whichever process runs it. */
const MIGRATION_LOCK = 7_466_002;
/** Longest one migration, or the wait for another process's, may take. */
const MIGRATION_TIMEOUT_MS = 600_000;

/** Runs what the database has not seen yet, each file in its own transaction. Answers how many it ran. */
export function migrateUp(ownerUrl: string, log: Log, directory = MIGRATIONS_DIR): Promise<number> {
  return withDatabase(ownerUrl, async (sql) => {
    const migrations = await readMigrations(directory);
    await checkRoles(sql);
    let ran = 0;
    for (const migration of migrations) {
      await underLock(sql, async (tx, applied) => {
        checkHistory(applied, migrations);
        if (applied.some(({ id }) => id === migration.id)) return;
        const { id, name, up, checksum } = migration;
        await runFile(tx, `${id}_${name}.up.sql`, up);
        await tx`insert into migrations (id, name, checksum) values (${id}, ${name}, ${checksum})`;
        log(`Ran migration ${id}_${name}`);
        ran++;
      });
    }
    return ran;
  });
}

/** Takes back the newest `steps` migrations. Answers how many it took back. */
export function migrateDown(
  ownerUrl: string,
  steps: number,
  log: Log,
  directory = MIGRATIONS_DIR,
): Promise<number> {
  if (!Number.isSafeInteger(steps) || steps < 1) {
    throw new RangeError(`Cannot take back ${steps} migrations: a whole number from 1 on is needed`);
  }
  return withDatabase(ownerUrl, async (sql) => {
    const migrations = await readMigrations(directory);
    let undone = 0;
    while (undone < steps) {
      const more = await underLock(sql, async (tx, applied) => {
        checkHistory(applied, migrations);
        const newest = applied.at(-1);
        const migration = migrations.find(({ id }) => id === newest?.id);
        if (migration === undefined) return false;
        await runFile(tx, `${migration.id}_${migration.name}.down.sql`, migration.down);
        await tx`delete from migrations where id = ${migration.id}`;
        log(`Took back migration ${migration.id}_${migration.name}`);
        return true;
      });
      if (!more) break;
      undone++;
    }
    return undone;
  });
}

/** Every migration of this checkout and when the database ran it. */
export function migrationStatus(ownerUrl: string, directory = MIGRATIONS_DIR): Promise<MigrationStatus[]> {
  return withDatabase(ownerUrl, async (sql) => {
    const migrations = await readMigrations(directory);
    const applied = await underLock(sql, (_tx, rows) => Promise.resolve(rows));
    checkHistory(applied, migrations);
    return migrations.map(({ id, name }) => {
      return { id, name, appliedAt: applied.find((row) => row.id === id)?.applied_at ?? null };
    });
  });
}

async function withDatabase<T>(url: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = connectPool(url, {
    max: 1,
    applicationName: "innstream-migrate",
    patienceMs: MIGRATION_TIMEOUT_MS,
  });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

/** The history is read after the lock is held, so two processes at once never run the same file. */
function underLock<T>(sql: Sql, work: (tx: Transaction, applied: Applied[]) => Promise<T>): Promise<T> {
  return transaction(sql, async (tx) => {
    await tx`select pg_advisory_xact_lock(${MIGRATION_LOCK})`;
    await tx`create table if not exists migrations (
      id integer primary key,
      name text not null,
      checksum text not null,
      applied_at timestamptz not null default now()
    )`;
    const applied = await tx<Applied[]>`select id, name, checksum, applied_at from migrations order by id`;
    return await work(tx, [...applied]);
  });
}

/** What ran must still be what the files say, and nothing may be missing in between. */
function checkHistory(applied: readonly Applied[], migrations: readonly Migration[]): void {
  for (const { id, name, checksum } of applied) {
    const file = migrations.find((migration) => migration.id === id);
    if (file === undefined || file.name !== name) {
      throw new Error(
        `Cannot migrate: the database has run ${id}_${name}, which this checkout does not have; use the newer checkout`,
      );
    }
    if (file.checksum !== checksum) {
      throw new Error(
        `Cannot migrate: ${id}_${name}.up.sql was edited after it ran; restore it and write a new migration instead`,
      );
    }
  }
  const last = applied.at(-1)?.id ?? 0;
  const skipped = migrations.find(({ id }) => id < last && !applied.some((row) => row.id === id));
  if (skipped) {
    throw new Error(
      `Cannot migrate: ${skipped.id}_${skipped.name} is older than ${last}, which ran already; give it a higher number`,
    );
  }
}

async function checkRoles(sql: Sql): Promise<void> {
  const wanted = [APP_ROLE, RELAY_ROLE];
  const rows = await sql<{ name: string }[]>`
    select rolname as name from pg_roles where rolname in ${sql(wanted)}`;
  const missing = wanted.filter((role) => !rows.some(({ name }) => name === role));
  if (missing.length > 0) {
    throw new Error(
      `Cannot migrate: role ${
        missing.join(" and ")
      } does not exist; create it as services/postgres/bootstrap.ts says`,
    );
  }
}

async function runFile(tx: Transaction, file: string, text: string): Promise<void> {
  try {
    await tx.unsafe(text);
  } catch (error) {
    if (!(error instanceof postgres.PostgresError)) throw error;
    const line = text.slice(0, Number(error.position ?? 1) - 1).split("\n").length;
    throw new Error(`Cannot run ${file}, line ${line}: ${error.message}`, { cause: error });
  }
}
