import { problemResponse } from "@/lib/protocol/problems.ts";
import { isActive } from "@/services/auth/active.ts";
import { renewSession } from "@/services/auth/refresh.ts";
import { sessionCookie } from "@/services/auth/session.ts";
import { checkPerson, requireOrigin, tokenCookie } from "@/services/http/authenticate.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";

/** Prolongs the session of this browser, and gives it a ticket to tell its open socket so: no script holds a token. */
export const handler = define.handlers(methods({
  async POST(ctx) {
    const { sql, tokens, tickets, rateLimits } = ctx.state.services;
    const cookie = tokenCookie(ctx.req);
    if (cookie === null) {
      return problemResponse({ code: "unauthenticated", detail: "this is for browsers that are signed in" });
    }
    requireOrigin(ctx);
    const renewed = await renewSession(tokens, cookie, {
      now: new Date(),
      async refusal(principal) {
        checkPerson(ctx, principal);
        rateLimits.person("tickets", principal);
        if (await isActive(sql, principal)) return undefined;
        return { code: "unauthenticated", detail: "this person's access has been switched off" };
      },
    });
    if ("code" in renewed) return problemResponse(renewed);
    const { principal, token, lifeS } = renewed;
    const ticket = await tickets.issue(principal, crypto.randomUUID());
    return Response.json({ expiresAt: new Date(principal.expiresAt).toISOString(), ticket }, {
      headers: { "cache-control": "no-store", "set-cookie": sessionCookie(token, ctx.req, lifeS) },
    });
  },
}));
