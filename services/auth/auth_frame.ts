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
}

/** Who the new token says is asking; a problem where it is not valid, `unavailable` where that cannot be said now. */
export async function verifyAuthFrame(frame: AuthFrame, deps: AuthDeps): Promise<Principal | Problem> {
  const principal = await verify(frame, deps);
  if ("code" in principal) countAuthFailure(deps.registry, principal.code);
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
