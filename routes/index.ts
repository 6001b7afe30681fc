import { HOME_PATH, readSession, SIGN_IN_PATH } from "@/services/auth/session.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";

export const handler = define.handlers(methods({
  async GET(ctx) {
    const session = await readSession(ctx.req, ctx.state.services);
    return ctx.redirect(session === null ? SIGN_IN_PATH : HOME_PATH);
  },
}));
