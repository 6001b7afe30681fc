import { type AuditEntry, type AuditKind, isAuditKind } from "@/lib/audit/kinds.ts";
import { encodeCursor } from "@/services/resources/cursor.ts";
import type { Sql } from "@/services/postgres/pool.ts";
import { inRelay, inTenant } from "@/services/postgres/tenant.ts";
import { transaction } from "@/services/postgres/transaction.ts";

/** How long a row is kept; the policies of the table say the same. */
export const AUDIT_DAYS = 400;
const CHARS_MAX = { actor: 128, client: 64, target: 200, detail: 200 } as const;

/** A row as it is listed. */
export interface ListedEntry {
  readonly id: number;
  readonly kind: AuditKind;
  /** RFC 3339: the last of `count` like events. */
  readonly at: string;
  readonly count: number;
  readonly actor: string | null;
  readonly client: string | null;
  readonly target: string | null;
  readonly detail: string | null;
}

/** Those of any organisations, which must have one. */
export async function insertEntries(sql: Sql, entries: readonly AuditEntry[]): Promise<void> {
  const rows = entries.map(({ orgId, kind, at, count, ...texts }) => ({
    org_id: orgId,
    kind,
    at: new Date(at).toISOString(),
    count,
    ...Object.fromEntries(
      Object.entries(CHARS_MAX).map((
        [name, max],
      ) => [name, keepable(texts[name as keyof typeof texts], max)]),
    ),
  }));
  await transaction(sql, (tx) =>
    tx`
      insert into audit_log (org_id, kind, at, count, actor, client, target, detail)
      select org_id, kind, at, count, actor, client, target, detail
      from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as entry
        (org_id bigint, kind text, at timestamptz, count integer, actor text, client text, target text, detail text)`);
}

/** A user id may hold what PostgreSQL does not take, and a log what breaks its lines. */
function keepable(text: string | null, max: number): string | null {
  if (text === null || text === "") return null;
  // deno-lint-ignore no-control-regex
  const plain = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, "?").replace(/\p{Cs}/gu, "?");
  return [...plain.slice(0, max)].filter((character) => !/^\p{Cs}$/u.test(character)).join("");
}

export interface AuditQuery {
  readonly limit: number;
  readonly kind: AuditKind | null;
  readonly after: number | undefined;
}

/** A page of an organisation's entries, newest first, and the cursor of the next one. */
export async function listEntries(
  sql: Sql,
  orgId: number,
  { limit, kind, after }: AuditQuery,
): Promise<{ items: ListedEntry[]; next: string | null }> {
  const rows = await inTenant(sql, orgId, (tx) => {
    const ofKind = kind === null ? tx`` : tx`and kind = ${kind}`;
    const older = after === undefined ? tx`` : tx`and id < ${after}`;
    return tx<ListedEntry[]>`
      select id, kind, at, count, actor, client, target, detail from audit_log
      where org_id = ${orgId} ${ofKind} ${older} order by id desc limit ${limit + 1}`;
  }, { readOnly: true });
  const items = rows.slice(0, limit).filter(({ kind }) => isAuditKind(kind));
  const last = rows[limit - 1];
  const next = rows.length > limit && last !== undefined ? encodeCursor(auditCursor(last.id)) : null;
  return { items, next };
}

/** What the cursor of the list holds. */
export function auditCursor(id: number) {
  return { key: "audit_log", order: "desc", id } as const;
}

/** Deletes what is older than AUDIT_DAYS, of all organisations. Answers how many. */
export function forgetEntries(sql: Sql): Promise<number> {
  return inRelay(sql, async (tx) => {
    const gone = await tx`delete from audit_log where at < now() - make_interval(days => ${AUDIT_DAYS})`;
    return gone.count;
  });
}
