import { problemResponse } from "@/lib/protocol/problems.ts";
import { UploadConnection } from "@/services/documents/upload_connection.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";
import { checkUpgrade } from "@/services/http/upgrades.ts";
import { IDLE_TIMEOUT_S } from "@/services/realtime/limits.ts";

const PROTOCOL = "innstream.v1";

/** StreamIn: one file over one socket. See docs/uploads.md. */
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
      new UploadConnection(socket, principal, place.release, services);
      return response;
    } catch (error) {
      place.release();
      throw error;
    }
  },
}));
