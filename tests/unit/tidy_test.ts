// The tree against its own rules: the import arrow, purity of lib/, file names and sizes.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { isService } from "@/lib/protocol/services.ts";
import { ICONS } from "@/lib/ui/icons.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CODE_DIRS = ["lib", "services", "routes", "islands"];
const LINES_MAX = 400;
/** A line of a stylesheet is one declaration. */
const CSS_LINES_MAX = 700;

interface Source {
  path: string;
  text: string;
}

function* walk(dir: string, names = /\.tsx?$/): Generator<Source> {
  let entries: Deno.DirEntry[];
  try {
    entries = [...Deno.readDirSync(ROOT + dir)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  for (const entry of entries) {
    const path = `${dir}/${entry.name}`;
    if (entry.isDirectory) yield* walk(path, names);
    else if (names.test(entry.name)) yield { path, text: Deno.readTextFileSync(ROOT + path) };
  }
}

const SOURCES = CODE_DIRS.flatMap((dir) => [...walk(dir)]).filter(({ path }) =>
  !path.startsWith("lib/fresh/")
);

/** Area of a path: `lib`, `services`, ...; the top-level files are `main`. */
function area(path: string): string {
  const [first = "", rest] = path.split("/", 2);
  return rest === undefined ? "main" : first;
}

function importsOf({ path, text }: Source): string[] {
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1]!);
  return specifiers.map((specifier) => {
    if (specifier.startsWith("@/")) return specifier.slice(2);
    if (!specifier.startsWith(".")) return specifier;
    return new URL(specifier, `file:///${path}`).pathname.slice(1);
  });
}

/** What each area may import of the project. */
const MAY: Record<string, readonly string[]> = {
  lib: ["lib"],
  islands: ["islands", "lib"],
  services: ["services", "lib"],
  // Fresh renders islands from routes.
  routes: ["routes", "services", "lib", "islands"],
};

Deno.test("tidy - imports follow the one arrow", () => {
  assert.ok(SOURCES.length > 50, "the walk found no sources");
  const wrong = SOURCES.flatMap((source) =>
    importsOf(source).filter((target) => {
      const to = /^(lib|services|routes|islands|tests|bench|main\.ts|dev\.ts)(\/|$)/.exec(target)?.[1];
      return to !== undefined && !MAY[area(source.path)]!.includes(to);
    }).map((target) => `${source.path} imports ${target}`)
  );
  assert.deepEqual(wrong, []);
});

Deno.test("tidy - lib is pure: no Deno, no environment, no clock, no randomness, no I/O", () => {
  // The shells of the browser client are where its timers and sockets are taken from the page.
  const shells = [
    "lib/client/browser.ts",
    "lib/ui/browser.ts",
    "lib/upload/client/browser.ts",
    "lib/chat/client/browser.ts",
  ];
  const impure =
    /\bDeno\.|\bprocess\.env|\bDate\.now\(|\bMath\.random\(|\bcrypto\.|\bsetTimeout\(|\bsetInterval\(|\bfetch\(/;
  const wrong = SOURCES.filter(({ path }) => path.startsWith("lib/") && !shells.includes(path))
    .flatMap(({ path, text }) =>
      text.split("\n").flatMap((line, i) => {
        const code = line.replace(/\/\/.*|^\s*\*.*/, "");
        return impure.test(code) ? [`${path}:${i + 1} ${line.trim()}`] : [];
      })
    );
  assert.deepEqual(wrong, []);
});

Deno.test("tidy - lib/fresh is imported by its package name only", () => {
  const wrong = SOURCES.flatMap((source) =>
    importsOf(source).filter((to) => to.startsWith("lib/fresh")).map(() => source.path)
  );
  assert.deepEqual(wrong, []);
});

Deno.test("tidy - a file is one thing: short, and named in snake_case (islands in PascalCase)", () => {
  const wrong = SOURCES.flatMap(({ path, text }) => {
    const name = path.split("/").at(-1)!;
    const lines = text.split("\n").length;
    const named = path.startsWith("islands/")
      ? /^[A-Z][A-Za-z0-9]*\.tsx?$/.test(name)
      : path.startsWith("routes/")
      ? true
      : /^[a-z0-9_]+\.tsx?$/.test(name);
    return [...(lines > LINES_MAX ? [`${path}: ${lines} lines`] : []), ...(named ? [] : [`${path}: name`])];
  });
  assert.deepEqual(wrong, []);
});

Deno.test("tidy - a stylesheet is about one subject, and in a layer", () => {
  const sheets = [...walk("static", /\.css$/)];
  assert.ok(sheets.length > 5, "the walk found no stylesheets");
  const wrong = sheets.flatMap(({ path, text }) => {
    const lines = text.split("\n").length;
    const isLayered = /^@layer (base|frame|parts|page) \{$/m.test(text);
    return [
      ...(lines > CSS_LINES_MAX ? [`${path}: ${lines} lines`] : []),
      ...(isLayered ? [] : [`${path}: no layer`]),
    ];
  });
  assert.deepEqual(wrong, []);
});

Deno.test("tidy - every icon is on some page", () => {
  const names = Object.keys(ICONS).filter((name) => !isService(name));
  const unused = names.filter((name) => {
    return !SOURCES.some(({ path, text }) => path !== "lib/ui/icons.ts" && text.includes(`"${name}"`));
  });
  assert.deepEqual(unused, []);
});

Deno.test("tidy - every migration goes forward and back", () => {
  const names = [...Deno.readDirSync(`${ROOT}migrations`)].map(({ name }) => name).filter((name) =>
    name.endsWith(".sql")
  );
  const ups = names.filter((name) => name.endsWith(".up.sql")).sort();
  assert.ok(ups.length > 0);
  for (const up of ups) {
    assert.match(up, /^[1-9][0-9]*_[a-z0-9_]+\.up\.sql$/);
    assert.ok(names.includes(up.replace(".up.", ".down.")), `${up} has no way back`);
  }
});
