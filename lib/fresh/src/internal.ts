import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type App, setBuildCache } from "./app.ts";
import { createCache, type Snapshot, type StaticFile } from "./build_cache.ts";

/** What a disk build writes to `snapshot.js`: `content` is a path relative to the project. */
export type DiskSnapshot = Omit<Snapshot, "files"> & {
  files: [string, StaticFile & { content: string }][];
};

/** Gives an app the build that `_fresh/server.js` stands for; `root` is the project's file URL. */
export function applySnapshot<S>(app: App<S>, root: URL, snapshot: DiskSnapshot): void {
  const dir = fileURLToPath(root);
  const files = snapshot.files.map(([name, file]): [string, StaticFile] => [
    name,
    { ...file, content: resolve(dir, file.content) },
  ]);
  setBuildCache(app, createCache<S>(dir, { ...snapshot, files }), "production");
}
