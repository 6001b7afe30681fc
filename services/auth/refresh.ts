import type { JWTPayload } from "jose";
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

/**
 * A token that goes on where this one is, with the same claims. `sessionAt`, when the person signed in (seconds), is
 * kept, and no token reaches beyond SESSION_MAX_S from there.
 */
export async function renewSession(
  tokens: Tokens,
  token: string,
  now: Date,
): Promise<RenewedSession | Problem> {
  if (!tokens.canSign) {
    return { code: "forbidden", detail: "the identity provider that issues the tokens renews them" };
  }
  const read = await tokens.read(token);
  if ("code" in read) return read;
  const nowS = Math.floor(now.getTime() / 1000);
  const { iat: _iat, exp: _exp, nbf: _nbf, iss: _iss, aud: _aud, ...claims } = read.claims;
  const sessionAt = beginOf(read.claims, nowS);
  const lifeS = Math.min(SESSION_S, sessionAt + SESSION_MAX_S - nowS);
  if (lifeS <= 0) {
    return {
      code: "token_expired",
      detail: `the session began ${SESSION_MAX_S / 3600} h ago: sign in again`,
    };
  }
  const renewed = { ...claims, sessionAt };
  const principal = principalOf({ ...renewed, exp: nowS + lifeS });
  if (typeof principal === "string") return { code: "unauthenticated", detail: principal };
  return { principal, token: await tokens.sign(renewed, lifeS), lifeS };
}

/** When the session began: as the token says, else when it was issued. */
function beginOf({ sessionAt, iat }: JWTPayload, nowS: number): number {
  if (typeof sessionAt === "number" && Number.isFinite(sessionAt)) {
    return Math.floor(Math.min(sessionAt, nowS));
  }
  return Math.min(iat ?? nowS, nowS);
}
