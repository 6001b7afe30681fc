import { ProblemError } from "@/lib/protocol/problems.ts";
import type { Resource } from "@/lib/resources/define.ts";
import type { Transaction } from "@/services/postgres/pool.ts";

const QUOTA_RETRY_S = 5;

type Columns = Readonly<Record<string, unknown>>;

/**
 * Throws `too_many_requests` where these columns would give the organisation one record more than the quota of the
 * resource lets it have. Of two transactions at once the second counts after the first has ended. `before`: the columns
 * that the record has now.
 */
export async function keepQuota(
  tx: Transaction,
  { table, entity, columns, quota }: Resource,
  orgId: number,
  { after, before = {} }: { readonly after: Columns; readonly before?: Columns },
): Promise<void> {
  if (quota === undefined) return;
  const { value, max } = quota;
  const column = columns.get(quota.field)!;
  if (after[column] !== value || before[column] === value) return;
  await tx`select pg_advisory_xact_lock(hashtextextended(${`${table} ${orgId}`}, 0))`;
  // A statement of its own: it sees what was committed while this one waited.
  const rows = await tx`
    select 1 from ${tx(table)} where org_id = ${orgId} and ${tx(column)} = ${value} limit ${max}`;
  if (rows.length < max) return;
  const detail = `The organisation has ${max} ${entity}s that are ${value}: wait until one is not any more`;
  throw new ProblemError({ code: "too_many_requests", detail, retryAfter: QUOTA_RETRY_S });
}
