import type { Sql } from "@/services/postgres/pool.ts";

export interface Column {
  readonly table: string;
  readonly name: string;
  /** As the catalogue of PostgreSQL calls it: `text`, `timestamp with time zone`; of a list `_int8`, `_text`. */
  readonly type: string;
  /** Longest text, in characters, as a check says. */
  readonly charsMax: number | undefined;
  /** The values that a check allows. */
  readonly allowed: readonly string[] | undefined;
}

/** The columns, by table, of every table that has rows of organisations, what they refer to before them. */
export async function tenantColumns(sql: Sql): Promise<Map<string, Column[]>> {
  const columns = await sql<{ table: string; name: string; type: string }[]>`
    select c.table_name as table, c.column_name as name,
      case c.data_type when 'ARRAY' then c.udt_name else c.data_type end as type
    from information_schema.columns c
    join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.is_generated = 'NEVER'
    order by c.table_name, c.ordinal_position`;
  const checks = await sql<{ table: string; text: string }[]>`
    select conrelid::regclass::text as table, pg_get_constraintdef(oid) as text
    from pg_constraint where contype = 'c' and connamespace = 'public'::regnamespace`;
  const tables = new Map<string, Column[]>();
  for (const { table, name, type } of columns) {
    const texts = checks.filter((check) => check.table === table).map(({ text }) => text);
    const column = { table, name, type, charsMax: charsMax(texts, name), allowed: allowed(texts, name) };
    tables.set(table, [...tables.get(table) ?? [], column]);
  }
  const mine = [...tables].filter(([table, columns]) => {
    return table === "organisations" || columns.some(({ name }) => name === "org_id");
  });
  return await inOrderOfReference(sql, new Map(mine));
}

function charsMax(checks: readonly string[], name: string): number | undefined {
  const pattern = new RegExp(`char_length\\(${name}\\) <= (\\d+)`);
  const found = checks.map((check) => pattern.exec(check)?.[1]).find((digits) => digits !== undefined);
  return found === undefined ? undefined : Number(found);
}

function allowed(checks: readonly string[], name: string): string[] | undefined {
  const pattern = new RegExp(`\\(${name} = ANY \\(ARRAY\\[(.+?)\\]`);
  const single = new RegExp(`^CHECK \\(\\(${name} = '(.+?)'::text\\)\\)$`);
  for (const check of checks) {
    const list = pattern.exec(check)?.[1] ?? single.exec(check)?.[0];
    if (list !== undefined) return [...list.matchAll(/'([^']+)'/g)].map(([, value]) => value!);
  }
  return undefined;
}

async function inOrderOfReference(sql: Sql, tables: Map<string, Column[]>): Promise<Map<string, Column[]>> {
  const references = await sql<{ from: string; to: string }[]>`
    select conrelid::regclass::text as from, confrelid::regclass::text as to
    from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace and conrelid <> confrelid`;
  const ordered = new Map<string, Column[]>();
  while (ordered.size < tables.size) {
    const next = [...tables].find(([table]) => {
      return !ordered.has(table) &&
        references.every(({ from, to }) => from !== table || ordered.has(to) || !tables.has(to));
    });
    if (next === undefined) {
      throw new Error(`The tables refer to each other in a circle: ${[...tables.keys()]}`);
    }
    ordered.set(...next);
  }
  return ordered;
}
