import { problemResponse } from "@/lib/protocol/problems.ts";
import { readFlagCounts } from "@/services/flags/counts.ts";
import { requireOperator } from "@/services/flags/operator.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";
import { problemOfError } from "@/services/postgres/errors.ts";

/** How many connections the fleet holds, and how many organisations each percentage is; for operators. */
export const handler = define.handlers(methods({
  async GET(ctx) {
    const { services } = ctx.state;
    requireOperator(await authenticate(ctx), services.config);
    try {
      return Response.json(await readFlagCounts(services), { headers: { "cache-control": "no-store" } });
    } catch (error) {
      const problem = problemOfError(error);
      if (problem === undefined) throw error;
      return problemResponse(problem);
    }
  },
}));
