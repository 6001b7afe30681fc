import { PAGE_MESSAGES_MAX } from "@/lib/chat/limits.ts";
import { problemResponse } from "@/lib/protocol/problems.ts";
import { seqParameter, wholeParameter } from "@/services/chat/answers.ts";
import { FOUND_PAGE } from "@/services/chat/history.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";

/** Messages of a room with some words, the latest first. */
export const handler = define.handlers(methods({
  async GET(ctx) {
    const principal = await authenticate(ctx);
    const params = ctx.url.searchParams;
    const before = seqParameter(params, "before");
    const limit = wholeParameter(params, "limit", { fallback: FOUND_PAGE, max: PAGE_MESSAGES_MAX });
    const { history } = ctx.state.services.chatRest;
    const q = params.get("q") ?? "";
    const answer = await history.search(principal, ctx.params.roomId ?? "", { q, before, limit });
    if (!answer.ok) return problemResponse(answer.problem);
    const { messages, more } = answer;
    return Response.json({ messages, more }, { headers: { "cache-control": "no-store" } });
  },
}));
