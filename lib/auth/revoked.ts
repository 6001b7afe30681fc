import type { Principal } from "@/lib/auth/principal.ts";

/** Tokens that are not to be accepted any more: one by its id, or all that a person had at a moment. */
export type Revocation =
  & { readonly orgId: number; /** Unix milliseconds. */ readonly at: number }
  & ({ readonly tokenId: string } | { readonly userId: string });

/** What a revocation is about, as a key. */
function keyOf(revocation: Revocation): string {
  return "tokenId" in revocation
    ? tokenKey(revocation.orgId, revocation.tokenId)
    : userKey(revocation.orgId, revocation.userId);
}

function tokenKey(orgId: number, tokenId: string): string {
  return `${orgId}/token/${tokenId}`;
}

function userKey(orgId: number, userId: string): string {
  return `${orgId}/user/${userId}`;
}

/** Does it concern this bearer? A token that does not say when it was issued counts as issued long ago. */
export function concerns(revocation: Revocation, principal: Principal): boolean {
  if (revocation.orgId !== principal.orgId) return false;
  if ("tokenId" in revocation) return revocation.tokenId === principal.tokenId;
  return revocation.userId === principal.userId && (principal.issuedAt ?? 0) <= revocation.at;
}

/** All that are known. */
export class RevokedTokens {
  readonly #at = new Map<string, number>();

  get size(): number {
    return this.#at.size;
  }

  /** Answers whether it was new. */
  add(revocation: Revocation): boolean {
    const key = keyOf(revocation);
    const isNew = (this.#at.get(key) ?? -Infinity) < revocation.at;
    if (isNew) this.#at.set(key, revocation.at);
    return isNew;
  }

  covers({ orgId, userId, tokenId, issuedAt }: Principal): boolean {
    if (tokenId !== undefined && this.#at.has(tokenKey(orgId, tokenId))) return true;
    const at = this.#at.get(userKey(orgId, userId));
    return at !== undefined && (issuedAt ?? 0) <= at;
  }

  /** Forgets those from before: no token that they concern can be alive. */
  forget(before: number): void {
    for (const [key, at] of this.#at) {
      if (at < before) this.#at.delete(key);
    }
  }
}
