import { type Principal, principalOf } from "@/lib/auth/principal.ts";
import type { Problem } from "@/lib/protocol/problems.ts";
import { SESSION_S } from "@/services/auth/session.ts";
import type { Tokens } from "@/services/auth/tokens.ts";

/** However often it is renewed, a session ends this long after the person signed in. */
export const SESSION_MAX_S = 24 * 60 * 60;

export interface RenewedSession {
  readonly principal: Principal;
  readonly token: string;
  readonly lifeS: number;
}

export interface RenewOptions {
  readonly now: Date;
  /** Why this person gets no further token; undefined: nothing speaks against it. */
  readonly refusal: (principal: Principal) => Promise<Problem | undefined>;
}

/**
 * A token that goes on where this one is, with the same claims. `sessionAt`, when the person signed in (seconds), is
 * kept, and no token reaches beyond SESSION_MAX_S from there. A token without it was issued by somebody else, for as
 * long as they meant it to last.
 */
export async function renewSession(
  tokens: Tokens,
  token: string,
  { now, refusal }: RenewOptions,
): Promise<RenewedSession | Problem> {
  const nowS = Math.floor(now.getTime() / 1000);
  const read = await tokens.read(token);
  // A revoked token is nobody's, whoever renews it.
  if ("code" in read && (tokens.canSign || read.code === "token_revoked")) return read;
  if ("code" in read || !tokens.canSign) return elsewhere();
  const refused = await refusal(read.principal);
  if (refused !== undefined) return refused;
  const { iat: _iat, exp = 0, nbf: _nbf, iss: _iss, aud: _aud, sessionAt: began, ...claims } = read.claims;
  if (typeof began !== "number" || !Number.isFinite(began)) return elsewhere();
  const sessionAt = Math.floor(Math.min(began, nowS));
  const endS = sessionAt + SESSION_MAX_S;
  if (endS <= nowS) {
    const detail = `the session began ${SESSION_MAX_S / 3600} h ago: sign in again`;
    return { code: "token_expired", detail };
  }
  if (exp >= endS) {
    const detail = `the token reaches to the end of the session already, ${
      SESSION_MAX_S / 3600
    } h after it began`;
    return { code: "forbidden", detail };
  }
  const lifeS = Math.min(SESSION_S, endS - nowS);
  // Issued when it was asked for: what is revoked while this goes on concerns it too.
  const renewed = { ...claims, sessionAt, iat: nowS };
  const principal = principalOf({ ...renewed, exp: nowS + lifeS });
  if (typeof principal === "string") return { code: "unauthenticated", detail: principal };
  return { principal, token: await tokens.sign(renewed, lifeS), lifeS };
}

function elsewhere(): Problem {
  return { code: "forbidden", detail: "the identity provider that issues the tokens renews them" };
}
