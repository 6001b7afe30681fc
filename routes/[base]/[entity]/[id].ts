import type { Context } from "fresh";
import { problemResponse } from "@/lib/protocol/problems.ts";
import { parseId } from "@/lib/protocol/subjects.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { readJson } from "@/services/http/body.ts";
import { define, type State } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";
import { resourceAt } from "@/lib/resources/catalog.ts";
import type { Resource } from "@/lib/resources/define.ts";
import { recordResponse } from "@/services/resources/responses.ts";

/** One record: get, change, remove. */
export const handler = define.handlers(methods({
  async GET(ctx) {
    const target = targetOf(ctx);
    if (target === undefined) return problemResponse({ code: "not_found" });
    const { resource, id } = target;
    const answer = await ctx.state.services.resources.get(await authenticate(ctx), resource, id);
    return answer.ok ? recordResponse(resource, answer) : problemResponse(answer.problem);
  },
  PATCH: change,
  PUT: change,
  async DELETE(ctx) {
    const target = targetOf(ctx);
    if (target === undefined) return problemResponse({ code: "not_found" });
    const { resource, id } = target;
    const answer = await ctx.state.services.resources.remove(
      await authenticate(ctx),
      resource,
      id,
      versionOf(ctx),
    );
    return answer.ok ? new Response(null, { status: 204 }) : problemResponse(answer.problem);
  },
}));

/** PUT means the same as PATCH: fields that the body leaves out stay as they are. */
async function change(ctx: Context<State>): Promise<Response> {
  const target = targetOf(ctx);
  if (target === undefined) return problemResponse({ code: "not_found" });
  const { resource, id } = target;
  const principal = await authenticate(ctx);
  const body = await readJson(ctx.req);
  if (!body.ok) return problemResponse(body.problem);
  const answer = await ctx.state.services.resources.update(
    principal,
    resource,
    id,
    body.value,
    versionOf(ctx),
  );
  return answer.ok ? recordResponse(resource, answer) : problemResponse(answer.problem);
}

function targetOf({ params }: Context<State>): { resource: Resource; id: number } | undefined {
  const resource = resourceAt(params);
  const id = parseId(params.id ?? "");
  return resource === undefined || id === undefined ? undefined : { resource, id };
}

function versionOf({ req }: Context<State>): { ifMatch: string | undefined } {
  return { ifMatch: req.headers.get("if-match") ?? undefined };
}
