import { problemResponse } from "@/lib/protocol/problems.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";

/** Who is in a room now. */
export const handler = define.handlers(methods({
  async GET(ctx) {
    const principal = await authenticate(ctx);
    const { chat, chatRest } = ctx.state.services;
    const access = await chatRest.rooms.access(principal, ctx.params.roomId ?? "");
    if (!access.ok) return problemResponse(access.problem);
    const { roomId } = access.place;
    const { online, people, connections } = await chat.who(principal.orgId, roomId);
    return Response.json({ roomId, online, people, connections }, {
      headers: { "cache-control": "no-store" },
    });
  },
}));
