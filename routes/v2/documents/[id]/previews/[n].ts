import { problemResponse } from "@/lib/protocol/problems.ts";
import { parseId } from "@/lib/protocol/subjects.ts";
import { PREVIEW_TYPE } from "@/services/documents/previews.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";

/** The picture of one page, made anew by us. */
export const handler = define.handlers(methods({
  async GET(ctx) {
    const id = parseId(ctx.params.id ?? "");
    const n = parseId(ctx.params.n ?? "");
    if (id === undefined || n === undefined) return problemResponse({ code: "not_found" });
    const answer = await ctx.state.services.documents.preview(await authenticate(ctx), id, n);
    if (!answer.ok) return problemResponse(answer.problem);
    return new Response(answer.bytes, {
      headers: {
        "content-type": PREVIEW_TYPE,
        "content-security-policy": "sandbox; default-src 'none'",
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "same-origin",
        "cache-control": "no-store",
      },
    });
  },
}));
