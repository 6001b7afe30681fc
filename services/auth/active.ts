import type { Sql } from "@/services/postgres/pool.ts";
import { inTenant } from "@/services/postgres/tenant.ts";

/** May this login have a session? Not where its organisation has switched it off; one that is not listed may. */
export async function isActive(
  sql: Sql,
  { orgId, userId }: { readonly orgId: number; readonly userId: string },
): Promise<boolean> {
  const off = await inTenant(
    sql,
    orgId,
    (tx) => tx`select 1 from users where org_id = ${orgId} and login = ${userId} and not active`,
    { readOnly: true },
  );
  return off.length === 0;
}
