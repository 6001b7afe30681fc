import type { Sql } from "@/services/postgres/pool.ts";
import { inTenant } from "@/services/postgres/tenant.ts";

/** Passwords that may be tried on one document in PASSWORD_WINDOW_S. */
export const PASSWORDS_MAX = 5;
export const PASSWORD_WINDOW_S = 60;

/** Which document, of which organisation. */
export interface DocumentPlace {
  readonly orgId: number;
  readonly documentId: number;
}

/** Counts one more attempt at reading it, before it begins, so that one that ends the worker counts too. */
export async function beginAttempt(sql: Sql, { orgId, documentId }: DocumentPlace): Promise<number> {
  const [row] = await inTenant(sql, orgId, (tx) =>
    tx<{ attempts: number }[]>`
      insert into document_attempts as kept (org_id, document_id, attempts) values (${orgId}, ${documentId}, 1)
      on conflict (org_id, document_id) do update set attempts = kept.attempts + 1
      returning attempts`);
  return row?.attempts ?? 1;
}

/** The attempt was none of the document's fault, or a person wants it to be read anew. */
export async function forgetAttempts(sql: Sql, place: DocumentPlace, how: "last" | "all"): Promise<void> {
  const { orgId, documentId } = place;
  await inTenant(sql, orgId, (tx) =>
    tx`
      update document_attempts set attempts = case when ${
      how === "all"
    } then 0 else greatest(attempts - 1, 0) end
      where org_id = ${orgId} and document_id = ${documentId}`);
}

/** Counts one more password tried. Answers the seconds to wait where there were too many; undefined where it may be tried. */
export async function beginPassword(
  sql: Sql,
  { orgId, documentId }: DocumentPlace,
): Promise<number | undefined> {
  const [row] = await inTenant(sql, orgId, (tx) =>
    tx<{ passwords: number; left: number }[]>`
      insert into document_attempts as kept (org_id, document_id, passwords) values (${orgId}, ${documentId}, 1)
      on conflict (org_id, document_id) do update set
        passwords = case when kept.passwords_since < now() - make_interval(secs => ${PASSWORD_WINDOW_S})
          then 1 else kept.passwords + 1 end,
        passwords_since = case when kept.passwords_since < now() - make_interval(secs => ${PASSWORD_WINDOW_S})
          then now() else kept.passwords_since end
      returning passwords,
        ceil(${PASSWORD_WINDOW_S} - extract(epoch from now() - passwords_since))::int as left`);
  return row !== undefined && row.passwords > PASSWORDS_MAX ? Math.max(row.left, 1) : undefined;
}
