import assert from "node:assert/strict";
import { App, staticFiles } from "fresh";
import type { State } from "./fresh_fixture/define.ts";
import { buildFixture, client, newFixtureApp, withServer } from "./fresh_fixture/kit.ts";

const apply = await buildFixture();

function fixture() {
  const app = newFixtureApp();
  apply(app);
  return client(app.handler());
}

const IMMUTABLE = "public, max-age=31536000, immutable";

async function chunks(): Promise<string[]> {
  const { res } = await fixture()("/widgets");
  return [...res.headers.get("Link")!.matchAll(/<([^>]+)>/g)].map(([, url]) => url!);
}

Deno.test("fresh static - files have type, length and an etag that is revalidated", async () => {
  const send = fixture();
  const first = await send("/styles.css");
  assert.equal(first.text, "main {\n  color: #222;\n}\n");
  const { headers } = first.res;
  assert.equal(headers.get("Content-Type"), "text/css; charset=UTF-8");
  assert.equal(headers.get("Content-Length"), "24");
  assert.match(headers.get("Cache-Control") ?? "", /^no-cache/);
  const etag = headers.get("Etag") ?? "";
  assert.match(etag, /^W\/"[0-9a-f]{64}"$/);
  const again = await send("/styles.css", { headers: { "If-None-Match": etag } });
  assert.deepEqual([again.status, again.text], [304, ""]);
  const changed = await send("/styles.css", {
    headers: { "If-None-Match": 'W/"other"' },
  });
  assert.equal(changed.status, 200);
  const svg = await send("/img/dot.svg");
  assert.equal(svg.res.headers.get("Content-Type"), "image/svg+xml");
  assert.equal((await send("/.well-known/app.json")).status, 200);
});

Deno.test("fresh static - bundles and asset() URLs of this build are immutable, those of another redirect", async () => {
  const send = fixture();
  for (const url of await chunks()) {
    const { res, status } = await send(url);
    assert.equal(status, 200);
    assert.equal(res.headers.get("Cache-Control"), IMMUTABLE);
    assert.match(res.headers.get("Content-Type") ?? "", /^text\/javascript/);
  }
  const { text } = await send("/");
  const css = text.match(/\/styles.css\?__frsh_c=\w+/)![0];
  const { res } = await send(css);
  assert.equal(res.headers.get("Cache-Control"), IMMUTABLE);
  const old = await send("/styles.css?a=1&__frsh_c=old");
  assert.equal(old.status, 307);
  assert.equal(old.res.headers.get("Location"), "/styles.css?a=1");
});

Deno.test("fresh static - HEAD has headers only, other methods are refused", async () => {
  const send = fixture();
  const head = await send("/styles.css", { method: "HEAD" });
  assert.deepEqual([head.status, head.text], [200, ""]);
  assert.equal(head.res.headers.get("Content-Length"), "24");
  assert.equal((await send("/styles.css", { method: "POST" })).status, 405);
});

Deno.test("fresh static - no path leads out of the static directory", async () => {
  const app = new App<State>().use(staticFiles());
  apply(app);
  const inProcess = client(app.handler());
  const paths = [
    "/../main.ts",
    "/%2e%2e/main.ts",
    "/..%2fmain.ts",
    "/img/..%2f..%2fmain.ts",
    "/..%5cmain.ts",
    "/.hidden",
    "/img/",
    "/img",
    "/styles.css/",
    "/styles.css%00",
    "/static/styles.css",
  ];
  for (const path of paths) {
    assert.equal((await inProcess(path)).status, 404, path);
  }
  await withServer(app.handler(), async (origin) => {
    // `fetch` cleans paths up: the raw request shows what a hostile client can send.
    const { hostname, port } = new URL(origin);
    const conn = await Deno.connect({ hostname, port: Number(port) });
    const request = "GET /../main.ts HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    await conn.write(new TextEncoder().encode(request));
    const answer = await new Response(conn.readable).text();
    assert.match(answer, /^HTTP\/1.1 404/);
  });
});

Deno.test("fresh static - an unknown favicon is 404 without running the routes", async () => {
  const app = new App<State>().use(staticFiles()).get("/:any", (ctx) => ctx.text("page"));
  apply(app);
  const { status, text } = await client(app.handler())("/favicon.ico");
  assert.deepEqual([status, text], [404, ""]);
});

Deno.test("fresh static - files are served below the base path", async () => {
  const app = new App<State>({ basePath: "/base" }).use(staticFiles());
  apply(app);
  const send = client(app.handler());
  assert.equal((await send("/base/styles.css")).status, 200);
  assert.equal((await send("/styles.css")).status, 404);
});
