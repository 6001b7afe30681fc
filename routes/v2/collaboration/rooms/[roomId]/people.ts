import { problemResponse } from "@/lib/protocol/problems.ts";
import { wholeParameter } from "@/services/chat/answers.ts";
import { PEOPLE_PAGE, PEOPLE_PAGE_MAX } from "@/services/chat/rooms.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";

/** Who can be mentioned in a room. */
export const handler = define.handlers(methods({
  async GET(ctx) {
    const principal = await authenticate(ctx);
    const params = ctx.url.searchParams;
    const limit = wholeParameter(params, "limit", { fallback: PEOPLE_PAGE, max: PEOPLE_PAGE_MAX });
    const { rooms } = ctx.state.services.chatRest;
    const answer = await rooms.people(principal, ctx.params.roomId ?? "", {
      q: params.get("q") ?? "",
      limit,
    });
    if (!answer.ok) return problemResponse(answer.problem);
    return Response.json({ people: answer.people }, { headers: { "cache-control": "no-store" } });
  },
}));
