import { problemResponse } from "@/lib/protocol/problems.ts";
import type { Answer } from "@/lib/resources/answer.ts";
import type { RoomDetail } from "@/services/chat/rooms.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { readJson } from "@/services/http/body.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";
import { etagOf } from "@/services/resources/preconditions.ts";

/** One room; rename a topic, or take it away. */
export const handler = define.handlers(methods({
  async GET(ctx) {
    const principal = await authenticate(ctx);
    return respond(await ctx.state.services.chatRest.rooms.get(principal, ctx.params.roomId ?? ""));
  },
  async PATCH(ctx) {
    const principal = await authenticate(ctx);
    const body = await readJson(ctx.req);
    if (!body.ok) return problemResponse(body.problem);
    const ifMatch = ctx.req.headers.get("if-match") ?? undefined;
    const { topics } = ctx.state.services.chatRest;
    return respond(
      await topics.rename(principal, ctx.params.roomId ?? "", { body: body.value, ifMatch }),
    );
  },
  async DELETE(ctx) {
    const principal = await authenticate(ctx);
    const answer = await ctx.state.services.chatRest.topics.remove(principal, ctx.params.roomId ?? "");
    return answer.ok ? new Response(null, { status: 204 }) : problemResponse(answer.problem);
  },
}));

function respond(answer: Answer<{ room: RoomDetail }>): Response {
  if (!answer.ok) return problemResponse(answer.problem);
  const { room } = answer;
  return Response.json(room, { headers: { "cache-control": "no-store", etag: etagOf(room.version) } });
}
