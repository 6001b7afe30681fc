import { isAuditKind } from "@/lib/audit/kinds.ts";
import { type Problem, ProblemError, problemResponse } from "@/lib/protocol/problems.ts";
import { parseId } from "@/lib/protocol/subjects.ts";
import { auditCursor, type AuditQuery } from "@/services/audit/audit_rows.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";
import { problemOfError } from "@/services/postgres/errors.ts";
import { decodeCursor } from "@/services/resources/cursor.ts";
import { LIST_LIMIT_DEFAULT, LIST_LIMIT_MAX } from "@/services/resources/list.ts";

/** What was audited of the caller's organisation, newest first; for admins. */
export const handler = define.handlers(methods({
  async GET(ctx) {
    const { role, orgId } = await authenticate(ctx);
    if (role !== "admin") {
      throw new ProblemError({
        code: "forbidden",
        detail: `Role ${role} may not read the audit log; admin may`,
      });
    }
    const query = queryOf(ctx.url.searchParams);
    if ("code" in query) return problemResponse(query);
    try {
      const page = await ctx.state.services.audit.list(orgId, query);
      return Response.json(page, { headers: { "cache-control": "no-store" } });
    } catch (error) {
      const problem = problemOfError(error);
      if (problem === undefined) throw error;
      return problemResponse(problem);
    }
  },
}));

function queryOf(search: URLSearchParams): AuditQuery | Problem {
  const limit = parseId(search.get("limit") || String(LIST_LIMIT_DEFAULT));
  if (limit === undefined || limit > LIST_LIMIT_MAX) {
    return invalid("limit", `must be a whole number from 1 to ${LIST_LIMIT_MAX}`);
  }
  const kind = search.get("kind") || null;
  if (kind !== null && !isAuditKind(kind)) return invalid("kind", "is none that is audited");
  const cursor = search.get("cursor") || null;
  const { key, order } = auditCursor(0);
  const after = cursor === null ? undefined : decodeCursor(cursor, key, order);
  if (cursor !== null && after === undefined) return invalid("cursor", "is not one that this list has given");
  return { limit, kind, after };
}

function invalid(path: string, message: string): Problem {
  return { code: "validation_failed", errors: [{ path, message }] };
}
