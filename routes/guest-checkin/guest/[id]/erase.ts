import { problemResponse } from "@/lib/protocol/problems.ts";
import { parseId } from "@/lib/protocol/subjects.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";

/** Erases all that is kept of a guest. Safe to repeat: it answers how far that has come. See docs/erasure.md. */
export const handler = define.handlers(methods({
  async POST(ctx) {
    const principal = await authenticate(ctx);
    const id = parseId(ctx.params.id ?? "");
    if (id === undefined) return problemResponse({ code: "not_found" });
    const answer = await ctx.state.services.erasures.erase(principal, id);
    if (!answer.ok) return problemResponse(answer.problem);
    const { erasure } = answer;
    return Response.json(erasure, {
      status: erasure.state === "done" ? 200 : 202,
      headers: { "cache-control": "no-store" },
    });
  },
}));
