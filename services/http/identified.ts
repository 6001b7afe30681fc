import type { Middleware } from "fresh";
import type { State } from "@/services/http/define.ts";
import { isUpgrade } from "@/services/http/upgrades.ts";
import { nameSpan } from "@/services/metrics/traces.ts";

export const REQUEST_ID_HEADER = "x-request-id";

/** A UUID, with or without its hyphens: what proxies make, and nothing in which anything else could hide. */
const REQUEST_ID = /^[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}$/i;

/** The number of a request: the one that a proxy in front has given it, or a new one. */
export function requestIdOf(req: Request): string {
  const given = req.headers.get(REQUEST_ID_HEADER);
  return given !== null && REQUEST_ID.test(given) ? given.toLowerCase() : crypto.randomUUID();
}

/** Tells the number of the request to who asked, and to the trace. The response of an upgrade cannot be changed. */
export const identified: Middleware<State> = async (ctx) => {
  const { requestId } = ctx.state;
  // Asked before: the headers of a request that was upgraded cannot be read any more.
  const { method } = ctx.req;
  const upgrades = isUpgrade(ctx.req);
  try {
    const response = await ctx.next();
    if (!upgrades) response.headers.set(REQUEST_ID_HEADER, requestId);
    return response;
  } finally {
    nameSpan(method, ctx.route, requestId);
  }
};
