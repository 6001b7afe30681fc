import { createDefine } from "fresh";
import type { Principal } from "@/lib/auth/principal.ts";
import { ProblemError } from "@/lib/protocol/problems.ts";
import { TOKEN_COOKIE, tokenCookie } from "@/services/http/authenticate.ts";
import type { State } from "@/services/http/define.ts";
import { inTenant } from "@/services/postgres/tenant.ts";
import type { Services } from "@/services/services.ts";

/** How long a sign-in lasts without being renewed: a shift. */
export const SESSION_S = 12 * 60 * 60;
export const SIGN_IN_PATH = "/sign-in";
/** Where a person lands after signing in. */
export const HOME_PATH = "/overview";

export interface Organisation {
  readonly name: string;
  /** BCP 47, one that this runtime knows. */
  readonly locale: string;
  /** ISO 4217: what amounts are in unless they say so. */
  readonly currency: string;
}

/** Who is signed in on a page. */
export interface Session {
  readonly principal: Principal;
  readonly organisation: Organisation;
}

/** What the pages carry on top of every request's state. */
export interface PageState extends State {
  /** null: nobody is signed in. */
  session: Session | null;
}

export const definePages = createDefine<PageState>();

/** Reads the cookie of a page request. An expired or foreign token is nobody's; throws where nothing can be verified now. */
export async function readSession(req: Request, services: Services): Promise<Session | null> {
  const token = tokenCookie(req);
  if (token === null) return null;
  const principal = await services.tokens.verify(token);
  if (!("code" in principal)) return { principal, organisation: await organisationOf(services, principal) };
  if (principal.code === "unavailable") throw new ProblemError(principal);
  return null;
}

async function organisationOf({ sql }: Services, { orgId }: Principal): Promise<Organisation> {
  const [row] = await inTenant(sql, orgId, (tx) => {
    return tx<{ name: string; locale: string; currency: string }[]>`
      select name, locale, currency from organisations where id = ${orgId}`;
  }, { readOnly: true });
  return {
    name: row?.name ?? `Organisation ${orgId}`,
    locale: knownLocale(row?.locale),
    currency: row?.currency ?? CURRENCY_FALLBACK,
  };
}

const LOCALE_FALLBACK = "en";
const CURRENCY_FALLBACK = "INR";

function knownLocale(locale: string | undefined): string {
  try {
    return Intl.NumberFormat.supportedLocalesOf(locale ?? LOCALE_FALLBACK)[0] ?? LOCALE_FALLBACK;
  } catch {
    return LOCALE_FALLBACK;
  }
}

/** The sign-in page, which leads back to where the person wanted to go. */
export function signInPath({ pathname, search }: URL): string {
  return `${SIGN_IN_PATH}?${new URLSearchParams({ next: pathname + search })}`;
}

/** The path to go on to: `next` where it is one of this site's, else the first page. Never another site. */
export function safeNext(next: unknown): string {
  // A backslash or a control character counts as a slash, or as nothing, in what browsers make of a URL.
  if (typeof next !== "string" || !/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(next)) return HOME_PATH;
  const { pathname, search } = new URL(next, "http://localhost");
  return pathname.startsWith("//") ? HOME_PATH : pathname + search;
}

/**
 * The `Set-Cookie` value that signs in with this token; with null, out. `Secure` where the person's browser came over
 * https, which a proxy may hide from us: the origin of the form tells.
 */
export function sessionCookie(token: string | null, req: Request, lifeS = SESSION_S): string {
  const origin = req.headers.get("origin");
  const secure = new URL(origin !== null && URL.canParse(origin) ? origin : req.url).protocol === "https:";
  const life = token === null ? 0 : lifeS;
  return `${TOKEN_COOKIE}=${token ?? ""}; Path=/; Max-Age=${life}; HttpOnly; SameSite=Lax${
    secure ? "; Secure" : ""
  }`;
}
