import { Buffer } from "node:buffer";
import { basename, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { RUNTIME } from "../build_cache.ts";
import type { ProjectConfig } from "./config.ts";

interface BundleOptions {
  config: ProjectConfig;
  /** Paths of the island files by the name of their chunk. */
  islands: Map<string, string>;
  isDev: boolean;
  target: string | string[];
}

export interface Bundle {
  /** File name to content. */
  files: Map<string, Uint8Array<ArrayBuffer>>;
  /** Absolute paths of the files that went in. */
  inputs: string[];
  /** By island: bytes, gzipped, of all that a page with it alone loads: the runtime, its chunk, and what these import. */
  pageBytes: Map<string, number>;
}

/** One at a time: esbuild's process is stopped after each, which would end the others. */
let last: Promise<unknown> = Promise.resolve();

export function bundle(options: BundleOptions): Promise<Bundle> {
  const run = async () => {
    try {
      return toBundle(await build(options), options);
    } finally {
      await esbuild.stop();
    }
  };
  const result = last.then(run, run);
  last = result.catch(() => {});
  return result;
}

function build({ config, islands, isDev, target }: BundleOptions) {
  const client = isDev ? "client_dev.ts" : "client.ts";
  return esbuild.build({
    absWorkingDir: config.dir,
    entryPoints: { [RUNTIME]: runtimeFile(client), ...Object.fromEntries(islands) },
    outdir: config.dir,
    write: false,
    metafile: true,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    target,
    minify: !isDev,
    sourcemap: isDev ? "inline" : false,
    jsx: "automatic",
    jsxImportSource: "preact",
    tsconfigRaw: {},
    define: { "process.env.NODE_ENV": isDev ? '"development"' : '"production"' },
    logLevel: "silent",
    plugins: [importMap(config)],
  });
}

function runtimeFile(name: string): string {
  return fileURLToPath(new URL(`../runtime/${name}`, import.meta.url));
}

/** Resolves what an island imports the way Deno does for the server. */
function importMap({ dir, imports }: ProjectConfig): esbuild.Plugin {
  return {
    name: "import-map",
    setup({ onResolve, resolve: resolveNext }) {
      onResolve({ filter: /^[^./]/ }, async (args) => {
        if (args.pluginData === "mapped" || args.kind === "entry-point") return;
        const target = mapImport(args.path, imports);
        if (args.path === "fresh/runtime") return { path: runtimeFile("mod.ts") };
        if (target.startsWith("./")) return { path: resolve(dir, target) };
        const npm = target.match(/^npm:\/?((?:@[^/]+\/)?[^@/]+)(?:@[^/]+)?(.*)$/);
        if (npm !== null) {
          // From the project, whoever imports it: two copies of Preact do not mix.
          return await resolveNext(`${npm[1]}${npm[2]}`, {
            kind: args.kind,
            resolveDir: dir,
            pluginData: "mapped",
          });
        }
        if (!/^(jsr|https?|node):/.test(target)) return;
        const text = `Cannot bundle "${args.path}" for the browser: ` +
          `islands import npm packages, project files and "fresh/runtime"`;
        return { errors: [{ text }] };
      });
    },
  };
}

/** The import map's answer: an exact name, else the longest prefix. */
function mapImport(path: string, imports: Record<string, string>): string {
  if (imports[path] !== undefined) return imports[path];
  const prefixes = Object.keys(imports).sort((a, b) => b.length - a.length);
  for (const key of prefixes) {
    // A package named without a slash covers its subpaths too.
    const prefix = key.endsWith("/") ? key : key + "/";
    const target = imports[key]!;
    const isPackage = /^(npm|jsr):/.test(target);
    if (!path.startsWith(prefix) || (prefix !== key && !isPackage)) continue;
    const end = prefix === key ? "" : "/";
    return target + end + path.slice(prefix.length);
  }
  return path;
}

function toBundle(
  { outputFiles, metafile }: esbuild.BuildResult<{ write: false; metafile: true }>,
  { config: { dir }, islands }: BundleOptions,
): Bundle {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const { path, contents } of outputFiles) files.set(basename(path), new Uint8Array(contents));
  const bytes = new Map(
    [...files].map(([name, content]) => [name, gzipSync(Buffer.from(content)).byteLength]),
  );
  const pageBytes = new Map([...islands.keys()].map((island) => {
    const names = new Set<string>();
    for (const entry of [RUNTIME, island]) addImports(`${entry}.js`, metafile.outputs, names);
    return [island, [...names].reduce((sum, name) => sum + (bytes.get(name) ?? 0), 0)];
  }));
  const inputs = Object.keys(metafile.inputs).map((path) => resolve(dir, path));
  return { files, inputs, pageBytes };
}

/** Adds a chunk and whatever is loaded along with it. */
function addImports(name: string, outputs: esbuild.Metafile["outputs"], names: Set<string>): void {
  if (names.has(name)) return;
  names.add(name);
  for (const { path, kind } of outputs[name]?.imports ?? []) {
    if (kind === "import-statement") addImports(path, outputs, names);
  }
}
