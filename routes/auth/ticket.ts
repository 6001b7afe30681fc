import { authenticate } from "@/services/http/authenticate.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";
import { TICKET_LIFE_S } from "@/services/auth/tickets.ts";

/** A single-use ticket for `?ticket=`, so that a token need not stand in a URL. */
export const handler = define.handlers(methods({
  async POST(ctx) {
    const principal = await authenticate(ctx);
    const { tickets, rateLimits } = ctx.state.services;
    rateLimits.person("tickets", principal);
    const ticket = await tickets.issue(principal, crypto.randomUUID());
    return Response.json({ ticket, expiresInMs: TICKET_LIFE_S * 1000 }, {
      status: 201,
      headers: { "cache-control": "no-store" },
    });
  },
}));
