import { HISTORY_MESSAGES, PAGE_MESSAGES_MAX } from "@/lib/chat/limits.ts";
import { problemResponse } from "@/lib/protocol/problems.ts";
import { parseRoomId } from "@/lib/chat/room_id.ts";
import { chatProblem, seqParameter, wholeParameter } from "@/services/chat/answers.ts";
import { readMessage } from "@/services/chat/said.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { readJson } from "@/services/http/body.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";

/** What was said in a room, page by page; say something without a socket. */
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
  async POST(ctx) {
    const principal = await authenticate(ctx);
    const { roomId = "" } = ctx.params;
    if (parseRoomId(roomId) === undefined) return problemResponse({ code: "not_found" });
    const body = await readJson(ctx.req);
    if (!body.ok) return problemResponse(body.problem);
    const read = readMessage(body.value, { roomId, newId: () => crypto.randomUUID() });
    if (!read.ok) return problemResponse(read.problem);
    const said = await ctx.state.services.chat.say(principal, read.message);
    if ("error" in said) return problemResponse(chatProblem(said));
    const status = said.isNew ? 201 : 200;
    return Response.json(said.message, { status, headers: { "cache-control": "no-store" } });
  },
}));
