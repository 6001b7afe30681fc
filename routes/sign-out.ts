import { tokenCookie } from "@/services/http/authenticate.ts";
import { sessionCookie, SIGN_IN_PATH } from "@/services/auth/session.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";

const SEE_OTHER = 303;

/** Ends the session of this browser, wherever else its token may be. `csrf` guards it: another site cannot sign anybody out. */
export const handler = define.handlers(methods({
  async POST(ctx) {
    const { tokens, revocations, rateLimits, audit, failed } = ctx.state.services;
    const cookie = tokenCookie(ctx.req);
    const person = cookie === null ? undefined : await tokens.verify(cookie);
    if (person !== undefined && "userId" in person && person.tokenId !== undefined) {
      const { orgId, userId, tokenId } = person;
      rateLimits.person("revoke", person);
      // The browser forgets it in any case: nobody is kept signed in because a database is away.
      await revocations.revoke({ orgId, tokenId, at: Date.now() }, userId).catch(failed);
    }
    if (person !== undefined && "userId" in person) {
      const { client } = ctx.state;
      audit.noteOf(person, {
        kind: "authn_token_revoked",
        client,
        target: "own session",
        detail: "signed out",
      });
    }
    const headers = { location: SIGN_IN_PATH, "set-cookie": sessionCookie(null, ctx.req) };
    return new Response(null, { status: SEE_OTHER, headers });
  },
}));
