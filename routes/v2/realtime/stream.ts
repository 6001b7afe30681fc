import { problemResponse } from "@/lib/protocol/problems.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";
import { checkUpgrade } from "@/services/http/upgrades.ts";
import { RealtimeConnection } from "@/services/realtime/connection.ts";
import { IDLE_TIMEOUT_S } from "@/services/realtime/limits.ts";

const PROTOCOL = "innstream.v1";

/** StreamOut: one socket for the ten services. See docs/protocol.md. */
export const handler = define.handlers(methods({
  async GET(ctx) {
    const { services } = ctx.state;
    const protocol = checkUpgrade(ctx, PROTOCOL);
    const principal = await authenticate(ctx);
    const place = services.connections.take(principal);
    if ("code" in place) return problemResponse(place);
    try {
      const { socket, response } = ctx.upgrade({
        idleTimeout: IDLE_TIMEOUT_S,
        ...(protocol !== undefined && { protocol }),
      });
      new RealtimeConnection(socket, principal, place.release, services);
      return response;
    } catch (error) {
      place.release();
      throw error;
    }
  },
}));
