import type { AuditKind } from "@/lib/audit/kinds.ts";
import type { AuditLog } from "@/services/audit/audit_log.ts";
import { ENDPOINTS, type Held } from "@/services/realtime/connections.ts";

const KINDS: Readonly<Record<string, AuditKind>> = {
  token_expired: "session_expired",
  too_many_frames: "excess_rate_limit_exceeded",
};

/** Notes that we ended a connection, where the reason is worth it. */
export function auditEnd(audit: AuditLog, { principal, kind }: Held, reason: string): void {
  const audited = KINDS[reason];
  if (audited === undefined) return;
  audit.noteOf(principal, { kind: audited, target: `socket ${ENDPOINTS[kind]}`, detail: reason });
}
