import assert from "node:assert/strict";
import { pathToPattern, sortRouteIds } from "@/lib/fresh/src/fs_routes.ts";
import { buildFixture, client, newFixtureApp } from "./fresh_fixture/kit.ts";

const apply = await buildFixture();

function fixture() {
  const app = newFixtureApp();
  apply(app);
  return client(app.handler());
}

const mainOf = (text: string) =>
  text.replace(/^.*<body[^>]*>/s, "").replace(/<!--.*?-->/gs, "")
    .replace(/(<template.*)?(<script.*)?<\/body>.*$/s, "");

Deno.test("fresh files - index, fixed, parameter and rest files answer their paths", async () => {
  const send = fixture();
  const pages: [string, RegExp][] = [
    ["/rooms", /All rooms/],
    ["/rooms/new", /New room/],
    ["/rooms/7", /Room 7/],
    ["/rooms/7/edit", /Edit 7/],
    ["/about", /About/],
    ["/docs/a/b", /^docs a\/b \/docs\/:path\*$/],
    ["/special/x12", /^special x12$/],
  ];
  for (const [path, expected] of pages) {
    const { status, text } = await send(path);
    assert.equal(status, 200, path);
    assert.match(text, expected, path);
  }
  for (const path of ["/override", "/special/12", "/rooms/7/8", "/index"]) {
    assert.equal((await send(path)).status, 404, path);
  }
});

Deno.test("fresh files - helpers, hidden files and local islands are no routes", async () => {
  const send = fixture();
  for (const path of ["/_helper", "/_middleware", "/rooms/_islands/Local"]) {
    assert.equal((await send(path)).status, 404, path);
  }
});

Deno.test("fresh files - layouts nest by directory, a group has its own and no path", async () => {
  const send = fixture();
  assert.equal(
    mainOf((await send("/rooms/new")).text),
    '<div class="rooms"><button id="layout" type="button" >Count: 100</button>' +
      "<h1>New room</h1></div>",
  );
  assert.equal(
    mainOf((await send("/about")).text),
    '<div class="marketing"><h1>About</h1></div>',
  );
});

Deno.test("fresh files - middlewares run from the root down, as function or array", async () => {
  const send = fixture();
  const trail = async (path: string) => (await send(path)).res.headers.get("X-Trail");
  assert.equal(await trail("/"), "root second");
  assert.equal(await trail("/rooms/7/edit"), "root second rooms");
});

Deno.test("fresh files - a route can leave out app and layouts", async () => {
  const { text } = await fixture()("/bare");
  assert.match(text, /<html><head>.*<body><p>bare<\/p><\/body>/);
});

Deno.test("fresh files - handlers by method: a missing one is 404, not 405, and so is OPTIONS", async () => {
  const send = fixture();
  assert.equal((await send("/api/item?id=3")).text, '{"item":"3"}');
  for (const method of ["PUT", "DELETE", "OPTIONS"]) {
    assert.equal((await send("/api/item", { method })).status, 404, method);
    // A page without handlers renders for any method.
    assert.equal((await send("/rooms/7", { method })).status, 200, method);
  }
  const head = await send("/api/item", { method: "HEAD" });
  assert.deepEqual([head.status, head.text], [200, ""]);
  const overridden = await send("/special/x1", { method: "PUT" });
  assert.equal(overridden.status, 405);
});

Deno.test("fresh files - one function for all methods sees every one", async () => {
  const send = fixture();
  const options = await send("/api/any", { method: "OPTIONS" });
  assert.deepEqual(
    [options.status, options.res.headers.get("Allow")],
    [204, "GET, OPTIONS"],
  );
  assert.equal((await send("/api/any", { method: "PUT" })).status, 405);
  assert.equal((await send("/api/any")).text, "got");
});

Deno.test("fresh files - page() gives data, status and headers, and async pages may answer themselves", async () => {
  const send = fixture();
  const { res, status, text } = await send("/async");
  assert.equal(status, 201);
  assert.equal(res.headers.get("X-Page"), "yes");
  assert.match(text, /<p>async data<\/p>/);
  const away = await send("/async?away");
  assert.deepEqual([away.status, away.text], [303, ""]);
});

Deno.test("fresh files - _error renders for any error, outside the root middlewares", async () => {
  const send = fixture();
  const missing = await send("/nope");
  assert.equal(missing.status, 404);
  assert.match(missing.text, /<h1 id="error">Error 404<\/h1>/);
  const taken = await send("/api/item", { method: "POST" });
  assert.equal(taken.status, 409);
  assert.match(taken.text, /Error 409/);
  const broken = await send("/broken");
  assert.equal(broken.status, 500);
  assert.match(broken.text, /<html lang="en">.*Error 500/);
  assert.equal(broken.res.headers.get("X-Trail"), null);
});

Deno.test("fresh files - the same build serves any number of apps", async () => {
  const [one, two] = [fixture(), fixture()];
  const [a, b] = await Promise.all([one("/rooms"), two("/rooms")]);
  assert.equal(mainOf(a.text), mainOf(b.text));
  assert.equal(a.res.headers.get("Link"), b.res.headers.get("Link"));
});

Deno.test("fresh files - file names become URL patterns", () => {
  const patterns: [string, string][] = [
    ["index", "/"],
    ["a/index", "/a"],
    ["a/[id]", "/a/:id"],
    ["a/[id].json", "/a/:id.json"],
    ["a/[from]-[to]", "/a/:from-:to"],
    ["a/[[id]]", "/a{/:id}?"],
    ["[...all]", "/:all*"],
    ["(group)/a", "/a"],
    ["(group)/index", "/"],
  ];
  for (const [id, pattern] of patterns) assert.equal(pathToPattern(id), pattern);
  assert.throws(() => pathToPattern("[a][b]"), /two parameters touch/);
});

Deno.test("fresh files - what must apply first sorts first", () => {
  const sorted = [
    "_app",
    "_middleware",
    "_layout",
    "_error",
    "a/_middleware",
    "a/b",
    "a/constructor",
    "a/[id]/edit",
    "a/[id]",
    "a/[...all]",
    "(g)/b/_layout",
    "b/c",
    "[x]/y",
    "[...rest]",
  ];
  const shuffled = sorted.toReversed();
  assert.deepEqual(shuffled.sort(sortRouteIds), sorted);
});
