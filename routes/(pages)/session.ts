import { problemResponse } from "@/lib/protocol/problems.ts";
import { definePages } from "@/services/auth/session.ts";

const NO_CONTENT = 204;

/** Is this browser still signed in? A socket that is refused does not say why; this does. */
export const handler = definePages.handlers({
  GET(ctx) {
    return ctx.state.session === null
      ? problemResponse({ code: "unauthenticated" })
      : new Response(null, { status: NO_CONTENT });
  },
});
