import { type Problem, problemResponse } from "@/lib/protocol/problems.ts";
import { parseId } from "@/lib/protocol/subjects.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";
import { RECENT_EVENTS_MAX, type RecentQuery } from "@/services/realtime/recent.ts";

const LIMIT_DEFAULT = 50;

/** The latest events, the newest first: for who has just come and wants to know what has happened. */
export const handler = define.handlers(methods({
  async GET(ctx) {
    const principal = await authenticate(ctx);
    const query = queryOf(ctx.url.searchParams);
    if ("code" in query) return problemResponse(query);
    return Response.json(await ctx.state.services.recent(principal, query), {
      headers: { "cache-control": "no-store" },
    });
  },
}));

function queryOf(search: URLSearchParams): RecentQuery | Problem {
  const property = search.get("propertyId") || null;
  const propertyId = property === null ? null : parseId(property);
  if (propertyId === undefined) {
    return { code: "bad_request", detail: `propertyId is "${property}": a positive integer is needed` };
  }
  const asked = search.get("limit") || String(LIMIT_DEFAULT);
  const limit = parseId(asked);
  if (limit === undefined || limit > RECENT_EVENTS_MAX) {
    return { code: "bad_request", detail: `limit is "${asked}": 1 to ${RECENT_EVENTS_MAX} is needed` };
  }
  return { propertyId, limit };
}
