import { type Problem, problemResponse } from "@/lib/protocol/problems.ts";
import { parseId } from "@/lib/protocol/subjects.ts";
import { changesCursor } from "@/services/flags/changes.ts";
import { requireOperator } from "@/services/flags/operator.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";
import { problemOfError } from "@/services/postgres/errors.ts";
import { decodeCursor } from "@/services/resources/cursor.ts";
import { LIST_LIMIT_DEFAULT, LIST_LIMIT_MAX } from "@/services/resources/list.ts";

/** Who changed which flag when, newest first; for operators. */
export const handler = define.handlers(methods({
  async GET(ctx) {
    const { flagChanges, config } = ctx.state.services;
    requireOperator(await authenticate(ctx), config);
    const query = queryOf(ctx.url.searchParams);
    if ("code" in query) return problemResponse(query);
    try {
      const page = await flagChanges.list(query.limit, query.after);
      return Response.json(page, { headers: { "cache-control": "no-store" } });
    } catch (error) {
      const problem = problemOfError(error);
      if (problem === undefined) throw error;
      return problemResponse(problem);
    }
  },
}));

function queryOf(search: URLSearchParams): { limit: number; after?: number } | Problem {
  const limit = parseId(search.get("limit") || String(LIST_LIMIT_DEFAULT));
  if (limit === undefined || limit > LIST_LIMIT_MAX) {
    return invalid("limit", `must be a whole number from 1 to ${LIST_LIMIT_MAX}`);
  }
  const cursor = search.get("cursor");
  if (!cursor) return { limit };
  const { key, order } = changesCursor(0);
  const after = decodeCursor(cursor, key, order);
  return after === undefined ? invalid("cursor", "is not one that this list has given") : { limit, after };
}

function invalid(path: string, message: string): Problem {
  return { code: "validation_failed", errors: [{ path, message }] };
}
