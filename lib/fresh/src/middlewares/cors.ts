import type { Context } from "../context.ts";
import type { Middleware } from "../types.ts";

export type CORSOptions<State> = {
  /** `"*"`, the allowed origins, or a function from the request's origin to the allowed one. */
  origin:
    | string
    | string[]
    | ((origin: string, ctx: Context<State>) => string | undefined | null);
  allowMethods?: string[];
  /** When empty, what a preflight asks for is allowed. */
  allowHeaders?: string[];
  /** Seconds a browser may keep the answer to a preflight. */
  maxAge?: number;
  credentials?: boolean;
  exposeHeaders?: string[];
};

const METHODS = ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH"];

/** Adds CORS headers; answers every OPTIONS request by itself, with 204. */
export function cors<State>(options?: CORSOptions<State>): Middleware<State> {
  const origin = options?.origin ?? "*";
  return async (ctx) => {
    const from = ctx.req.headers.get("Origin") ?? "";
    const allowed = allowedOrigin(origin, from, ctx);
    const vary = allowed !== null && allowed !== "*" ? ["Origin"] : [];

    const isPreflight = ctx.req.method === "OPTIONS";
    const res = isPreflight ? preflight(ctx.req, options, vary) : await ctx.next();
    const { headers } = res;
    if (allowed !== null) headers.set("Access-Control-Allow-Origin", allowed);
    if (options?.credentials) {
      headers.set("Access-Control-Allow-Credentials", "true");
    }
    if (options?.exposeHeaders?.length) {
      const names = options.exposeHeaders.join(",");
      headers.set("Access-Control-Expose-Headers", names);
    }
    if (vary.length > 0) {
      const known = headers.get("Vary")?.split(/\s*,\s*/) ?? [];
      headers.set("Vary", [...new Set([...vary, ...known])].join(", "));
    }
    return res;
  };
}

function allowedOrigin<State>(
  origin: CORSOptions<State>["origin"],
  from: string,
  ctx: Context<State>,
): string | null {
  if (typeof origin === "function") return origin(from, ctx) || null;
  if (origin === "*") return origin;
  const isListed = Array.isArray(origin) ? origin.includes(from) : origin === from;
  return isListed && from !== "" ? from : null;
}

function preflight<State>(req: Request, options: CORSOptions<State> | undefined, vary: string[]): Response {
  const headers = new Headers();
  if (options?.maxAge != null) {
    headers.set("Access-Control-Max-Age", String(options.maxAge));
  }
  const methods = options?.allowMethods ?? METHODS;
  if (methods.length > 0) {
    headers.set("Access-Control-Allow-Methods", methods.join(","));
  }
  const asked = req.headers.get("Access-Control-Request-Headers");
  const names = options?.allowHeaders?.length ? options.allowHeaders : asked?.split(/\s*,\s*/) ?? [];
  if (names.length > 0) {
    headers.set("Access-Control-Allow-Headers", names.join(","));
    vary.push("Access-Control-Request-Headers");
  }
  return new Response(null, { status: 204, headers });
}
