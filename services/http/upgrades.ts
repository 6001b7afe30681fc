import type { Context, Middleware } from "fresh";
import { ProblemError, WEBSOCKET_VERSION } from "@/lib/protocol/problems.ts";
import type { State } from "@/services/http/define.ts";

export function isUpgrade(req: Request): boolean {
  return (req.headers.get("upgrade") ?? "").toLowerCase() === "websocket";
}

/** A middleware that lets upgrades pass: their response cannot be changed, and trying so would close the listener. */
export function exceptUpgrades(middleware: Middleware<State>): Middleware<State> {
  return (ctx) => isUpgrade(ctx.req) ? ctx.next() : middleware(ctx);
}

/** A middleware for CORS answers every OPTIONS as a preflight: only what is one goes there, the rest to the route. */
export function exceptPlainOptions(middleware: Middleware<State>): Middleware<State> {
  return (ctx) => {
    const isPlain = ctx.req.method === "OPTIONS" && !ctx.req.headers.has("access-control-request-method");
    return isPlain ? ctx.next() : middleware(ctx);
  };
}

/**
 * Refuses what is not a WebSocket handshake, before anything is spent on it. Answers the subprotocol to choose: ours
 * where the client offers it; undefined where it offers none.
 */
export function checkUpgrade(ctx: Context<State>, protocol: string): string | undefined {
  if (!isUpgrade(ctx.req)) throw new ProblemError({ code: "upgrade_required" });
  checkHandshake(ctx.req);
  const offered = ctx.req.headers.get("sec-websocket-protocol");
  if (offered === null) return undefined;
  if (offered.split(",").some((name) => name.trim() === protocol)) return protocol;
  throw new ProblemError({
    code: "bad_request",
    detail: `none of the subprotocols "${offered.slice(0, 200)}" is spoken here: offer "${protocol}" or none`,
  });
}

/** RFC 6455, 4.1: 16 bytes in base64. Two keys are one text with a comma here. */
const WEBSOCKET_KEY = /^[A-Za-z0-9+/]{21}[AQgw]==$/;

/** What Deno would throw for, or would take although it is none: HEAD, and any key. */
function checkHandshake({ method, headers }: Request): void {
  const version = headers.get("sec-websocket-version");
  if (version !== WEBSOCKET_VERSION) {
    const detail = `Sec-WebSocket-Version is ${version ?? "missing"}, it must be ${WEBSOCKET_VERSION}`;
    throw new ProblemError({ code: "upgrade_required", detail });
  }
  const connection = (headers.get("connection") ?? "").toLowerCase().split(",").map((token) => token.trim());
  const key = headers.get("sec-websocket-key") ?? "";
  if (method !== "GET" || !connection.includes("upgrade") || !WEBSOCKET_KEY.test(key)) {
    const detail =
      "a WebSocket handshake is a GET with Connection: Upgrade and one Sec-WebSocket-Key of 16 bytes";
    throw new ProblemError({ code: "bad_request", detail });
  }
}
