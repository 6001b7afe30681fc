import { csp } from "fresh";
import { definePages, type PageState, readSession } from "@/services/auth/session.ts";

/** Reads who is signed in, and keeps pages out of caches: the back button must not show what was signed out of. */
const session = definePages.middleware(async (ctx) => {
  const { services } = ctx.state;
  const session = await readSession(ctx.req, services);
  if (session !== null) {
    ctx.state.principal = session.principal;
    services.rateLimits.person("reads", session.principal);
  }
  ctx.state.session = session;
  const response = await ctx.next();
  if (!response.headers.has("cache-control")) response.headers.set("cache-control", "no-store");
  return response;
});

/**
 * The logo of a house may stand anywhere on the web; pictures alone may. Over plain HTTP, as on a machine of one's own or
 * behind a proxy, there is nothing to upgrade to.
 */
const policy = definePages.middleware(async (ctx) => {
  const response = await ctx.next();
  const given = response.headers.get("content-security-policy");
  if (given === null) return response;
  const open = given.replace("img-src 'self' data:", "img-src 'self' data: https:");
  const plain = ctx.url.protocol === "http:" ? open.replace(/;\s*upgrade-insecure-requests/, "") : open;
  response.headers.set("content-security-policy", plain);
  return response;
});

export default [policy, csp<PageState>({ useNonce: true }), session];
