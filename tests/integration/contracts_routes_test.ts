// Every route of the server is in the OpenAPI document, and the other way round.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { OPERATIONS } from "@/services/contracts/operations.ts";
import { pathOf, RESOURCES } from "@/lib/resources/catalog.ts";
import { SERVICE_NAMES, SERVICES } from "@/lib/protocol/services.ts";
import { startServer, type TestServer } from "../harness/server.ts";

const ROUTES = fileURLToPath(new URL("../../routes", import.meta.url));
/** What people open in a browser, and what only forms of these pages send. */
const PAGES = ["/", "/sign-out"];

let server: TestServer;
Deno.test.beforeAll(async () => {
  server = await startServer();
});
Deno.test.afterAll(() => server?.stop());

/** The paths of the files of routes/ that answer programs, with `[name]` as `{name}`. */
function* routePaths(dir = ""): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(`${ROUTES}${dir}`)) {
    if (name.startsWith("_") || name.startsWith("(")) continue;
    if (isDirectory) yield* routePaths(`${dir}/${name}`);
    else {
      const path = `${dir}/${name.replace(/\.tsx?$/, "")}`.replace(/\/index$/, "") || "/";
      yield path.replaceAll(/\[(\w+)\]/g, "{$1}");
    }
  }
}

/** A route with `{base}` and `{entity}` stands for one of each. */
function meant(path: string): string[] {
  if (path.includes("{base}/{entity}")) {
    return RESOURCES.map((resource) => path.replace("/{base}/{entity}", pathOf(resource)));
  }
  if (path.includes("{base}")) {
    return SERVICE_NAMES.map((name) => path.replace("{base}", SERVICES[name].base));
  }
  return [path];
}

const paths = [...routePaths()].filter((path) => !PAGES.includes(path)).flatMap(meant);

Deno.test("contracts - every route file has its path in the document, and every path its file", () => {
  assert.ok(paths.length > 60, "the walk found no routes");
  assert.deepEqual([...new Set(OPERATIONS.map(({ path }) => path))].sort(), paths.toSorted());
});

Deno.test("contracts - each path takes the methods that the document says, and no others", async () => {
  const asked = Map.groupBy(OPERATIONS, ({ path }) => path);
  for (const path of paths) {
    const url = server.url + path.replaceAll(/\{\w+\}/g, "1");
    const response = await fetch(url, { method: "OPTIONS" });
    await response.body?.cancel();
    const allowed = (response.headers.get("allow") ?? "").split(", ").filter((name) =>
      name !== "HEAD" && name !== "OPTIONS"
    );
    assert.deepEqual(allowed.sort(), asked.get(path)!.map(({ method }) => method).sort(), path);
  }
});

Deno.test("contracts - both documents are served, and say which version they are of", async () => {
  for (const [name, key] of [["openapi", "3.1.0"], ["asyncapi", "3.0.0"]] as const) {
    const response = await fetch(`${server.url}/docs/${name}.json`);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "application/json");
    assert.equal((await response.json())[name], key);
  }
});
