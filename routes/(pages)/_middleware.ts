import { csp } from "fresh";
import { definePages, type PageState, readSession } from "@/services/auth/session.ts";

/** Reads who is signed in, and keeps pages out of caches: the back button must not show what was signed out of. */
const session = definePages.middleware(async (ctx) => {
  ctx.state.session = await readSession(ctx.req, ctx.state.services);
  const response = await ctx.next();
  if (!response.headers.has("cache-control")) response.headers.set("cache-control", "no-store");
  response.headers.set("referrer-policy", "same-origin");
  response.headers.set("x-content-type-options", "nosniff");
  return response;
});

/** Over plain HTTP, as on a machine of one's own or behind a proxy, there is nothing to upgrade to. */
const plainHttp = definePages.middleware(async (ctx) => {
  const response = await ctx.next();
  const policy = response.headers.get("content-security-policy");
  if (policy !== null && ctx.url.protocol === "http:") {
    response.headers.set("content-security-policy", policy.replace(/;\s*upgrade-insecure-requests/, ""));
  }
  return response;
});

export default [plainHttp, csp<PageState>({ useNonce: true }), session];
