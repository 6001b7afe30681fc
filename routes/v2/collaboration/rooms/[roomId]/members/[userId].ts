import { problemResponse } from "@/lib/protocol/problems.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { readJson } from "@/services/http/body.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";
import { etagOf } from "@/services/resources/preconditions.ts";

/** Who is in a topic: add somebody, make them an owner or a member, put them out. */
export const handler = define.handlers(methods({
  async PUT(ctx) {
    const principal = await authenticate(ctx);
    const body = await readJson(ctx.req);
    if (!body.ok) return problemResponse(body.problem);
    const { roomId = "" } = ctx.params;
    const userId = userIdOf(ctx.url);
    const { topics } = ctx.state.services.chatRest;
    const answer = await topics.putMember(principal, roomId, { userId, body: body.value });
    if (!answer.ok) return problemResponse(answer.problem);
    const { room } = answer;
    return Response.json(room, { headers: { "cache-control": "no-store", etag: etagOf(room.version) } });
  },
  async DELETE(ctx) {
    const principal = await authenticate(ctx);
    const { roomId = "" } = ctx.params;
    const userId = userIdOf(ctx.url);
    const answer = await ctx.state.services.chatRest.topics.removeMember(principal, roomId, userId);
    return answer.ok ? new Response(null, { status: 204 }) : problemResponse(answer.problem);
  },
}));

/** The last part of the path, whole: the router leaves `%40` and the like as they are. */
function userIdOf({ pathname }: URL): string {
  return decodeURIComponent(pathname.slice(pathname.lastIndexOf("/") + 1));
}
