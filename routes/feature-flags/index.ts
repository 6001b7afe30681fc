import { effectiveFlags } from "@/lib/flags/flags.ts";
import { problemResponse } from "@/lib/protocol/problems.ts";
import { readFlagChanges } from "@/services/flags/change_request.ts";
import { requireOperator } from "@/services/flags/operator.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { readJsonOrForm } from "@/services/http/body.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";

const NO_STORE = { headers: { "cache-control": "no-store" } };

/** The feature flags: what they mean for the caller's organisation, and their change by an operator. */
export const handler = define.handlers(methods({
  async GET(ctx) {
    const { orgId, expiresAt } = await authenticate(ctx);
    const effective = ctx.state.services.flags.effective(orgId);
    return Response.json({ ...effective, expiresInMs: expiresAt - Date.now() }, NO_STORE);
  },

  async POST(ctx) {
    const { flags, config } = ctx.state.services;
    const principal = await authenticate(ctx);
    requireOperator(principal, config);
    const body = await readJsonOrForm(ctx.req);
    if (!body.ok) return problemResponse(body.problem);
    const changes = readFlagChanges(body);
    if ("code" in changes) return problemResponse(changes);
    const values = await flags.change(changes, principal);
    return Response.json(effectiveFlags(values, principal.orgId), NO_STORE);
  },
}));
