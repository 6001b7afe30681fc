import { problemResponse } from "@/lib/protocol/problems.ts";
import type { Answer } from "@/lib/resources/answer.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { readJson } from "@/services/http/body.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";

/** How long an organisation keeps what is said. */
export const handler = define.handlers(methods({
  async GET(ctx) {
    const principal = await authenticate(ctx);
    return respond(await ctx.state.services.chatRest.retention.get(principal));
  },
  async PUT(ctx) {
    const principal = await authenticate(ctx);
    const body = await readJson(ctx.req);
    if (!body.ok) return problemResponse(body.problem);
    return respond(await ctx.state.services.chatRest.retention.put(principal, body.value));
  },
}));

function respond(answer: Answer<{ days: number | null }>): Response {
  if (!answer.ok) return problemResponse(answer.problem);
  return Response.json({ days: answer.days }, { headers: { "cache-control": "no-store" } });
}
