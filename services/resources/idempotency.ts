import { createHash } from "node:crypto";
import type { Principal } from "@/lib/auth/principal.ts";
import { ProblemError } from "@/lib/protocol/problems.ts";
import type { Sql, Transaction } from "@/services/postgres/pool.ts";
import { inRelay } from "@/services/postgres/tenant.ts";
import { stableJson } from "@/lib/resources/plain_json.ts";

/** How long a key is remembered. */
export const KEY_HOURS = 24;

/** Whose key it is and what it was used for. */
export interface KeyUse {
  readonly orgId: number;
  readonly userId: string;
  readonly key: string;
  /** SHA-256 over what was asked, in hex. */
  readonly requestHash: string;
}

/** An answer given before. */
export interface KeptAnswer {
  readonly status: number;
  /** JSON text. */
  readonly body: string;
}

export function keyUse({ orgId, userId }: Principal, key: string, asked: unknown): KeyUse {
  const requestHash = createHash("sha256").update(stableJson(asked)).digest("hex");
  return { orgId, userId, key, requestHash };
}

/**
 * Takes the key for this transaction: undefined where it is ours now. Of two at once the second waits for the first
 * to commit, and gets its answer. Throws `idempotency_key_reused` where the key belongs to another request.
 */
export async function claimKey(tx: Transaction, use: KeyUse): Promise<KeptAnswer | undefined> {
  const { orgId, userId, key, requestHash } = use;
  const claimed = await tx`
    insert into idempotency_keys as kept (org_id, user_id, key, request_hash)
    values (${orgId}, ${userId}, ${key}, ${requestHash})
    on conflict (org_id, user_id, key) do update
      set request_hash = excluded.request_hash, status = null, body = null, created_at = now()
      where kept.created_at < now() - make_interval(hours => ${KEY_HOURS})
    returning 1`;
  if (claimed.length > 0) return undefined;
  const [kept] = await tx<{ request_hash: string; status: number; body: string }[]>`
    select request_hash, status, body from idempotency_keys
    where org_id = ${orgId} and user_id = ${userId} and key = ${key}`;
  if (kept === undefined) throw new ProblemError({ code: "unavailable", retryAfter: 1 });
  if (kept.request_hash !== requestHash) {
    const detail = `The key ${key} was used for another request in the last ${KEY_HOURS} h; use a new one`;
    throw new ProblemError({ code: "idempotency_key_reused", detail });
  }
  return { status: kept.status, body: kept.body };
}

/** Keeps the answer under the key claimed before. */
export async function keepAnswer(tx: Transaction, use: KeyUse, { status, body }: KeptAnswer): Promise<void> {
  await tx`
    update idempotency_keys set status = ${status}, body = ${body}
    where org_id = ${use.orgId} and user_id = ${use.userId} and key = ${use.key}`;
}

/** Deletes the keys of all organisations that are older than a day. Answers how many. */
export function forgetIdempotencyKeys(sql: Sql): Promise<number> {
  return inRelay(sql, async (tx) => {
    const gone = await tx`
      delete from idempotency_keys where created_at < now() - make_interval(hours => ${KEY_HOURS})`;
    return gone.count;
  });
}
