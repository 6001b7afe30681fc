import postgres from "postgres";
import { CONNECT_TIMEOUT_S } from "@/services/postgres/pool.ts";

/** The logins and the role of one cluster. Migrations name `innstream_app` and `innstream_relay`. */
export const OWNER_ROLE = "innstream_owner";
export const APP_ROLE = "innstream_app";
export const RELAY_ROLE = "innstream_relay";

/** Longest one statement may take, the wait for another process's bootstrap included. */
const BOOTSTRAP_TIMEOUT_MS = 60_000;
const PASSWORD_BYTES = 24;
/** One bootstrap at a time per cluster, whichever process runs it. */
const BOOTSTRAP_LOCK = 7_466_001;
/** Since this version a grant itself says whether it is inherited. */
const GRANT_OPTIONS_SINCE = 160_000;

export interface BootstrapOptions {
  readonly database?: string;
  /** Roles belong to the whole cluster: who uses several of its databases at once passes fixed passwords. */
  readonly passwords?: { readonly owner: string; readonly app: string };
}

/** What a server needs to run: `ownerUrl` migrates, `appUrl` serves. */
export interface BootstrapUrls {
  readonly ownerUrl: string;
  readonly appUrl: string;
}

/**
 * Makes roles and database where they are missing; running it again changes only the passwords. Without `passwords`
 * each run sets fresh random ones, so nothing is stored and what was handed out before stops working.
 *
 * The operator of an external database does the same once, as a superuser or the provider's admin:
 *
 *     create role innstream_owner login password '...';
 *     create role innstream_app login noinherit password '...';
 *     create role innstream_relay nologin;
 *     grant innstream_relay to innstream_app;                              -- PostgreSQL 15
 *     grant innstream_relay to innstream_app with inherit false, set true; -- PostgreSQL 16 and later
 *     create database innstream owner innstream_owner;
 *     revoke all on database innstream from public;
 *     grant connect on database innstream to innstream_app;
 *
 * and adds an organisation, as innstream_owner after the migrations, with
 *
 *     begin; set local app.org = '3';
 *     insert into organisations (id, name, locale, currency) values (3, 'Name', 'en-IN', 'INR'); commit;
 */
export async function bootstrapDatabase(
  superuserUrl: string,
  { database = "innstream", passwords }: BootstrapOptions = {},
): Promise<BootstrapUrls> {
  const { owner, app } = passwords ?? { owner: randomPassword(), app: randomPassword() };
  const sql = postgres(superuserUrl, {
    max: 1,
    connect_timeout: CONNECT_TIMEOUT_S,
    onnotice: () => {},
    connection: { application_name: "innstream-bootstrap", statement_timeout: BOOTSTRAP_TIMEOUT_MS },
  });
  try {
    await sql`select pg_advisory_lock(${BOOTSTRAP_LOCK})`;
    await ensureRole(sql, OWNER_ROLE, "login inherit", owner);
    await ensureRole(sql, APP_ROLE, "login noinherit", app);
    await ensureRole(sql, RELAY_ROLE, "nologin", null);
    await grantRelay(sql);
    await ensureDatabase(sql, database);
  } finally {
    await sql.end();
  }
  return {
    ownerUrl: withLogin(superuserUrl, { user: OWNER_ROLE, password: owner, database }),
    appUrl: withLogin(superuserUrl, { user: APP_ROLE, password: app, database }),
  };
}

/** Attributes are set again each time: a login that was made too powerful by hand does not stay so. */
async function ensureRole(
  sql: postgres.Sql,
  name: string,
  login: string,
  password: string | null,
): Promise<void> {
  const [known] = await sql`select 1 from pg_roles where rolname = ${name}`;
  const attributes = `${login} nosuperuser nocreatedb nocreaterole noreplication nobypassrls`;
  await run(sql, `${known ? "alter" : "create"} role %I with ${attributes}`, name);
  if (password !== null) await run(sql, "alter role %I password %L", name, password);
}

/** The app may become the relay by SET ROLE, and is it at no other time. */
async function grantRelay(sql: postgres.Sql): Promise<void> {
  const [server] = await sql<
    { version: number }[]
  >`select current_setting('server_version_num')::int as version`;
  const options = server !== undefined && server.version >= GRANT_OPTIONS_SINCE
    ? "with inherit false, set true"
    : "";
  await run(sql, `grant %I to %I ${options}`, RELAY_ROLE, APP_ROLE);
}

async function ensureDatabase(sql: postgres.Sql, database: string): Promise<void> {
  const [known] = await sql`select 1 from pg_database where datname = ${database}`;
  if (!known) await run(sql, "create database %I owner %I", database, OWNER_ROLE);
  await run(sql, "revoke all on database %I from public", database);
  await run(sql, "grant connect on database %I to %I", database, APP_ROLE);
}

/** Utility statements take no parameters: PostgreSQL itself quotes names (%I) and literals (%L) into the text. */
async function run(sql: postgres.Sql, template: string, ...parts: string[]): Promise<void> {
  const [row] = await sql<{ text: string }[]>`select format(${template}, variadic ${parts}::text[]) as text`;
  if (row !== undefined) await sql.unsafe(row.text);
}

function withLogin(url: string, to: { user: string; password: string; database: string }): string {
  const changed = new URL(url);
  changed.username = encodeURIComponent(to.user);
  changed.password = encodeURIComponent(to.password);
  changed.pathname = `/${encodeURIComponent(to.database)}`;
  return changed.href;
}

function randomPassword(): string {
  return crypto.getRandomValues(new Uint8Array(PASSWORD_BYTES)).toHex();
}
