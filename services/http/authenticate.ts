import type { Context } from "fresh";
import type { Principal } from "@/lib/auth/principal.ts";
import { MADE_FOR_HEADER, MADE_FOR_QUERY, madeFor } from "@/lib/protocol/made_for.ts";
import { ProblemError } from "@/lib/protocol/problems.ts";
import type { State } from "@/services/http/define.ts";
import { isUpgrade } from "@/services/http/upgrades.ts";

/** Name of the cookie that may carry a token. */
export const TOKEN_COOKIE = "token";

type Request_ = Pick<Context<State>, "req" | "url" | "state">;

/**
 * Who is asking: token from `Authorization: Bearer`, else `?token=`, else `?ticket=` (sockets only), else the cookie `token`. Throws a
 * ProblemError (401) where there is none or it is not valid, and 403 where a cookie comes from a foreign origin on a
 * request that changes something or opens a socket, and 429 where this person, or for a socket this address, asks too
 * much.
 */
export async function authenticate(ctx: Request_): Promise<Principal> {
  const { rateLimits } = ctx.state.services;
  // Before anything is spent on it.
  if (isUpgrade(ctx.req)) rateLimits.address("handshakes", ctx.state.client);
  const principal = await identify(ctx);
  ctx.state.principal = principal;
  if (!isUpgrade(ctx.req)) rateLimits.person(isReading(ctx.req) ? "reads" : "writes", principal);
  return principal;
}

async function identify(ctx: Request_): Promise<Principal> {
  const { tokens, tickets } = ctx.state.services;
  // A ticket opens a connection and nothing else: with it, nobody gets the next ticket.
  const ticket = isUpgrade(ctx.req) ? ctx.url.searchParams.get("ticket") : null;
  const bearer = bearerOf(ctx.req) ?? ctx.url.searchParams.get("token");
  if (bearer === null && ticket !== null) return orThrow(await tickets.redeem(ticket));
  if (bearer !== null) return orThrow(await tokens.verify(bearer));
  const cookie = tokenCookie(ctx.req);
  if (cookie === null) throw new ProblemError({ code: "unauthenticated", detail: "no token was sent" });
  if (!isSafe(ctx.req)) requireOrigin(ctx);
  return checkPerson(ctx, orThrow(await tokens.verify(cookie)));
}

/**
 * A browser may be somebody else's by now: the pages from before must neither show nor change what is theirs. Throws a
 * ProblemError (401) where they would.
 */
export function checkPerson({ req, url }: Request_, principal: Principal): Principal {
  const person = req.headers.get(MADE_FOR_HEADER) ?? url.searchParams.get(MADE_FOR_QUERY);
  if (person === null || person === madeFor(principal)) return principal;
  throw new ProblemError({
    code: "unauthenticated",
    detail: "the page was made for another person than the one who is signed in now",
  });
}

/** The token in the cookie, or null. */
export function tokenCookie(req: Request): string | null {
  for (const pair of (req.headers.get("cookie") ?? "").split(";")) {
    const [name, value] = pair.trim().split("=", 2);
    if (name === TOKEN_COOKIE && value) return value;
  }
  return null;
}

function bearerOf(req: Request): string | null {
  return /^Bearer +(\S+)$/i.exec(req.headers.get("authorization") ?? "")?.[1] ?? null;
}

/** Reading over plain HTTP is safe from other sites; a socket is not, since its answers are not guarded by CORS. */
function isSafe(req: Request): boolean {
  return isReading(req) && req.headers.get("upgrade") === null;
}

function isReading({ method }: Request): boolean {
  return method === "GET" || method === "HEAD";
}

/** Throws `origin_not_allowed` where a request that is known by its cookie comes from another site. */
export function requireOrigin({ req, url, state }: Request_): void {
  const origin = req.headers.get("origin");
  const { publicOrigins } = state.services.config;
  const allowed = publicOrigins.length > 0 ? publicOrigins : [url.origin];
  if (origin !== null && allowed.includes(origin)) return;
  throw new ProblemError({
    code: "origin_not_allowed",
    detail: `origin ${origin ?? "(none)"} may not use a cookie here; PUBLIC_ORIGINS lists those that may`,
  });
}

function orThrow(
  result: Principal | { code: never } | Awaited<ReturnType<State["services"]["tokens"]["verify"]>>,
): Principal {
  if ("code" in result) throw new ProblemError(result);
  return result;
}
