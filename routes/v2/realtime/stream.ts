import { SWITCHED_OFF_RETRY_S } from "@/lib/protocol/limits.ts";
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
    const isStreaming = await services.flags.streaming(principal.orgId);
    // The second look is at this very moment: from here to the end nothing can come between.
    if (!isStreaming || !services.flags.streams(principal.orgId)) {
      return problemResponse({ code: "streaming_off", retryAfter: SWITCHED_OFF_RETRY_S });
    }
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
