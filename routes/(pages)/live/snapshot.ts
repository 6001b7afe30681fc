import { problemResponse } from "@/lib/protocol/problems.ts";
import { definePages } from "@/services/auth/session.ts";
import { readLive } from "../(_live)/latest.ts";

/** The cards of the live page again, `?property=` as there: for a page whose subscription changed or lost its place. */
export const handler = definePages.handlers({
  async GET(ctx) {
    const { services, session } = ctx.state;
    if (session === null) return problemResponse({ code: "unauthenticated" });
    const { cards, position } = await readLive(services, session, ctx.url.searchParams.get("property"));
    return Response.json({ cards, position });
  },
});
