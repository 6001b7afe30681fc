import * as v from "valibot";
import { RevokeSchema } from "@/services/auth/revoke_request.ts";
import type { Principal } from "@/lib/auth/principal.ts";
import type { Revocation } from "@/lib/auth/revoked.ts";
import { type Problem, problemResponse } from "@/lib/protocol/problems.ts";
import { REVOCATIONS_MAX } from "@/services/auth/revocations.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { readJson } from "@/services/http/body.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";

const FULL_RETRY_S = 3_600;

/**
 * Revokes tokens: without a body that of the caller, by admins all that a person of their organisation has (`userId`) or
 * one (`jti`). 204 once it is kept; sockets that it concerns end within a moment, on all instances.
 */
export const handler = define.handlers(methods({
  async POST(ctx) {
    const principal = await authenticate(ctx);
    ctx.state.services.rateLimits.person("revoke", principal);
    const isEmpty = ctx.req.body === null || ctx.req.headers.get("content-length") === "0";
    const body = isEmpty ? { ok: true as const, value: {} } : await readJson(ctx.req);
    if (!body.ok) return problemResponse(body.problem);
    const revocation = revocationOf(principal, body.value, Date.now());
    if ("code" in revocation) return problemResponse(revocation);
    const limited = Object.keys(body.value as object).length > 0;
    const kept = await ctx.state.services.revocations.revoke(revocation, principal.userId, { limited });
    if (kept === "full") {
      const detail = `${REVOCATIONS_MAX} of one organisation are the most that are remembered`;
      return problemResponse({ code: "too_many_requests", detail, retryAfter: FULL_RETRY_S });
    }
    const whose = "userId" in revocation ? `user ${revocation.userId}` : limited ? "token" : "own session";
    ctx.state.services.audit.noteOf(principal, {
      kind: "authn_token_revoked",
      client: ctx.state.client,
      target: whose,
    });
    return new Response(null, { status: 204 });
  },
}));

function revocationOf(principal: Principal, body: unknown, at: number): Revocation | Problem {
  const asked = v.safeParse(RevokeSchema, body);
  // An array has no keys, and would pass for the empty object.
  if (!asked.success || Array.isArray(body)) {
    return { code: "validation_failed", detail: "the body is {}, {userId} or {jti}, of 1 to 128 characters" };
  }
  const { orgId, userId, tokenId, role } = principal;
  const whose = asked.output;
  if (role !== "admin" && ("jti" in whose || ("userId" in whose && whose.userId !== userId))) {
    return {
      code: "forbidden",
      detail: `Role ${role} may revoke its own tokens only; admin may revoke others`,
    };
  }
  if ("userId" in whose) return { orgId, userId: whose.userId, at };
  if ("jti" in whose) return { orgId, tokenId: whose.jti, at };
  return tokenId === undefined ? { orgId, userId, at } : { orgId, tokenId, at };
}
