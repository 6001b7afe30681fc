import { problemResponse } from "@/lib/protocol/problems.ts";
import { parseId } from "@/lib/protocol/subjects.ts";
import { applyDocument } from "@/services/documents/apply.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { readJson } from "@/services/http/body.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";

/** Writes what a document says to its guest. */
export const handler = define.handlers(methods({
  async POST(ctx) {
    const id = parseId(ctx.params.id ?? "");
    if (id === undefined) return problemResponse({ code: "not_found" });
    const principal = await authenticate(ctx);
    const body = await readJson(ctx.req);
    if (!body.ok) return problemResponse(body.problem);
    const answer = await applyDocument(ctx.state.services.resources, principal, id, body.value);
    if (!answer.ok) return problemResponse(answer.problem);
    const { document, guest } = answer;
    return Response.json({ document, guest }, { headers: { "cache-control": "no-store" } });
  },
}));
