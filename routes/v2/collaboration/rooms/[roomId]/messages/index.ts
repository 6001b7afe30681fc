import { HISTORY_MESSAGES, PAGE_MESSAGES_MAX } from "@/lib/chat/limits.ts";
import { problemResponse } from "@/lib/protocol/problems.ts";
import { seqParameter, wholeParameter } from "@/services/chat/answers.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";

/** What was said in a room, page by page. */
export const handler = define.handlers(methods({
  async GET(ctx) {
    const principal = await authenticate(ctx);
    const params = ctx.url.searchParams;
    const before = seqParameter(params, "before");
    const after = seqParameter(params, "after");
    if (before !== undefined && after !== undefined) {
      return problemResponse({
        code: "bad_request",
        detail: "A page is before a seq or after one, not both",
      });
    }
    const limit = wholeParameter(params, "limit", { fallback: HISTORY_MESSAGES, max: PAGE_MESSAGES_MAX });
    const { history } = ctx.state.services.chatRest;
    const answer = await history.messages(principal, ctx.params.roomId ?? "", { before, after, limit });
    if (!answer.ok) return problemResponse(answer.problem);
    const { messages, more } = answer;
    return Response.json({ messages, more }, { headers: { "cache-control": "no-store" } });
  },
}));
