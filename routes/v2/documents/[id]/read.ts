import { problemResponse } from "@/lib/protocol/problems.ts";
import { parseId } from "@/lib/protocol/subjects.ts";
import { readAgain } from "@/services/documents/read_again.ts";
import { DOCUMENT } from "@/services/documents/records.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";
import { recordResponse } from "@/services/resources/responses.ts";

/** Has a document read again that could not be read. */
export const handler = define.handlers(methods({
  async POST(ctx) {
    const id = parseId(ctx.params.id ?? "");
    if (id === undefined) return problemResponse({ code: "not_found" });
    const principal = await authenticate(ctx);
    await ctx.req.body?.cancel();
    const answer = await readAgain(ctx.state.services.resources, principal, id, Date.now());
    return answer.ok
      ? recordResponse(DOCUMENT, { record: answer.record, status: 202 })
      : problemResponse(answer.problem);
  },
}));
