import { problemResponse } from "@/lib/protocol/problems.ts";
import { parseId } from "@/lib/protocol/subjects.ts";
import { correctDocument } from "@/services/documents/corrections.ts";
import { DOCUMENT } from "@/services/documents/records.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { readJson } from "@/services/http/body.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";
import { etagOf } from "@/services/resources/preconditions.ts";
import { recordResponse } from "@/services/resources/responses.ts";

/** One document with what people put right and its table; put values right; remove it with its files. */
export const handler = define.handlers(methods({
  async GET(ctx) {
    const id = parseId(ctx.params.id ?? "");
    if (id === undefined) return problemResponse({ code: "not_found" });
    const answer = await ctx.state.services.documents.get(await authenticate(ctx), id);
    if (!answer.ok) return problemResponse(answer.problem);
    const headers = { "cache-control": "no-store", etag: etagOf(answer.record.version) };
    return Response.json(answer.document, { headers });
  },
  async PATCH(ctx) {
    const id = parseId(ctx.params.id ?? "");
    if (id === undefined) return problemResponse({ code: "not_found" });
    const principal = await authenticate(ctx);
    const body = await readJson(ctx.req);
    if (!body.ok) return problemResponse(body.problem);
    const answer = await correctDocument(ctx.state.services.resources, principal, id, body.value);
    return answer.ok ? recordResponse(DOCUMENT, answer) : problemResponse(answer.problem);
  },
  async DELETE(ctx) {
    const id = parseId(ctx.params.id ?? "");
    if (id === undefined) return problemResponse({ code: "not_found" });
    const ifMatch = ctx.req.headers.get("if-match") ?? undefined;
    const answer = await ctx.state.services.documents.remove(await authenticate(ctx), id, ifMatch);
    return answer.ok ? new Response(null, { status: 204 }) : problemResponse(answer.problem);
  },
}));
