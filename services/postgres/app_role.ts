import type { Sql } from "@/services/postgres/pool.ts";

interface Login {
  name: string;
  superuser: boolean;
  bypasses: boolean;
  owned: string[];
  unforced: string[];
  relays: boolean;
}

/**
 * Why this login must not serve requests, as one line for the operator; undefined where row-level security binds it.
 * The server refuses to start on a line.
 */
export async function checkAppRole(sql: Sql): Promise<string | undefined> {
  const [login] = await sql<Login[]>`
    select current_user as name, rolsuper as superuser, rolbypassrls as bypasses,
      array(select relname::text from pg_class
        where relrowsecurity and pg_has_role(current_user, relowner, 'MEMBER') order by 1) as owned,
      array(select relname::text from pg_class
        where relrowsecurity and not relforcerowsecurity order by 1) as unforced,
      coalesce((select pg_has_role(current_user, oid, 'USAGE') from pg_roles
        where rolname = 'innstream_relay'), false) as relays
    from pg_roles where rolname = current_user`;
  if (login === undefined) return "The database login is not in pg_roles";
  const { name } = login;
  const advice = "connect as innstream_app, see services/postgres/bootstrap.ts";
  if (login.superuser) {
    return `The login "${name}" is a superuser, which row-level security does not bind; ${advice}`;
  }
  if (login.bypasses) return `The login "${name}" has BYPASSRLS; ${advice}`;
  if (login.owned.length > 0) {
    return `The login "${name}" owns ${
      login.owned.join(", ")
    } and could switch row-level security off; ${advice}`;
  }
  if (login.relays) {
    return `The login "${name}" inherits innstream_relay and so sees every organisation's outbox; ` +
      "grant it WITH INHERIT FALSE (PostgreSQL 15: make the login NOINHERIT)";
  }
  if (login.unforced.length > 0) return `Row-level security is not forced on ${login.unforced.join(", ")}`;
  return undefined;
}
