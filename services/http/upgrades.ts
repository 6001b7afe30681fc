import type { Context, Middleware } from "fresh";
import { ProblemError } from "@/lib/protocol/problems.ts";
import type { State } from "@/services/http/define.ts";

export function isUpgrade(req: Request): boolean {
  return (req.headers.get("upgrade") ?? "").toLowerCase() === "websocket";
}

/** A middleware that lets upgrades pass: their response cannot be changed, and trying so would close the listener. */
export function exceptUpgrades(middleware: Middleware<State>): Middleware<State> {
  return (ctx) => isUpgrade(ctx.req) ? ctx.next() : middleware(ctx);
}

/**
 * Refuses what is not a WebSocket handshake, before anything is spent on it. Answers the subprotocol to choose: ours
 * where the client offers it; undefined where it offers none.
 */
export function checkUpgrade(ctx: Context<State>, protocol: string): string | undefined {
  if (!isUpgrade(ctx.req)) throw new ProblemError({ code: "upgrade_required" });
  const offered = ctx.req.headers.get("sec-websocket-protocol");
  if (offered === null) return undefined;
  if (offered.split(",").some((name) => name.trim() === protocol)) return protocol;
  throw new ProblemError({
    code: "bad_request",
    detail: `none of the subprotocols "${offered.slice(0, 200)}" is spoken here: offer "${protocol}" or none`,
  });
}
