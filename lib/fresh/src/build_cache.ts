import { type LoadedRouteFile, toCommands } from "./fs_routes.ts";
import type { Command } from "./segments.ts";

/** The bundle's entry that is on every page with islands. */
export const RUNTIME = "fresh-runtime";

/** A file to serve: its bytes, or the absolute path they are at. */
export interface StaticFile {
  content: Uint8Array<ArrayBuffer> | string;
  contentType: string;
  /** SHA-256 in hex; `null` in development, where files change. */
  hash: string | null;
}

/** A component that is also rendered in the browser. */
export interface Island {
  /** Unique in the build; stands in the markers of the page. */
  name: string;
  exportName: string;
  /** URL path of its chunk. */
  file: string;
}

/** What a build consists of, its modules loaded. */
export interface Snapshot {
  buildId: string;
  islands: { name: string; file: string; mod: Record<string, unknown> }[];
  routes: LoadedRouteFile[];
  /** By decoded URL path. */
  files: [string, StaticFile][];
}

/** A finished build as an `App` sees it. */
export interface BuildCache<State> {
  root: string;
  isDev: boolean;
  buildId: string;
  /** URL path of the script that boots the islands. */
  clientEntry: string;
  islands: Map<unknown, Island>;
  /** Only what is listed here can ever be served. */
  files: Map<string, StaticFile>;
  commands(): Command<State>[];
}

const EMPTY: Snapshot = { buildId: "", islands: [], routes: [], files: [] };

export function createCache<S>(
  root = ".",
  { buildId, islands, routes, files }: Snapshot = EMPTY,
  isDev = false,
): BuildCache<S> {
  return {
    ...{ root, isDev, buildId },
    clientEntry: urlOf(buildId, `${RUNTIME}.js`),
    islands: registerIslands(islands),
    files: new Map(files),
    commands: () => routes.flatMap((file) => toCommands<S>(file)),
  };
}

/** URL path of a file of the browser bundle. */
export function urlOf(buildId: string, name: string): string {
  return `/_fresh/js/${buildId}/${name}`;
}

/** `base`, or the first of `base_1`, `base_2`.. that is not taken. */
export function uniqueName(base: string, taken: { has(name: string): boolean }): string {
  let name = base;
  for (let n = 1; taken.has(name); n++) name = `${base}_${n}`;
  return name;
}

/** Every function that an island module exports is an island. */
function registerIslands(chunks: Snapshot["islands"]): Map<unknown, Island> {
  const islands = new Map<unknown, Island>();
  const taken = new Set<string>();
  for (const { name: chunkName, file, mod } of chunks) {
    for (const [exportName, value] of Object.entries(mod)) {
      if (typeof value !== "function" || islands.has(value)) continue;
      const name = uniqueName(exportName === "default" ? chunkName : exportName, taken);
      taken.add(name);
      islands.set(value, { name, exportName, file });
    }
  }
  return islands;
}
