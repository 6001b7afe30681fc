import { problemResponse } from "@/lib/protocol/problems.ts";
import { parseId } from "@/lib/protocol/subjects.ts";
import { DOCUMENT } from "@/services/documents/records.ts";
import { unlockDocument } from "@/services/documents/unlock.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { readJson } from "@/services/http/body.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";
import { recordResponse } from "@/services/resources/responses.ts";

/** The password of a locked document: it is opened with it, and the password is kept nowhere. */
export const handler = define.handlers(methods({
  async POST(ctx) {
    const id = parseId(ctx.params.id ?? "");
    if (id === undefined) return problemResponse({ code: "not_found" });
    const principal = await authenticate(ctx);
    const body = await readJson(ctx.req);
    if (!body.ok) return problemResponse(body.problem);
    const answer = await unlockDocument(ctx.state.services, principal, id, body.value);
    return answer.ok
      ? recordResponse(DOCUMENT, { record: answer.record, status: 202 })
      : problemResponse(answer.problem);
  },
}));
