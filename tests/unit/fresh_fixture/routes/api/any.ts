import { define } from "../../define.ts";

export const handler = define.handlers((ctx) => {
  const allow = { Allow: "GET, OPTIONS" };
  if (ctx.req.method === "OPTIONS") {
    return new Response(null, { status: 204, headers: allow });
  }
  if (ctx.req.method === "GET") return ctx.text("got");
  return new Response(null, { status: 405, headers: allow });
});
