import type { VNode } from "preact";

/** Query parameter that makes a static file's URL belong to one build. */
export const CACHE_KEY = "__frsh_c";

/** Stands in browser bundles until their id, which is made from them, is known. */
export const BUILD_ID_MARK = "__FRESH_BUILD_ID__";

let buildId = BUILD_ID_MARK;

export function setBuildId(id: string): void {
  buildId = id;
}

/** The path with the build's id in it: such a URL is served as immutable for a year. */
export function asset(path: string): string {
  if (!path.startsWith("/") || path.startsWith("//")) return path;
  const url = new URL(path, "http://localhost");
  if (url.searchParams.has(CACHE_KEY)) return path;
  url.searchParams.set(CACHE_KEY, buildId);
  return url.pathname + url.search + url.hash;
}

/** `asset()` for every URL of a `srcset` attribute. */
export function assetSrcSet(srcset: string): string {
  if (srcset.includes("(")) return srcset;
  return srcset.split(",").map((part) => part.replace(/\S+/, (url) => asset(url))).join(",");
}

/** Gives images their `asset()` URLs, on the server and in the browser alike. */
export function hashImage(vnode: VNode): void {
  if (vnode.type !== "img" && vnode.type !== "source") return;
  const props = vnode.props as Record<string, unknown>;
  if (props["data-fresh-disable-lock"]) return;
  if (typeof props.src === "string") props.src = asset(props.src);
  if (typeof props.srcset === "string") {
    props.srcset = assetSrcSet(props.srcset);
  }
}
