import { nonceOf } from "../render.ts";
import type { Middleware } from "../types.ts";

export interface CSPOptions {
  /** Only report violations, do not block. */
  reportOnly?: boolean;
  /** URL that violations are reported to. */
  reportTo?: string;
  /** Directives added behind the defaults. */
  csp?: string[];
  /** Allow inline scripts and styles by the page's nonce instead of all of them. */
  useNonce?: boolean;
}

const DEFAULTS = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data:",
  "media-src 'self' data: blob:",
  "worker-src 'self' blob:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "upgrade-insecure-requests",
];

/** Sets a Content-Security-Policy on every response. */
export function csp<State>(options: CSPOptions = {}): Middleware<State> {
  const { reportOnly, reportTo, csp = [], useNonce } = options;
  const directives = [...DEFAULTS, ...csp];
  if (reportTo) {
    directives.push("report-to csp-endpoint", `report-uri ${reportTo}`);
  }
  const name = "Content-Security-Policy" + (reportOnly ? "-Report-Only" : "");

  return async (ctx) => {
    const res = await ctx.next();
    const nonce = useNonce ? nonceOf(res) : undefined;
    const policy = directives.map((directive) =>
      nonce !== undefined && /^(script|style)-src /.test(directive)
        ? directive.replace("'unsafe-inline'", `'nonce-${nonce}'`)
        : directive
    );
    res.headers.set(name, policy.join("; "));
    if (reportTo) {
      res.headers.set("Reporting-Endpoints", `csp-endpoint="${reportTo}"`);
    }
    return res;
  };
}
