import assert from "node:assert/strict";
import { App, csp } from "fresh";
import { asset, assetSrcSet, HttpError, IS_BROWSER } from "fresh/runtime";
import Counter from "./fresh_fixture/islands/Counter.tsx";
import { Payload } from "./fresh_fixture/islands/widgets.tsx";
import { buildFixture, client, newFixtureApp } from "./fresh_fixture/kit.ts";
import type { State } from "./fresh_fixture/define.ts";

const apply = await buildFixture();

function fixture() {
  const app = newFixtureApp();
  apply(app);
  return client(app.handler());
}

Deno.test("fresh render - islands stand between markers, with their props in the boot script", async () => {
  const { text } = await fixture()("/widgets");
  assert.match(
    text,
    /<!--frsh:island:Counter:0:--><button id="one"[^>]*>Count: 1<\/button><!--\/frsh:island-->/,
  );
  // What an island renders itself is part of it, what the page passes in is not.
  assert.match(text, /<!--frsh:island:Panel:3:--><section.*?<button id="inner"/);
  assert.match(text, /<!--frsh:slot:1:children--><label.*<!--\/frsh:slot-->/);
  assert.match(text, /<template id="frsh-slot-0"><i id="secret">found<\/i>/);
  assert.equal(text.match(/<script/g)?.length, 1);
  assert.match(text, /boot\(\{"Counter":i0,"Greeter":i1,"Panel":i2,"Switch":i3\}/);
});

Deno.test("fresh render - a page without islands loads no script", async () => {
  const { res, text } = await fixture()("/");
  assert.doesNotMatch(text, /<script/);
  assert.equal(res.headers.get("Link"), null);
});

Deno.test("fresh render - the runtime and the chunks of a page's islands are preloaded", async () => {
  const { res } = await fixture()("/rooms/7");
  const files = [...res.headers.get("Link")!.matchAll(/<([^>]+)>/g)]
    .map(([, url]) => url!.replace(/^\/_fresh\/js\/[0-9a-f]{20}\//, ""));
  assert.deepEqual(files, ["fresh-runtime.js", "Counter.js", "Local.js"]);
});

Deno.test("fresh render - props cannot end the script they stand in", async () => {
  const { text } = await fixture()("/payload");
  const script = text.slice(text.indexOf("<script"));
  assert.equal(script.match(/<\/script>/g)?.length, 1);
  assert.doesNotMatch(script.slice(7, -30), /<|\u2028|\u2029/);
});

Deno.test("fresh render - props that are not plain JSON are refused by name", async () => {
  const values = [new Date(0), new Map(), () => 1, NaN, 1n, { a: { b: <b /> } }];
  for (const value of values) {
    const app = new App<State>().onError("*", (ctx) => new Response(String(ctx.error)))
      .get("/", (ctx) => ctx.render(<Payload data={value} />));
    apply(app);
    const { text } = await client(app.handler())("/");
    assert.match(text, /Cannot pass the island prop Payload\.data.* plain JSON/);
  }
});

Deno.test("fresh render - Head replaces the title, adds the rest, once", async () => {
  const { text } = await fixture()("/");
  const head = text.match(/<head>(.*)<\/head>/s)![1]!;
  assert.equal(head.match(/<title>/g)?.length, 1);
  assert.match(head, /<title>Home<\/title>/);
  assert.match(head, /<meta name="description" content="The start"\/>/);
  assert.match(head, /<link rel="stylesheet" href="\/styles.css\?__frsh_c=/);
  const { text: island } = await fixture()("/widgets");
  assert.match(island, /<title>Hello, Asha &amp; co<\/title>/);
});

Deno.test("fresh render - links to the page and above are marked, images get asset URLs", async () => {
  const { text } = await fixture()("/");
  assert.match(text, /<a data-current="true" aria-current="page" href="\/">/);
  assert.match(text, /<a href="\/rooms">/);
  assert.match(text, /<img src="\/img\/dot.svg\?__frsh_c=[0-9a-f]{20}"\/>/);
});

Deno.test("fresh render - every inline script and style has the nonce of the policy", async () => {
  const app = new App<State>().use(csp({ useNonce: true })).fsRoutes();
  apply(app);
  const { res, text } = await client(app.handler())("/widgets");
  const policy = res.headers.get("Content-Security-Policy") ?? "";
  const nonce = policy.match(/script-src 'self' 'nonce-([0-9a-f]{32})'/)?.[1];
  assert.match(policy, new RegExp(`style-src 'self' 'nonce-${nonce}'`));
  assert.doesNotMatch(policy, /unsafe-inline/);
  const nonces = [...text.matchAll(/<(?:script|style) nonce="(\w+)"/g)];
  assert.deepEqual(nonces.map((match) => match[1]), [nonce, nonce]);
  const again = await client(app.handler())("/widgets");
  assert.doesNotMatch(again.text, new RegExp(nonce!));
});

Deno.test("fresh render - an error while rendering does not leak into the next page", async () => {
  const fail = (): never => {
    throw new HttpError(410, "gone");
  };
  const Broken = () => <Counter id={fail()} start={0} />;
  const app = new App<State>()
    .get("/bad", (ctx) => ctx.render(<Broken />))
    .get("/good", (ctx) => ctx.render(<Counter id="x" start={5} />));
  apply(app);
  const send = client(app.handler());
  assert.equal((await send("/bad")).status, 410);
  assert.match((await send("/good")).text, /frsh:island:Counter:0:/);
});

Deno.test("fresh render - two apps with a base path name their own chunks", async () => {
  const app = new App<State>({ basePath: "/base" })
    .get("/", (ctx) => ctx.render(<Counter id="x" start={5} />));
  apply(app);
  const { res, text } = await client(app.handler())("/base");
  assert.match(res.headers.get("Link") ?? "", /^<\/base\/_fresh\/js\//);
  assert.match(text, /from"\/base\/_fresh\/js\//);
});

Deno.test("fresh runtime - asset() adds the build to local paths only", () => {
  const id = "__frsh_c=[0-9a-f]{20}";
  assert.match(asset("/a.png"), new RegExp(`^/a.png\\?${id}$`));
  assert.match(asset("/a.png?b=1#c"), new RegExp(`^/a.png\\?b=1&${id}#c$`));
  for (const path of ["a.png", "//cdn/a.png", "https://x/a.png"]) {
    assert.equal(asset(path), path);
  }
  assert.match(
    assetSrcSet("/a.png 1x, /b.png 2x"),
    new RegExp(`^/a.png\\?${id} 1x, /b.png\\?${id} 2x$`),
  );
  assert.equal(IS_BROWSER, false);
});
