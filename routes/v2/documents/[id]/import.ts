import { problemResponse } from "@/lib/protocol/problems.ts";
import { parseId } from "@/lib/protocol/subjects.ts";
import { importGuests } from "@/services/documents/import.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { readJson } from "@/services/http/body.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";

/** Makes guests of the confirmed rows of a table. */
export const handler = define.handlers(methods({
  async POST(ctx) {
    const id = parseId(ctx.params.id ?? "");
    if (id === undefined) return problemResponse({ code: "not_found" });
    const principal = await authenticate(ctx);
    const body = await readJson(ctx.req);
    if (!body.ok) return problemResponse(body.problem);
    const answer = await importGuests(ctx.state.services.resources, principal, id, body.value);
    if (!answer.ok) return problemResponse(answer.problem);
    const { document, created } = answer;
    return Response.json({ created, document }, { headers: { "cache-control": "no-store" } });
  },
}));
