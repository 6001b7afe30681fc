import { dirname, join, resolve } from "node:path";

/** What the Builder needs to know of the project's deno.json. */
export interface ProjectConfig {
  /** Directory of the file; `node_modules` is in it too. */
  dir: string;
  imports: Record<string, string>;
}

const SKIP_ELEMENTS = [
  "a",
  "img",
  "source",
  "body",
  "html",
  "head",
  "title",
  "meta",
  "script",
  "link",
  "style",
  "base",
  "noscript",
  "template",
];

/** Reads the nearest deno.json at or above `root`; throws when its JSX settings would break rendering. */
export async function readProjectConfig(root: string): Promise<ProjectConfig> {
  const path = await findConfig(resolve(root));
  const { imports = {}, compilerOptions = {} } = parseJsonc(await Deno.readTextFile(path));
  const expect = (name: string, value: unknown) => {
    const found = compilerOptions[name];
    if (JSON.stringify(found) === JSON.stringify(value)) return;
    throw new Error(
      `Cannot build with compilerOptions.${name} ${JSON.stringify(found)} in ${path}: it must be ${
        JSON.stringify(value)
      }`,
    );
  };
  expect("jsx", "precompile");
  expect("jsxImportSource", "preact");
  const skipped = compilerOptions.jsxPrecompileSkipElements;
  const missing = SKIP_ELEMENTS.filter((name) => !Array.isArray(skipped) || !skipped.includes(name));
  if (missing.length > 0) expect("jsxPrecompileSkipElements", SKIP_ELEMENTS);
  return { dir: dirname(path), imports };
}

async function findConfig(root: string): Promise<string> {
  for (let dir = root;; dir = dirname(dir)) {
    for (const name of ["deno.json", "deno.jsonc"]) {
      const path = join(dir, name);
      const info = await Deno.stat(path).catch(() => null);
      if (info?.isFile) return path;
    }
    if (dir === dirname(dir)) {
      throw new Error(`Cannot build ${root}: no deno.json at or above it`);
    }
  }
}

interface DenoJson {
  imports?: Record<string, string>;
  compilerOptions?: Record<string, unknown>;
}

/** Leaves out comments and trailing commas; strings stay as they are. */
function parseJsonc(text: string): DenoJson {
  const json = text.replace(
    /("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\/|,(?=\s*[}\]])/g,
    (_, literal: string | undefined) => literal ?? "",
  );
  return JSON.parse(json);
}
