import { authenticate } from "@/services/http/authenticate.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";

/** Counts since this instance started: of the caller's organisation; of the whole instance for role `service`. */
export const handler = define.handlers(methods({
  async GET(ctx) {
    const { metrics } = ctx.state.services;
    const { role, orgId } = await authenticate(ctx);
    return Response.json(role === "service" ? metrics.instance() : metrics.organisation(orgId), {
      headers: { "cache-control": "no-store" },
    });
  },
}));
