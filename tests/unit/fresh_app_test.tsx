import assert from "node:assert/strict";
import { App, HttpError, type Middleware } from "fresh";
import { client, silenced } from "./fresh_fixture/kit.ts";

interface State {
  trail?: string[];
}

/** A middleware that notes its name on the way in, and in a header on the way out. */
function note(name: string): Middleware<State> {
  return async (ctx) => {
    (ctx.state.trail ??= []).push(name);
    const res = await ctx.next();
    res.headers.append("X-Out", name);
    return res;
  };
}

const show: Middleware<State> = (ctx) => ctx.text(`${ctx.req.method} ${ctx.route} ${ctx.state.trail ?? ""}`);

Deno.test("fresh app - every method has its handler, HEAD falls back to GET without a body", async () => {
  const app = new App<State>().get("/a", show).post("/a", show).put("/a", show)
    .patch("/a", show).delete("/a", show).head("/b", show).all("/c", show);
  const send = client(app.handler());
  for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
    assert.equal((await send("/a", { method })).text, `${method} /a `);
  }
  const head = await send("/a", { method: "HEAD" });
  assert.deepEqual([head.status, head.text], [200, ""]);
  assert.equal((await send("/b")).status, 405);
  assert.equal((await send("/c", { method: "OPTIONS" })).text, "OPTIONS /c ");
});

Deno.test("fresh app - a known path answers a missing method with 405 and OPTIONS with what it allows", async () => {
  const send = client(new App().get("/a", () => new Response()).handler());
  assert.equal((await send("/a", { method: "POST" })).status, 405);
  const options = await send("/a", { method: "OPTIONS" });
  assert.deepEqual([options.status, options.res.headers.get("Allow")], [
    204,
    "GET",
  ]);
  const missing = await send("/b");
  assert.deepEqual([missing.status, missing.text], [404, "Not Found"]);
});

Deno.test("fresh app - fixed paths win over parameters, among those the first registered wins", async () => {
  const answer = (name: string): Middleware<State> => (ctx) =>
    ctx.text(`${name} ${JSON.stringify(ctx.params)}`);
  const app = new App<State>().get("/:any*", answer("rest"))
    .get("/:id", answer("late")).get("/fixed", answer("fixed"))
    .get("/x/:a-:b", answer("never"));
  const send = client(app.handler());
  assert.equal((await send("/fixed")).text, "fixed {}");
  assert.equal((await send("/one")).text, 'rest {"any":"one"}');
  assert.equal((await send("/x/1-2")).text, 'rest {"any":"x/1-2"}');
});

Deno.test("fresh app - optional parts and encoded paths match like the rest", async () => {
  const app = new App<State>().get("/docs/:path*", show).get("/café/:id", show)
    .get("/x{/:y}?", show).get("/z-:n(\\d+)", show);
  const send = client(app.handler());
  for (const path of ["/docs", "/docs/a/b", "/caf%C3%A9/1", "/x", "/x/1", "/z-12"]) {
    assert.equal((await send(path)).status, 200, path);
  }
  for (const path of ["/doc", "/docsx", "/cafe/1", "/x/1/2", "/z-", "/z-a"]) {
    assert.equal((await send(path)).status, 404, path);
  }
});

Deno.test("fresh app - parameters are decoded, an escaped slash stays escaped", async () => {
  const app = new App().get("/:id", (ctx) => ctx.json(ctx.params));
  const { text } = await client(app.handler())("/caf%C3%A9%2Fbar");
  assert.deepEqual(JSON.parse(text), { id: "café%2Fbar" });
});

Deno.test("fresh app - double slashes in the path are one", async () => {
  const app = new App().get("/a/b", (ctx) => ctx.text(ctx.url.pathname));
  assert.equal((await client(app.handler())("//a///b")).text, "/a/b");
});

Deno.test("fresh app - middlewares run in order, each around what follows, for routes registered later", async () => {
  const app = new App<State>().get("/early", show).use(note("1"), note("2"))
    .use("/in", note("3")).get("/out", show).get("/in", show)
    .get("/in/deep", show);
  const send = client(app.handler());
  assert.equal((await send("/early")).text, "GET /early ");
  assert.equal((await send("/out")).text, "GET /out 1,2");
  const { res, text } = await send("/in/deep");
  assert.equal(text, "GET /in/deep 1,2,3");
  assert.equal(res.headers.get("X-Out"), "3, 2, 1");
  assert.equal((await send("/in")).text, "GET /in 1,2,3");
});

Deno.test("fresh app - root middlewares run for unknown paths too", async () => {
  const app = new App<State>().use(note("1")).use((ctx) =>
    ctx.url.pathname === "/mine" ? ctx.text("mine") : ctx.next()
  );
  const send = client(app.handler());
  assert.equal((await send("/mine")).res.headers.get("X-Out"), "1");
  assert.equal((await send("/other")).status, 404);
});

