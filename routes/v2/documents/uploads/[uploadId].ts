import type { Context } from "fresh";
import { problemResponse } from "@/lib/protocol/problems.ts";
import { uploadProblem } from "@/services/documents/upload_problems.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { define, type State } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** One upload, for who began it: where it is; cancel it. */
export const handler = define.handlers(methods({
  async GET(ctx) {
    const principal = await authenticate(ctx);
    const id = idOf(ctx);
    if (id === undefined) return problemResponse({ code: "not_found" });
    const state = await ctx.state.services.uploads.state(principal, id);
    if ("error" in state) return problemResponse(uploadProblem(state));
    return Response.json(state, { headers: { "cache-control": "no-store" } });
  },
  async DELETE(ctx) {
    const principal = await authenticate(ctx);
    const id = idOf(ctx);
    if (id === undefined) return problemResponse({ code: "not_found" });
    const cancelled = await ctx.state.services.uploads.cancel(principal, id);
    if (typeof cancelled === "object") return problemResponse(uploadProblem(cancelled));
    if (cancelled === "cancelled") return new Response(null, { status: 204 });
    return problemResponse({ code: "upload_complete", detail: "Delete its document instead" });
  },
}));

function idOf({ params }: Context<State>): string | undefined {
  const id = (params.uploadId ?? "").toLowerCase();
  return UUID.test(id) ? id : undefined;
}
