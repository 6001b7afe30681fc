import type { Context } from "fresh";
import { problemResponse } from "@/lib/protocol/problems.ts";
import type { State } from "@/services/http/define.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
type Answer = (ctx: Context<State>) => Response | Promise<Response>;

/**
 * One handler function for a file route, by method. A method without an answer is told 405 with `Allow`, OPTIONS 204,
 * and HEAD is GET without a body: built file routes by themselves answer all three with 404.
 */
export function methods(answers: { readonly [M in Method]?: Answer }): Answer {
  const names = Object.keys(answers) as Method[];
  const allow = [...names, ...(names.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
  return async (ctx) => {
    const { method } = ctx.req;
    if (method === "OPTIONS") return new Response(null, { status: 204, headers: { allow } });
    const answer = answers[(method === "HEAD" ? "GET" : method) as Method];
    if (answer === undefined) {
      return problemResponse({ code: "method_not_allowed", detail: `${method}; allowed: ${allow}` }, {
        allow,
      });
    }
    const response = await answer(ctx);
    return method === "HEAD" && response.body !== null ? withoutBody(response) : response;
  };
}

async function withoutBody(response: Response): Promise<Response> {
  await response.body?.cancel();
  return new Response(null, { status: response.status, headers: response.headers });
}
