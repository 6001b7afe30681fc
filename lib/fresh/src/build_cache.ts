import type { Command } from "./segments.ts";

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

/** A finished build as an `App` sees it. */
export interface BuildCache<State> {
  root: string;
  buildId: string;
  isDev: boolean;
  /** URL path of the script that boots the islands. */
  clientEntry: string;
  islands: Map<unknown, Island>;
  /** By decoded URL path, so that only what was listed can ever be served. */
  files: Map<string, StaticFile>;
  commands(): Command<State>[];
}

export function emptyCache<State>(): BuildCache<State> {
  return {
    root: ".",
    buildId: "",
    isDev: false,
    clientEntry: "",
    islands: new Map(),
    files: new Map(),
    commands: () => [],
  };
}

/** Registers every function that an island module exports. */
export function addIslands(
  islands: Map<unknown, Island>,
  mod: Record<string, unknown>,
  chunk: { name: string; file: string },
): void {
  const taken = new Set([...islands.values()].map((island) => island.name));
  for (const [exportName, value] of Object.entries(mod)) {
    if (typeof value !== "function" || islands.has(value)) continue;
    const base = exportName === "default" ? chunk.name : exportName;
    let name = base;
    for (let n = 1; taken.has(name); n++) name = `${base}_${n}`;
    taken.add(name);
    islands.set(value, { name, exportName, file: chunk.file });
  }
}
