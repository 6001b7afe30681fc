import { problemResponse } from "@/lib/protocol/problems.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";

/** Figures about a room. */
export const handler = define.handlers(methods({
  async GET(ctx) {
    const principal = await authenticate(ctx);
    const { chat, chatRest } = ctx.state.services;
    const answer = await chatRest.rooms.stats(principal, ctx.params.roomId ?? "");
    if (!answer.ok) return problemResponse(answer.problem);
    const { people, connections } = await chat.who(principal.orgId, answer.stats.roomId);
    return Response.json({ ...answer.stats, people, connections }, {
      headers: { "cache-control": "no-store" },
    });
  },
}));
