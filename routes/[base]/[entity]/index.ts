import { problemResponse } from "@/lib/protocol/problems.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { readJson } from "@/services/http/body.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";
import { resourceAt } from "@/lib/resources/catalog.ts";
import { readListQuery } from "@/services/resources/list.ts";
import { recordResponse } from "@/services/resources/responses.ts";

/** The records of one entity: list and create. */
export const handler = define.handlers(methods({
  async GET(ctx) {
    const resource = resourceAt(ctx.params);
    if (resource === undefined) return problemResponse({ code: "not_found" });
    const principal = await authenticate(ctx);
    const read = readListQuery(ctx.url.searchParams);
    if (!read.ok) return problemResponse(read.problem);
    const answer = await ctx.state.services.resources.list(principal, resource, read.query);
    if (!answer.ok) return problemResponse(answer.problem);
    const { items, next, seq, epoch } = answer;
    return Response.json({ items, next, seq, epoch }, { headers: { "cache-control": "no-store" } });
  },

  async POST(ctx) {
    const resource = resourceAt(ctx.params);
    if (resource === undefined) return problemResponse({ code: "not_found" });
    const principal = await authenticate(ctx);
    const body = await readJson(ctx.req);
    if (!body.ok) return problemResponse(body.problem);
    const idempotencyKey = ctx.req.headers.get("idempotency-key") ?? undefined;
    const answer = await ctx.state.services.resources.create(principal, resource, body.value, {
      idempotencyKey,
    });
    return answer.ok ? recordResponse(resource, answer) : problemResponse(answer.problem);
  },
}));
