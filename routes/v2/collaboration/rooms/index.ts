import { problemResponse } from "@/lib/protocol/problems.ts";
import { wholeParameter } from "@/services/chat/answers.ts";
import { ROOMS_PAGE, ROOMS_PAGE_MAX } from "@/services/chat/rooms.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { readJson } from "@/services/http/body.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";
import { etagOf } from "@/services/resources/preconditions.ts";

const NO_STORE = { "cache-control": "no-store" };

/** A person's rooms, where something was said last first; make a topic. */
export const handler = define.handlers(methods({
  async GET(ctx) {
    const principal = await authenticate(ctx);
    const params = ctx.url.searchParams;
    const limit = wholeParameter(params, "limit", { fallback: ROOMS_PAGE, max: ROOMS_PAGE_MAX });
    const after = params.get("after") || undefined;
    const answer = await ctx.state.services.chatRest.rooms.list(principal, { after, limit });
    if (!answer.ok) return problemResponse(answer.problem);
    const { rooms, next, unread, mentions } = answer;
    return Response.json({ rooms, next, unread, mentions }, { headers: NO_STORE });
  },
  async POST(ctx) {
    const principal = await authenticate(ctx);
    const body = await readJson(ctx.req);
    if (!body.ok) return problemResponse(body.problem);
    const key = ctx.req.headers.get("idempotency-key") ?? undefined;
    const answer = await ctx.state.services.chatRest.topics.create(principal, body.value, key);
    if (!answer.ok) return problemResponse(answer.problem);
    const { room, replayed } = answer;
    return Response.json(room, {
      status: 201,
      headers: {
        ...NO_STORE,
        etag: etagOf(room.version),
        location: `/v2/collaboration/rooms/${room.roomId}`,
        ...(replayed && { "idempotent-replayed": "true" }),
      },
    });
  },
}));
