import type { Middleware } from "fresh";
import { isHttps } from "@/services/http/client_address.ts";
import type { State } from "@/services/http/define.ts";
import { isUpgrade } from "@/services/http/upgrades.ts";

/** For how long a browser that has come over https comes by nothing else. */
const HSTS_S = 365 * 24 * 60 * 60;

/** What every answer says to a browser, unless its route says otherwise. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy":
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-get=(), screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()",
  // For browsers that do not know frame-ancestors.
  "x-frame-options": "DENY",
};

/** Of what is no page: opened by itself, it loads nothing, runs nothing and stands in no frame. */
export const CLOSED_POLICY =
  "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** Sets them. The response of an upgrade cannot be changed. */
export const secured: Middleware<State> = async (ctx) => {
  // Asked before: the headers of a request that was upgraded cannot be read any more.
  const upgrades = isUpgrade(ctx.req);
  const https = !upgrades && isSecure(ctx);
  const response = await ctx.next();
  if (upgrades) return response;
  const { headers } = response;
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
    if (!headers.has(name)) headers.set(name, value);
  }
  if (!headers.has("content-security-policy")) headers.set("content-security-policy", CLOSED_POLICY);
  if (https) headers.set("strict-transport-security", `max-age=${HSTS_S}`);
  return response;
};

/** Do people come by https? Where every public origin says so, too: whoever ends TLS may tell us nothing. */
function isSecure({ req, info, state: { services } }: Parameters<typeof secured>[0]): boolean {
  const { publicOrigins } = services.config;
  const isPublic = publicOrigins.length > 0 && publicOrigins.every((origin) => origin.startsWith("https:"));
  return isPublic || isHttps(req, info, services.trustedProxies);
}
