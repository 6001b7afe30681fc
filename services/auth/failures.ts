import type { Registry } from "@/lib/metrics/registry.ts";

/** Codes of what is refused for its token. */
export const AUTH_FAILURES: ReadonlySet<string> = new Set([
  "unauthenticated",
  "token_expired",
  "token_revoked",
  "ticket_invalid",
]);

/** Counts a refusal where it is one for its token. */
export function countAuthFailure(registry: Registry, code: string | undefined): void {
  if (code === undefined || !AUTH_FAILURES.has(code)) return;
  registry.count("innstream_auth_failures_total", { code });
}
