import { sharesOf } from "@/lib/flags/rollout.ts";
import { problemResponse } from "@/lib/protocol/problems.ts";
import { requireOperator } from "@/services/flags/operator.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";
import { problemOfError } from "@/services/postgres/errors.ts";

/** How many connections the fleet holds, and how many organisations each percentage is; for operators. */
export const handler = define.handlers(methods({
  async GET(ctx) {
    const { fleet, organisationIds, config } = ctx.state.services;
    requireOperator(await authenticate(ctx), config);
    try {
      const [counts, orgIds] = await Promise.all([fleet.counts(), organisationIds.all()]);
      const organisations = { organisations: orgIds.length, shares: sharesOf(orgIds) };
      return Response.json({ ...counts, ...organisations }, { headers: { "cache-control": "no-store" } });
    } catch (error) {
      const problem = problemOfError(error);
      if (problem === undefined) throw error;
      return problemResponse(problem);
    }
  },
}));
