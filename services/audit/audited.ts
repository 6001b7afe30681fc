import { HttpError, type Middleware } from "fresh";
import { auditedOf } from "@/lib/audit/rules.ts";
import { type ProblemCode, problemCodeOf } from "@/lib/protocol/problems.ts";
import type { State } from "@/services/http/define.ts";

/** What a page throws becomes the error page: these are what such a status means. */
const CODES: Readonly<Record<number, ProblemCode>> = { 403: "forbidden", 429: "too_many_requests" };

/** Audits requests by what was answered. It stands outside of `problems`, so that it sees what routes throw, too. */
export const audited: Middleware<State> = async (ctx) => {
  const { method, headers } = ctx.req;
  // Asked before: the headers of a request that was upgraded cannot be read any more.
  const hasToken = headers.has("authorization") || headers.has("cookie") ||
    ctx.url.searchParams.has("token") || ctx.url.searchParams.has("ticket");
  const note = (status: number, code: ProblemCode | undefined) => {
    // Who comes with nothing is no attempt at anything.
    if (code === "unauthenticated" && !hasToken) return;
    const audited = auditedOf({ method, path: ctx.url.pathname, route: ctx.route, status, code });
    if (audited === undefined) return;
    const { services: { audit }, principal, client } = ctx.state;
    if (principal === undefined) audit.note({ ...audited, client });
    else audit.noteOf(principal, { ...audited, client });
  };
  try {
    const response = await ctx.next();
    note(response.status, problemCodeOf(response));
    return response;
  } catch (error) {
    if (error instanceof HttpError) note(error.status, CODES[error.status]);
    throw error;
  }
};
