import type { Middleware } from "fresh";
import { problemCodeOf } from "@/lib/protocol/problems.ts";
import type { State } from "@/services/http/define.ts";
import { isUpgrade } from "@/services/http/upgrades.ts";

/** Methods with a name of their own in metrics: a client may send any word. */
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
/** Codes of what is refused for its token. */
export const AUTH_FAILURES: ReadonlySet<string> = new Set([
  "unauthenticated",
  "token_expired",
  "ticket_invalid",
]);
const ENDPOINTS: Readonly<Record<string, string>> = {
  "/v2/realtime/stream": "stream",
  "/v2/documents/upload/stream": "upload",
  "/v2/collaboration/chat/stream": "chat",
};

/**
 * Counts every request. Polls and sockets are counted as connections: they are waited for on purpose, and refused with a
 * 503 also where that is right.
 */
export const counted: Middleware<State> = async (ctx) => {
  const began = performance.now();
  const response = await ctx.next();
  const { registry } = ctx.state.services;
  const code = problemCodeOf(response);
  const method = METHODS.has(ctx.req.method) ? ctx.req.method : "other";
  if (code !== undefined && AUTH_FAILURES.has(code)) {
    registry.count("innstream_auth_failures_total", { code });
  }
  const { pathname } = ctx.url;
  const endpoint = ENDPOINTS[pathname] ?? (pathname.endsWith("/realtime/subscribe") ? "poll" : undefined);
  if (endpoint === undefined && !isUpgrade(ctx.req)) {
    registry.count("innstream_http_requests_total", { method, status: String(response.status) });
    registry.observe("innstream_http_request_seconds", { method }, (performance.now() - began) / 1000);
  } else if (endpoint !== undefined && response.status >= 400) {
    registry.count("innstream_connections_refused_total", {
      endpoint,
      code: code ?? String(response.status),
    });
  }
  return response;
};
