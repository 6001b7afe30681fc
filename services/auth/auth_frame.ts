import type { AuditLog } from "@/services/audit/audit_log.ts";
import type { Principal } from "@/lib/auth/principal.ts";
import type { Registry } from "@/lib/metrics/registry.ts";
import type { Problem } from "@/lib/protocol/problems.ts";
import { countAuthFailure } from "@/services/auth/failures.ts";
import type { Tickets } from "@/services/auth/tickets.ts";
import type { Tokens } from "@/services/auth/tokens.ts";
import { isNatsUnreachable } from "@/services/nats/errors.ts";

/** What a socket is sent to go on with a new token: itself, or a ticket that stands for it. */
export type AuthFrame = { readonly token: string } | { readonly ticket: string };

export interface AuthDeps {
  readonly tokens: Tokens;
  readonly tickets: Tickets;
  readonly registry: Registry;
  readonly audit: AuditLog;
}

/**
 * Who the new token says is asking, on a connection of `holder`; a problem where it is not valid, `unavailable` where that
 * cannot be said now. Whether it is the same person is for the connection to say.
 */
export async function verifyAuthFrame(
  frame: AuthFrame,
  deps: AuthDeps,
  holder: Principal,
): Promise<Principal | Problem> {
  const principal = await verify(frame, deps);
  if ("code" in principal) {
    countAuthFailure(deps.registry, principal.code);
    deps.audit.noteOf(holder, { kind: "authn_login_fail", target: "auth frame", detail: principal.code });
  } else if (principal.orgId !== holder.orgId || principal.userId !== holder.userId) {
    const detail = principal.orgId === holder.orgId ? "another person" : "another organisation";
    deps.audit.noteOf(holder, { kind: "malicious_direct_reference", target: "auth frame", detail });
  }
  return principal;
}

async function verify(frame: AuthFrame, { tokens, tickets }: AuthDeps): Promise<Principal | Problem> {
  if ("token" in frame) return await tokens.verify(frame.token);
  try {
    return await tickets.redeem(frame.ticket);
  } catch (error) {
    if (isNatsUnreachable(error)) return { code: "unavailable", detail: "the ticket cannot be looked at" };
    throw error;
  }
}
