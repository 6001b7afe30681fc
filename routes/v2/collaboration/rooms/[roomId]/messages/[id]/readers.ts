import { problemResponse } from "@/lib/protocol/problems.ts";
import { parseId } from "@/lib/protocol/subjects.ts";
import { wholeParameter } from "@/services/chat/answers.ts";
import { READERS_PAGE, READERS_PAGE_MAX } from "@/services/chat/history.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";

/** Who has read a message, and when. */
export const handler = define.handlers(methods({
  async GET(ctx) {
    const principal = await authenticate(ctx);
    const id = parseId(ctx.params.id ?? "");
    if (id === undefined) return problemResponse({ code: "not_found" });
    const params = ctx.url.searchParams;
    const limit = wholeParameter(params, "limit", { fallback: READERS_PAGE, max: READERS_PAGE_MAX });
    const after = params.get("after") || undefined;
    const { history } = ctx.state.services.chatRest;
    const answer = await history.readers(principal, ctx.params.roomId ?? "", { id, after, limit });
    if (!answer.ok) return problemResponse(answer.problem);
    const { readers, next } = answer;
    return Response.json({ readers, next }, { headers: { "cache-control": "no-store" } });
  },
}));
