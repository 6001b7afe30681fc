import type { AuditKind } from "@/lib/audit/kinds.ts";
import type { ProblemCode } from "@/lib/protocol/problems.ts";

/** A request that was answered. */
export interface Answered {
  readonly method: string;
  readonly path: string;
  /** The pattern of the route; null: there is none. */
  readonly route: string | null;
  readonly status: number;
  readonly code: ProblemCode | undefined;
}

export interface Audited {
  readonly kind: AuditKind;
  readonly target: string | null;
  readonly detail: string | null;
}

const REFUSALS: Partial<Record<ProblemCode, AuditKind>> = {
  unauthenticated: "authn_login_fail",
  token_expired: "authn_login_fail",
  token_revoked: "authn_login_fail",
  ticket_invalid: "authn_login_fail",
  forbidden: "authz_fail",
  origin_not_allowed: "authz_fail",
  too_many_requests: "excess_rate_limit_exceeded",
  too_many_connections: "excess_rate_limit_exceeded",
  quota_exceeded: "excess_rate_limit_exceeded",
  unsupported_media_type: "upload_validation",
};

/** What is worth a row although it went well; the paths hold numbers alone. */
const DONE: readonly (readonly [methods: RegExp, path: RegExp, kind: AuditKind])[] = [
  [/^GET$/, /^\/v2\/documents\/\d+\/(content|previews\/\d+)$/, "sensitive_read"],
  [/^DELETE$/, /^\/guest-checkin\/(guest|document)\/\d+$/, "sensitive_delete"],
  [/^DELETE$/, /^\/v2\/documents\/\d+$/, "sensitive_delete"],
  [/^POST$/, /^\/guest-checkin\/guest\/\d+\/erase$/, "sensitive_delete"],
  [/^(POST|PUT|PATCH|DELETE)$/, /^\/users\/user(\/\d+)?$/, "privilege_permissions_changed"],
  [/^POST$/, /^\/feature-flags$/, "privilege_permissions_changed"],
];

/** What of a request is to be audited, if anything. A refusal names the route, not the path, which anybody can make up. */
export function auditedOf({ method, path, route, status, code }: Answered): Audited | undefined {
  if (code !== undefined) {
    const kind = REFUSALS[code];
    return kind && { kind, target: `${method} ${route ?? "(none)"}`, detail: code };
  }
  if (status < 200 || status >= 300) return undefined;
  const done = DONE.find(([methods, paths]) => methods.test(method) && paths.test(path));
  return done && { kind: done[2], target: `${method} ${path}`, detail: null };
}
