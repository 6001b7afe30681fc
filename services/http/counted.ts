import { HttpError, type Middleware } from "fresh";
import type { Registry } from "@/lib/metrics/registry.ts";
import { problemCodeOf } from "@/lib/protocol/problems.ts";
import { countAuthFailure } from "@/services/auth/failures.ts";
import type { State } from "@/services/http/define.ts";
import { isUpgrade } from "@/services/http/upgrades.ts";

/** Methods with a name of their own in metrics: a client may send any word. */
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
const INTERNAL = 500;
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
  const { services: { registry } } = ctx.state;
  const { pathname } = ctx.url;
  const { method } = ctx.req;
  const endpoint = ENDPOINTS[pathname] ?? (pathname.endsWith("/realtime/subscribe") ? "poll" : undefined);
  const isRequest = endpoint === undefined && !isUpgrade(ctx.req);
  const count = (status: number, code?: string) => {
    countAuthFailure(registry, code);
    if (isRequest) countRequest(registry, { method, status, seconds: (performance.now() - began) / 1000 });
    else if (endpoint !== undefined && status >= 400) {
      registry.count("innstream_connections_refused_total", { endpoint, code: code ?? String(status) });
    }
  };
  try {
    const response = await ctx.next();
    count(response.status, problemCodeOf(response));
    return response;
  } catch (error) {
    // What a page throws becomes the error page, beyond the middlewares.
    count(error instanceof HttpError ? error.status : INTERNAL);
    throw error;
  }
};

/** Counts a request that was answered. */
export function countRequest(
  registry: Registry,
  { method, status, seconds }: { method: string; status: number; seconds: number },
): void {
  const known = METHODS.has(method) ? method : "other";
  registry.count("innstream_http_requests_total", { method: known, status: String(status) });
  registry.observe("innstream_http_request_seconds", { method: known }, seconds);
}
