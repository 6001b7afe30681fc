import { createHash } from "node:crypto";
import { extname, join, relative, sep } from "node:path";
import type { StaticFile } from "../build_cache.ts";
import { kindOf, type RouteFile, sortRouteIds } from "../fs_routes.ts";

const CODE = /\.[tj]sx?$/;

const CONTENT_TYPES: Record<string, string> = {
  ".avif": "image/avif",
  ".css": "text/css; charset=UTF-8",
  ".csv": "text/csv; charset=UTF-8",
  ".gif": "image/gif",
  ".gz": "application/gzip",
  ".html": "text/html; charset=UTF-8",
  ".ico": "image/vnd.microsoft.icon",
  ".jpeg": "image/jpeg",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=UTF-8",
  ".json": "application/json; charset=UTF-8",
  ".map": "application/json; charset=UTF-8",
  ".mjs": "text/javascript; charset=UTF-8",
  ".mp3": "audio/mpeg",
  ".mp4": "video/mp4",
  ".pdf": "application/pdf",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".ttf": "font/ttf",
  ".wasm": "application/wasm",
  ".webm": "video/webm",
  ".webmanifest": "application/manifest+json",
  ".webp": "image/webp",
  ".woff": "font/woff",
  ".woff2": "font/woff2",
  ".xml": "application/xml; charset=UTF-8",
  ".zip": "application/zip",
};

export function contentTypeOf(path: string): string {
  return CONTENT_TYPES[extname(path).toLowerCase()] ??
    "text/plain; charset=UTF-8";
}

export function hashOf(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Absolute paths of the files below `dir`, sorted; links are not followed, a missing directory is empty. */
export async function walk(dir: string, isIgnored: (path: string) => boolean): Promise<string[]> {
  const files: string[] = [];
  const entries: Deno.DirEntry[] = [];
  try {
    for await (const entry of Deno.readDir(dir)) entries.push(entry);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  for (const { name, isFile, isDirectory } of entries) {
    const path = join(dir, name);
    if (isIgnored(path)) continue;
    if (isDirectory) files.push(...await walk(path, isIgnored));
    if (isFile) files.push(path);
  }
  return files.sort();
}

interface CodeDirs {
  islandDir: string;
  routeDir: string;
  ignore: RegExp[];
}

/** The island files and, in the order in which they apply, the route files. */
export async function crawlCode(
  { islandDir, routeDir, ignore }: CodeDirs,
): Promise<{ islands: string[]; routes: RouteFile[] }> {
  const isIgnored = (path: string) => ignore.some((reg) => reg.test(path));
  const isCode = (path: string) => CODE.test(path);
  const islands = (await walk(islandDir, isIgnored)).filter(isCode);
  const routes: RouteFile[] = [];
  for (const path of (await walk(routeDir, isIgnored)).filter(isCode)) {
    const id = relative(routeDir, path).replaceAll(sep, "/").replace(CODE, "");
    if (id.includes("(_islands)/")) islands.push(path);
    const kind = kindOf(id);
    if (kind === null) continue;
    const isLazy = kind === "route" && !(await Deno.readTextFile(path)).includes("routeOverride");
    routes.push({ id, path, isLazy });
  }
  return { islands, routes: routes.sort((a, b) => sortRouteIds(a.id, b.id)) };
}

/** What is in the static directory, by URL path; dot files other than `.well-known` stay out. */
export async function crawlStatic(
  dir: string,
  outDir: string,
  isDev: boolean,
): Promise<Map<string, StaticFile>> {
  const isIgnored = (path: string) => path === outDir || /[\\/]\.(?!well-known)[^\\/]*$/.test(path);
  const files = new Map<string, StaticFile>();
  for (const path of await walk(dir, isIgnored)) {
    const name = "/" + relative(dir, path).replaceAll(sep, "/");
    const hash = isDev ? null : hashOf(await Deno.readFile(path));
    const contentType = contentTypeOf(path);
    files.set(name, { content: path, contentType, hash });
  }
  return files;
}
