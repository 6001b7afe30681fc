import type { Context } from "../context.ts";
import { HttpError } from "../error.ts";
import type { Middleware } from "../types.ts";

// deno-lint-ignore no-explicit-any
export interface CsrfOptions<State = any> {
  /** Origins allowed besides same-origin requests; the server's own when left out. */
  origin?:
    | string
    | string[]
    | ((origin: string, context: Context<State>) => boolean);
}

/**
 * Refuses (403) requests that another site makes a browser send. GET, HEAD and
 * OPTIONS pass unchecked, so a WebSocket upgrade needs its own Origin check;
 * requests with neither `Sec-Fetch-Site` nor `Origin` pass: no browser sent them.
 */
export function csrf<State>(options: CsrfOptions = {}): Middleware<State> {
  const isAllowed = (origin: string | null, ctx: Context<State>): boolean => {
    const allowed = options.origin || ctx.url.origin;
    if (origin === null) return false;
    if (typeof allowed === "function") return allowed(origin, ctx);
    return Array.isArray(allowed) ? allowed.includes(origin) : allowed === origin;
  };
  return async (ctx) => {
    const { method, headers } = ctx.req;
    if (["GET", "HEAD", "OPTIONS"].includes(method)) return await ctx.next();
    const site = headers.get("Sec-Fetch-Site");
    const origin = headers.get("Origin");
    const isOwn = site === null ? origin === null : site === "same-origin" || site === "none";
    if (isOwn || isAllowed(origin, ctx)) return await ctx.next();
    throw new HttpError(403);
  };
}
