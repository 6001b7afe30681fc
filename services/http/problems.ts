import { HttpError, type Middleware } from "fresh";
import {
  type Problem,
  type ProblemCode,
  ProblemError,
  problemResponse,
  PROBLEMS,
} from "@/lib/protocol/problems.ts";
import type { State } from "@/services/http/define.ts";
import { errorFields } from "@/services/log.ts";
import { isNatsUnreachable } from "@/services/nats/errors.ts";

/** Seconds until what cannot be reached is likely back. */
const RETRY_S = 1;

/**
 * Turns what routes throw into `application/problem+json`. It stands innermost, so that the headers other middlewares
 * add are on errors too. A browser asking for a page gets the error page instead.
 */
export const problems: Middleware<State> = async (ctx) => {
  try {
    return await ctx.next();
  } catch (error) {
    const problem = problemOf(error);
    const { services: { log }, requestId } = ctx.state;
    const isBug = problem.code === "internal";
    if (isBug) log("error", "a request failed", { requestId, route: ctx.route, ...errorFields(error) });
    ctx.state.retryAfter = problem.retryAfter;
    if (wantsPage(ctx.req)) throw asHttpError(error);
    return problemResponse(isBug ? { ...problem, detail: `request ${requestId}` } : problem);
  }
};

/** The problem behind something thrown; `internal` where it is none that we know. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  if (error instanceof HttpError) return { code: codeOfStatus(error.status) };
  // A malformed percent escape.
  if (error instanceof URIError) return { code: "bad_request", detail: "the path is not UTF-8" };
  if (isNatsUnreachable(error)) {
    return { code: "unavailable", detail: "the event stream cannot be reached", retryAfter: RETRY_S };
  }
  return { code: "internal" };
}

function wantsPage(req: Request): boolean {
  return req.method === "GET" && req.headers.get("upgrade") === null &&
    (req.headers.get("accept") ?? "").includes("text/html");
}

function asHttpError(error: unknown): unknown {
  const problem = problemOf(error);
  if (error instanceof HttpError || problem.code === "internal") return error;
  return new HttpError(PROBLEMS[problem.code][0], problem.detail ?? PROBLEMS[problem.code][1]);
}

function codeOfStatus(status: number): ProblemCode {
  if (status === 404) return "not_found";
  if (status === 405) return "method_not_allowed";
  if (status === 403) return "forbidden";
  if (status === 401) return "unauthenticated";
  return status < 500 ? "bad_request" : "internal";
}
