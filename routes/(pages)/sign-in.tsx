import { page } from "fresh";
import { Head } from "fresh/runtime";
import { Icon } from "@/lib/ui/icon.tsx";
import type { AuditLog } from "@/services/audit/audit_log.ts";
import { isActive } from "@/services/auth/active.ts";
import { definePages, safeNext, SESSION_S, sessionCookie, SIGN_IN_PATH } from "@/services/auth/session.ts";
import { DEMO_USERS, type DemoUser } from "@/services/demo/users.ts";
import type { Services } from "@/services/services.ts";
import { Avatar } from "@/lib/ui/avatar.tsx";
import { scopeOf } from "@/lib/ui/scope.ts";
import { Wordmark } from "@/lib/ui/wordmark.tsx";

const SEE_OTHER = 303;
/** A name and a path. */
const FORM_BYTES_MAX = 4_096;
const UNKNOWN = "There is no such person here. Choose one of those below.";

export const handler = definePages.handlers({
  GET(ctx) {
    const next = safeNext(ctx.url.searchParams.get("next"));
    const isAgain = ctx.url.searchParams.has("again");
    if (ctx.state.session !== null && !isAgain) return ctx.redirect(next);
    return page({ next, people: ctx.state.services.config.demo ? DEMO_USERS : [], refused: undefined });
  },

  async POST(ctx) {
    const { services, client } = ctx.state;
    services.rateLimits.address("sign_in_address", client);
    const form = await readForm(ctx.req);
    const next = safeNext(form?.get("next"));
    const people = services.config.demo ? DEMO_USERS : [];
    const person = people.find(({ userId }) => userId === form?.get("user"));
    const note = (noted: Parameters<AuditLog["note"]>[0]) =>
      services.audit.note({
        ...noted,
        client,
        ...(person && { orgId: person.orgId, actor: person.userId }),
      });
    if (person === undefined) {
      note({ kind: "authn_login_fail", target: SIGN_IN_PATH, detail: "nobody of that name" });
      return page({ next, people, refused: UNKNOWN }, { status: 400 });
    }
    services.rateLimits.person("sign_in_person", person);
    if (!await isActive(services.sql, person)) {
      note({ kind: "authn_login_fail", target: SIGN_IN_PATH, detail: "switched off" });
      return page({ next, people, refused: switchedOff(person) }, { status: 403 });
    }
    note({ kind: "authn_login_success", target: SIGN_IN_PATH });
    const cookie = sessionCookie(await tokenOf(person, services), ctx.req);
    return new Response(null, { status: SEE_OTHER, headers: { location: next, "set-cookie": cookie } });
  },
});

function switchedOff({ name, organisation }: DemoUser): string {
  return `${name} has no access at present. An administrator of ${organisation} can switch it on again, under Users.`;
}

async function readForm(req: Request): Promise<FormData | undefined> {
  // A browser always says how long a form is, and no more than that is read.
  const length = req.headers.get("content-length");
  if (length === null || Number(length) > FORM_BYTES_MAX) return undefined;
  return await req.formData().catch(() => undefined);
}

function tokenOf({ userId, orgId, role, properties, name }: DemoUser, { tokens }: Services): Promise<string> {
  const sessionAt = Math.floor(Date.now() / 1000);
  return tokens.sign(
    { sub: userId, orgId, role, properties, name, sessionAt, jti: crypto.randomUUID() },
    SESSION_S,
  );
}

export default definePages.page<typeof handler>(({ data: { next, people, refused } }) => (
  <main class="plain" id="main">
    <Head>
      <title>Sign in · Innstream</title>
    </Head>
    <Wordmark />
    <div class="panel">
      <h1>Sign in</h1>
      {refused !== undefined && <p class="error" role="alert">{refused}</p>}
      {people.length > 0 ? <People people={people} next={next} /> : <Elsewhere />}
    </div>
  </main>
));

function People({ people, next }: { people: readonly DemoUser[]; next: string }) {
  return (
    <>
      <p class="muted">
        This is the demo: choose who you want to be, no password needed. Open two windows to see one hotel
        from two sides.
      </p>
      <form method="post" action="/sign-in">
        <input type="hidden" name="next" value={next} />
        <ul class="people">
          {people.map(({ userId, name, role, properties, organisation }) => (
            <li key={userId}>
              <button class="people-one" type="submit" name="user" value={userId}>
                <Avatar name={name} />
                <span class="people-words">
                  <strong>{name}</strong>
                  <span class="muted">{organisation} · {scopeOf(role, properties)}</span>
                </span>
                <Icon name="right" />
              </button>
            </li>
          ))}
        </ul>
      </form>
    </>
  );
}

function Elsewhere() {
  return (
    <>
      <p>You sign in with your organisation's own identity provider. It leads you back here.</p>
      <p class="muted">
        For a program: send a token that it has issued with every request, as{" "}
        <code>Authorization: Bearer TOKEN</code>. A browser sends it in the cookie <code>token</code>.
      </p>
    </>
  );
}
