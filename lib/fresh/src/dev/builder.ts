import { basename, extname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { App, type ListenOptions, serve, setBuildCache } from "../app.ts";
import {
  type BuildCache,
  createCache,
  type Snapshot,
  type StaticFile,
  uniqueName,
  urlOf,
} from "../build_cache.ts";
import type { RouteFile } from "../fs_routes.ts";
import { BUILD_ID_MARK } from "../runtime/asset.ts";
import { type Bundle, bundle } from "./bundle.ts";
import { readProjectConfig } from "./config.ts";
import { contentTypeOf, crawlCode, crawlStatic, hashOf } from "./crawl.ts";
import { LiveReload, watch } from "./live_reload.ts";
import { writeSnapshot } from "./snapshot.ts";

export interface BuildOptions {
  /** Browsers the bundles must run in, in esbuild's words. */
  target?: string | string[];
  /** Project directory; the current one when left out. Other paths are relative to it. */
  root?: string;
  outDir?: string;
  staticDir?: string;
  islandDir?: string;
  routeDir?: string;
  /** The module that exports `app`. */
  serverEntry?: string;
  /** Paths that are neither routes nor islands; test files when left out. */
  ignore?: RegExp[];
}

export type ResolvedBuildConfig = Required<BuildOptions> & {
  mode: "development" | "production";
};

/** A build before anything of it is imported or written. */
export interface Output {
  buildId: string;
  islands: { name: string; path: string; file: string }[];
  routes: RouteFile[];
  files: Map<string, StaticFile>;
  bundle: Bundle;
}

const TEST_FILE = /[._]test\.(?:[tj]sx?|[mc][tj]s)$/;
const BUILD_ID_CHARS = 20;

/** Bundles the islands of a project and collects its routes and static files. */
// deno-lint-ignore no-explicit-any
export class Builder<State = any> {
  config: ResolvedBuildConfig;

  constructor(options: BuildOptions = {}) {
    const root = toPath(Deno.cwd(), options.root ?? ".");
    this.config = {
      root,
      target: options.target ?? ["chrome99", "firefox99", "safari15"],
      outDir: toPath(root, options.outDir ?? "_fresh"),
      staticDir: toPath(root, options.staticDir ?? "static"),
      islandDir: toPath(root, options.islandDir ?? "islands"),
      routeDir: toPath(root, options.routeDir ?? "routes"),
      serverEntry: toPath(root, options.serverEntry ?? "main.ts"),
      ignore: options.ignore ?? [TEST_FILE],
      mode: "production",
    };
  }

  /**
   * Builds to disk (`_fresh/server.js` is then what to serve) or, for tests,
   * to memory: the function it resolves to applies that build to any number of apps.
   */
  async build(
    options: { mode?: "development" | "production"; snapshot?: "disk" | "memory" } = {},
  ): Promise<(app: App<State>) => void> {
    this.config.mode = options.mode ?? "production";
    const output = await this.#bundle();
    if (options.snapshot === "memory") {
      const cache = await this.#load(output);
      return (app) => setBuildCache(app, cache, app.config.mode);
    }
    await writeSnapshot(this.config, output);
    const { pageBytes } = output.bundle;
    console.log(
      `Built ${pageBytes.size} islands to ${this.config.outDir}; script of a page with each, gzip:`,
    );
    for (const [name, bytes] of pageBytes) {
      console.log(`  ${(bytes / 1000).toFixed(1).padStart(6)} kB  ${name}`);
    }
    return () => {
      throw new Error(
        `Cannot apply a disk build to an app: serve ${this.config.outDir}/server.js, or build with snapshot "memory"`,
      );
    };
  }

  /** Serves the app in development: a change to what the browser loads rebuilds it and reloads open pages. */
  async listen(
    importApp: () => Promise<{ app: App<State> } | App<State>>,
    options: ListenOptions = {},
  ): Promise<void> {
    this.config.mode = "development";
    const imported = await importApp();
    const app = imported instanceof App ? imported : imported.app;
    const output = await this.#bundle();
    const cache = await this.#load(output);
    setBuildCache(app, cache, "development");
    const handler = app.handler();

    const reload = new LiveReload();
    const rebuild = async () => {
      // The handler holds the cache, so it is the cache that gets the new build.
      Object.assign(cache, await this.#load(await this.#bundle()));
      reload.announce();
    };
    const { islandDir, staticDir } = this.config;
    const sources = output.bundle.inputs.filter((path) => !path.includes("node_modules"));
    watch([islandDir, staticDir, ...sources], rebuild, options.signal).catch(console.error);
    serve(async (req, info) => reload.connect(req) ?? await handler(req, info), options);
  }

  async #bundle(): Promise<Output> {
    const { root, target, mode, staticDir, outDir } = this.config;
    const isDev = mode === "development";
    const config = await readProjectConfig(root);
    const { islands, routes } = await crawlCode(this.config);
    const names = nameIslands(islands);
    const bundled = await bundle({ config, islands: names, isDev, target });
    const files = await crawlStatic(staticDir, outDir, isDev);
    const buildId = idOf(bundled, files);
    for (const [name, content] of bundled.files) {
      files.set(urlOf(buildId, name), withBuildId(name, content, buildId));
    }
    const chunks = [...names].map(([name, path]) => ({ name, path, file: urlOf(buildId, `${name}.js`) }));
    return { buildId, islands: chunks, routes, files, bundle: bundled };
  }

  async #load({ buildId, islands, routes, files }: Output): Promise<BuildCache<State>> {
    const load = (path: string) => import(pathToFileURL(path).href);
    const snapshot: Snapshot = { buildId, islands: [], routes: [], files: [...files] };
    for (const island of islands) snapshot.islands.push({ ...island, mod: await load(island.path) });
    for (const { id, path, isLazy } of routes) {
      const lazy = () => load(path);
      snapshot.routes.push({ id, mod: isLazy ? lazy : await lazy() });
    }
    return createCache(this.config.root, snapshot, this.config.mode === "development");
  }
}

/** Accepts a path, absolute or relative to `base`, or a file URL. */
function toPath(base: string, path: string): string {
  return path.startsWith("file://") ? fileURLToPath(path) : resolve(base, path);
}

/** Names for the chunks, unique also where two directories hold the same file name. */
function nameIslands(paths: string[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const path of paths) {
    const base = basename(path, extname(path)).replaceAll(/[^\w$]+/g, "_");
    names.set(uniqueName(base, names), path);
  }
  return names;
}

/** The same sources give the same id, so instances built apart agree on it. */
function idOf({ files: chunks }: Bundle, files: Map<string, StaticFile>): string {
  const parts = [
    ...[...chunks].map(([name, content]) => `${name}:${hashOf(content)}`),
    ...[...files].map(([name, { hash }]) => `${name}:${hash}`),
  ];
  const bytes = new TextEncoder().encode(parts.sort().join("\n"));
  return hashOf(bytes).slice(0, BUILD_ID_CHARS);
}

function withBuildId(name: string, content: Uint8Array<ArrayBuffer>, buildId: string): StaticFile {
  const text = new TextDecoder().decode(content).replaceAll(BUILD_ID_MARK, buildId);
  const bytes = new TextEncoder().encode(text);
  return { content: bytes, contentType: contentTypeOf(name), hash: hashOf(bytes) };
}