Deno.test("fresh app - a middleware may be loaded by its first request", async () => {
  let loads = 0;
  const lazy = () => {
    loads++;
    return Promise.resolve(note("lazy"));
  };
  const send = client(new App<State>().use(lazy).get("/", show).handler());
  assert.equal((await send("/")).text, "GET / lazy");
  assert.equal((await send("/")).text, "GET / lazy");
  assert.equal(loads, 1);
});

Deno.test("fresh app - mountApp takes over routes and middlewares below a path", async () => {
  const inner = new App<State>().use(note("inner")).get("/", show)
    .get("/x", show);
  const app = new App<State>({ basePath: "/base" }).use(note("outer"))
    .mountApp("/in", inner).get("/y", show);
  const send = client(app.handler());
  assert.equal((await send("/base/in/x")).text, "GET /base/in/x outer,inner");
  assert.equal((await send("/base/in")).text, "GET /base/in outer,inner");
  assert.equal((await send("/base/y")).text, "GET /base/y outer");
  assert.equal((await send("/y")).status, 404);
});

Deno.test("fresh app - errors: HttpError answers its message, anything else 500 without details", async () => {
  const app = new App()
    .get("/http", () => {
      throw new HttpError(418, "short");
    })
    .get("/bug", () => {
      throw new Error("secret");
    })
    .get("/nothing", () => undefined as unknown as Response);
  const send = client(app.handler());
  assert.deepEqual((await send("/http")).text, "short");
  const logged = await silenced(async () => {
    const bug = await send("/bug");
    assert.deepEqual([bug.status, bug.text], [500, "Internal server error"]);
    assert.equal((await send("/nothing")).status, 500);
  });
  assert.match(String(logged[0]), /secret/);
  assert.match(String(logged[1]), /Expected a "Response"/);
});

Deno.test("fresh app - onError catches below its path, nearest first, outside the middlewares there", async () => {
  const fail = () => {
    throw new HttpError(409, "taken");
  };
  const app = new App<State>().use(note("root"))
    .onError("*", (ctx) => ctx.text(`root ${ctx.error}`, { status: 500 }))
    .onError("/in", (ctx) => ctx.text(`in ${ctx.error}`, { status: 409 }))
    .get("/fail", fail).get("/in/fail", fail);
  const send = client(app.handler());
  const outer = await send("/fail");
  assert.equal(outer.text, "root HttpError: taken");
  assert.equal(outer.res.headers.get("X-Out"), null);
  const inner = await send("/in/fail");
  assert.equal(inner.text, "in HttpError: taken");
  assert.equal(inner.res.headers.get("X-Out"), "root");
  assert.match((await send("/unknown")).text, /^root HttpError/);
});

Deno.test("fresh app - onError renders a component with the error's status", async () => {
  const component = ({ error }: { error: unknown }) => <i>{String(error)}</i>;
  const app = new App().onError("*", { component })
    .get("/", () => {
      throw new HttpError(402, "pay");
    });
  const { status, text } = await client(app.handler())("/");
  assert.equal(status, 402);
  assert.match(text, /<i>HttpError: pay<\/i>/);
});

Deno.test("fresh app - notFound answers 404s, and with only a component it says 200", async () => {
  const component = () => <i>nothing here</i>;
  const app = new App().notFound({ component }).get("/gone", () => {
    throw new HttpError(404);
  });
  const send = client(app.handler());
  for (const path of ["/gone", "/never"]) {
    const { status, text } = await send(path);
    assert.equal(status, 200);
    assert.match(text, /nothing here/);
  }
  const own = new App().notFound((ctx) => ctx.text("no", { status: 404 }));
  assert.equal((await client(own.handler())("/x")).status, 404);
});

Deno.test("fresh app - a malformed escape in a parameter is thrown out of the handler", async () => {
  const handler = new App().get("/:id", () => new Response()).handler();
  await assert.rejects(
    handler(new Request("http://localhost/%zz")),
    URIError,
  );
});

Deno.test("fresh app - there is no options(), and fsRoutes() without a build is empty", async () => {
  assert.equal("options" in new App(), false);
  const send = client(new App().fsRoutes().handler());
  assert.equal((await send("/")).status, 404);
});

Deno.test("fresh app - routes take a handler, a component or a loader of both", async () => {
  const component = () => <i>page</i>;
  const app = new App()
    .route("/component", { component })
    .route("/handler", { handler: { POST: () => new Response("posted") } })
    .route("/both", { component, handler: { POST: () => ({ data: 1 }) } })
    .route("/lazy", () => Promise.resolve({ component }))
    .route("/none", {});
  const send = client(app.handler());
  assert.match((await send("/component")).text, /<i>page<\/i>/);
  assert.equal((await send("/handler")).status, 405);
  assert.equal((await send("/handler", { method: "POST" })).text, "posted");
  assert.match((await send("/both")).text, /<i>page<\/i>/);
  assert.match((await send("/both", { method: "POST" })).text, /page/);
  assert.match((await send("/lazy")).text, /<i>page<\/i>/);
  assert.equal((await send("/none")).status, 404);
});
