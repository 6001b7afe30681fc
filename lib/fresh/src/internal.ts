import * as path from "node:path";
import { type App, setBuildCache } from "./app.ts";
import { addIslands, type BuildCache, type StaticFile } from "./build_cache.ts";
import { type LoadedRouteFile, toCommands } from "./fs_routes.ts";

export { path };

/** What a disk build writes to `snapshot.js`. */
export interface Snapshot {
  buildId: string;
  clientEntry: string;
  islands: { name: string; file: string; mod: Record<string, unknown> }[];
  routes: LoadedRouteFile[];
  /** URL path and file; `content` is a path relative to the project. */
  files: [string, StaticFile & { content: string }][];
}

/** Gives an app the build that `_fresh/server.js` stands for. */
export function applySnapshot<S>(
  app: App<S>,
  root: string,
  { buildId, clientEntry, islands, routes, files }: Snapshot,
): void {
  const registry: BuildCache<S>["islands"] = new Map();
  for (const chunk of islands) addIslands(registry, chunk.mod, chunk);
  const commands = () => toCommands<S>(routes);
  const onDisk = files.map(([name, file]) =>
    [name, { ...file, content: path.join(root, file.content) }] as const
  );
  const cache = {
    ...{ root, buildId, clientEntry, commands, isDev: false },
    islands: registry,
    files: new Map(onDisk),
  };
  setBuildCache(app, cache, "production");
}
