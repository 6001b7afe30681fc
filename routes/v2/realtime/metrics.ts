import { problemResponse } from "@/lib/protocol/problems.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";

/**
 * Counts since an instance started: of the caller's organisation; of all of them for role `service`. `scope=cluster`
 * sums those of all instances that answer.
 */
export const handler = define.handlers(methods({
  async GET(ctx) {
    const { metrics, fleet } = ctx.state.services;
    const { role, orgId } = await authenticate(ctx);
    const scope = ctx.url.searchParams.get("scope") ?? "instance";
    const whose = role === "service" ? null : orgId;
    if (scope !== "instance" && scope !== "cluster") {
      return problemResponse({ code: "bad_request", detail: "scope is instance or cluster" });
    }
    const answer = scope === "cluster" ? await fleet.metrics(whose) : metrics.measured(whose).metrics;
    return Response.json(answer, { headers: { "cache-control": "no-store" } });
  },
}));
