import { sessionCookie, SIGN_IN_PATH } from "@/services/auth/session.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";

const SEE_OTHER = 303;

/** Forgets the token of this browser. `csrf` guards it: another site cannot sign anybody out. */
export const handler = define.handlers(methods({
  POST(ctx) {
    const headers = { location: SIGN_IN_PATH, "set-cookie": sessionCookie(null, ctx.req) };
    return new Response(null, { status: SEE_OTHER, headers });
  },
}));
