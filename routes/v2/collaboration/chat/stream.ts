import { problemResponse } from "@/lib/protocol/problems.ts";
import { ChatConnection } from "@/services/chat/chat_connection.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";
import { checkUpgrade } from "@/services/http/upgrades.ts";

const PROTOCOL = "innstream.v1";
/** A line that is dead is noticed within this time: nobody is shown as online for longer. */
const CHAT_IDLE_TIMEOUT_S = 4;

/** StreamInOut: any number of rooms over one socket. See docs/chat.md. */
export const handler = define.handlers(methods({
  async GET(ctx) {
    const { services } = ctx.state;
    const protocol = checkUpgrade(ctx, PROTOCOL);
    const principal = await authenticate(ctx);
    const place = services.connections.take(principal);
    if ("code" in place) return problemResponse(place);
    try {
      const { socket, response } = ctx.upgrade({
        idleTimeout: CHAT_IDLE_TIMEOUT_S,
        ...(protocol !== undefined && { protocol }),
      });
      new ChatConnection(socket, principal, place.release, services);
      return response;
    } catch (error) {
      place.release();
      throw error;
    }
  },
}));
