import { getBuildCache } from "../context.ts";
import { CACHE_KEY } from "../runtime/asset.ts";
import type { Middleware } from "../types.ts";

const IMMUTABLE = "public, max-age=31536000, immutable";
const REVALIDATE = "no-cache, no-store, max-age=0, must-revalidate";

/** Serves the files of the build: `static/` and the browser bundles. */
export function staticFiles<State>(): Middleware<State> {
  return async (ctx) => {
    const { req, url, config } = ctx;
    const { files, buildId } = getBuildCache(ctx);
    const path = decodeURIComponent(url.pathname);
    const pathname = path.startsWith(config.basePath) ? path.slice(config.basePath.length) : "";
    const file = files.get(pathname);
    if (file === undefined) {
      if (pathname === "/favicon.ico") {
        return new Response(null, { status: 404 });
      }
      return await ctx.next();
    }
    if (req.method !== "GET" && req.method !== "HEAD") {
      return new Response("Method Not Allowed", { status: 405 });
    }

    const key = url.searchParams.get(CACHE_KEY);
    if (key !== null && key !== buildId) {
      // A page of an older build: send it to the file as it is now, uncached.
      url.searchParams.delete(CACHE_KEY);
      const location = url.pathname + url.search;
      return new Response(null, { status: 307, headers: { location } });
    }
    const headers = new Headers({ "Content-Type": file.contentType, vary: "If-None-Match" });
    if (file.hash !== null) {
      const etag = `W/"${file.hash}"`;
      const known = req.headers.get("If-None-Match");
      if (known === etag || known === file.hash) {
        return new Response(null, { status: 304, headers });
      }
      headers.set("Etag", etag);
    }
    const isImmutable = config.mode !== "development" &&
      (key === buildId || pathname.startsWith(`/_fresh/js/${buildId}/`));
    headers.set("Cache-Control", isImmutable ? IMMUTABLE : REVALIDATE);
    return await send(file.content, headers, req.method === "HEAD");
  };
}

async function send(
  content: Uint8Array<ArrayBuffer> | string,
  headers: Headers,
  isHead: boolean,
): Promise<Response> {
  if (typeof content !== "string") {
    headers.set("Content-Length", String(content.byteLength));
    return new Response(isHead ? null : content, { headers });
  }
  const { size } = await Deno.stat(content);
  headers.set("Content-Length", String(size));
  if (isHead) return new Response(null, { headers });
  const { readable } = await Deno.open(content);
  return new Response(readable, { headers });
}
