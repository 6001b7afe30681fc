import assert from "node:assert/strict";
import { App, type Context, type Middleware } from "fresh";
import type { FunctionComponent } from "preact";
import { client, withServer } from "./fresh_fixture/kit.ts";

function answer(
  respond: (ctx: Context<unknown>) => Response | Promise<Response>,
  path = "/",
) {
  return client(new App().get("/", respond).handler())(path);
}

Deno.test("fresh context - redirects keep their host, whatever the path looks like", async () => {
  const locations: [string, string][] = [
    ["/a?b=//c#d", "/a?b=//c#d"],
    ["//evil.example/x", "/evil.example/x"],
    ["/a//b", "/a/b"],
    ["https://other.example//x", "https://other.example//x"],
    ["/", "/"],
  ];
  for (const [to, location] of locations) {
    const { res, status } = await answer((ctx) => ctx.redirect(to));
    assert.equal(status, 302);
    assert.equal(res.headers.get("location"), location);
  }
  assert.equal((await answer((ctx) => ctx.redirect("/", 307))).status, 307);
});

Deno.test("fresh context - text, html, json and streams have their content types", async () => {
  const headers = { "X-Own": "1" };
  const html = await answer((ctx) => ctx.html("<b>", { status: 201, headers }));
  assert.equal(html.status, 201);
  assert.equal(html.res.headers.get("X-Own"), "1");
  assert.equal(
    html.res.headers.get("Content-Type"),
    "text/html; charset=utf-8",
  );
  const json = await answer((ctx) => ctx.json({ a: 1 }));
  assert.equal(json.text, '{"a":1}');
  assert.equal(json.res.headers.get("Content-Type"), "application/json");
  const streamed = await answer((ctx) =>
    ctx.stream(async function* () {
      yield "á";
      yield await Promise.resolve(new Uint8Array([98]));
    })
  );
  assert.equal(streamed.text, "áb");
  assert.equal((await answer((ctx) => ctx.stream(["a", "b"]))).text, "ab");
});

Deno.test("fresh context - render wraps a page in layouts and app, which can be skipped", async () => {
  type Props = { Component: FunctionComponent };
  const frame = (name: string) => ({ Component }: Props) => (
    <div class={name}>
      <Component />
    </div>
  );
  const asyncFrame = async ({ Component }: Props) => (
    <section title={await Promise.resolve("late")}>
      <Component />
    </section>
  );
  const page: Middleware<unknown> = (ctx) =>
    ctx.render(<i>{ctx.url.search}</i>, { status: 202 }, {
      skipAppWrapper: ctx.url.search === "?app",
      skipInheritedLayouts: ctx.url.search === "?layouts",
    });
  const app = new App().appWrapper(frame("app")).layout("*", frame("root"))
    .layout("/in", asyncFrame)
    .layout("/own", frame("own"), { skipInheritedLayouts: true })
    .layout("/bare", frame("bare"), { skipAppWrapper: true })
    .get("/in/page", page).get("/own/page", page).get("/bare/page", page);
  const send = client(app.handler());
  const body = async (path: string) => {
    const { status, text } = await send(path);
    assert.equal(status, 202);
    return text.replace(/^.*<body>(.*)<\/body>.*$/s, "$1");
  };
  const late = '<section title="late">';
  assert.equal(
    await body("/in/page"),
    `<div class="app"><div class="root">${late}<i></i></section></div></div>`,
  );
  assert.equal(
    await body("/in/page?app"),
    `<div class="root">${late}<i>?app</i></section></div>`,
  );
  assert.equal(
    await body("/in/page?layouts"),
    '<div class="app"><i>?layouts</i></div>',
  );
  assert.equal(
    await body("/own/page"),
    '<div class="app"><div class="own"><i></i></div></div>',
  );
  assert.equal(
    await body("/bare/page"),
    '<div class="root"><div class="bare"><i></i></div></div>',
  );
});

Deno.test("fresh context - render refuses what is not JSX", async () => {
  await answer(async (ctx) => {
    const text = "text" as unknown as null;
    await assert.rejects(async () => await ctx.render(text), /Non-JSX/);
    return new Response();
  });
});

Deno.test("fresh context - a page is a whole document without an app wrapper", async () => {
  const markup = "<script>&";
  const { text } = await answer((ctx) => ctx.render(<p>{markup}</p>));
  assert.equal(
    text,
    '<!DOCTYPE html><html><head><meta charset="utf-8"/></head>' +
      "<body><p>&lt;script>&amp;</p></body></html>",
  );
});

/** Opens a socket, sends one message, resolves to the answer and the negotiated protocol. */
async function ask(url: string, protocols: string[] = []) {
  const socket = new WebSocket(url.replace("http", "ws"), protocols);
  const closed = Promise.withResolvers<CloseEvent>();
  const answered = Promise.withResolvers<string>();
  socket.onopen = () => socket.send("hello");
  socket.onmessage = ({ data }) => answered.resolve(data);
  socket.onclose = closed.resolve;
  const data = await answered.promise;
  socket.close(4000, "done");
  await closed.promise;
  return { data, protocol: socket.protocol };
}

Deno.test("fresh context - upgrade gives a bare socket, or manages one by handlers", async () => {
  const events: string[] = [];
  const closed = Promise.withResolvers<void>();
  const app = new App()
    .get("/bare", (ctx) => {
      const { socket, response } = ctx.upgrade({
        idleTimeout: 7,
        protocol: "v2",
      });
      socket.onmessage = ({ data }) => socket.send(`bare ${data}`);
      return response;
    })
    .ws("/managed", {
      open: () => events.push("open"),
      message: (socket, { data }) => socket.send(`managed ${data}`),
      close(_socket, code, reason) {
        events.push(`close ${code} ${reason}`);
        closed.resolve();
      },
    });
  await withServer(app.handler(), async (origin) => {
    assert.deepEqual(await ask(`${origin}/bare`, ["v1", "v2"]), {
      data: "bare hello",
      protocol: "v2",
    });
    assert.equal((await ask(`${origin}/managed`)).data, "managed hello");
    await closed.promise;
    assert.deepEqual(events, ["open", "close 4000 done"]);
    const plain = await fetch(`${origin}/bare`);
    assert.equal(plain.status, 400);
    await plain.body?.cancel();
  });
});
