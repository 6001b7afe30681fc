import assert from "node:assert/strict";
import { App, cors, csp, csrf, type Middleware } from "fresh";
import { client } from "./fresh_fixture/kit.ts";

function appWith(middleware: Middleware<unknown>) {
  const respond = () => new Response("ok", { headers: { Vary: "Accept" } });
  return client(new App().use(middleware).all("/", respond).handler());
}

const SITE = "https://hotel.example";

Deno.test("fresh csrf - refuses what another site makes a browser send", async () => {
  const send = appWith(csrf());
  const post = async (headers: Record<string, string>) =>
    (await send("/", { method: "POST", headers })).status;
  assert.equal(await post({}), 200);
  assert.equal(await post({ "Sec-Fetch-Site": "same-origin" }), 200);
  assert.equal(await post({ "Sec-Fetch-Site": "none" }), 200);
  assert.equal(await post({ Origin: "http://localhost" }), 200);
  assert.equal(await post({ "Sec-Fetch-Site": "cross-site" }), 403);
  assert.equal(await post({ "Sec-Fetch-Site": "same-site" }), 403);
  assert.equal(await post({ Origin: SITE }), 403);
  assert.equal(
    await post({ Origin: SITE, "Sec-Fetch-Site": "cross-site" }),
    403,
  );
});

Deno.test("fresh csrf - allows the origins it is told of", async () => {
  for (const origin of [SITE, [SITE], (from: string) => from === SITE]) {
    const send = appWith(csrf({ origin }));
    const post = async (from: string) => {
      const headers = { Origin: from, "Sec-Fetch-Site": "cross-site" };
      return (await send("/", { method: "POST", headers })).status;
    };
    assert.equal(await post(SITE), 200);
    assert.equal(await post("https://evil.example"), 403);
  }
});

Deno.test("fresh csrf - never checks GET, not even that of a WebSocket", async () => {
  const headers = { Origin: SITE, "Sec-Fetch-Site": "cross-site" };
  assert.equal((await appWith(csrf())("/", { headers })).status, 200);
});

Deno.test("fresh cors - names an allowed origin and leaves others without", async () => {
  const send = appWith(cors({
    origin: [SITE],
    credentials: true,
    exposeHeaders: ["X-A", "X-B"],
  }));
  const headersFor = async (from: string) => (await send("/", { headers: { Origin: from } })).res.headers;
  const allowed = await headersFor(SITE);
  assert.equal(allowed.get("Access-Control-Allow-Origin"), SITE);
  assert.equal(allowed.get("Access-Control-Allow-Credentials"), "true");
  assert.equal(allowed.get("Access-Control-Expose-Headers"), "X-A,X-B");
  assert.equal(allowed.get("Vary"), "Origin, Accept");
  const other = await headersFor("https://evil.example");
  assert.equal(other.get("Access-Control-Allow-Origin"), null);
  assert.equal(other.get("Vary"), "Accept");
  const any = await appWith(cors())("/", { headers: { Origin: SITE } });
  assert.equal(any.res.headers.get("Access-Control-Allow-Origin"), "*");
});

Deno.test("fresh cors - answers preflights by itself", async () => {
  const send = appWith(cors({
    origin: (from) => from.endsWith(".example") ? from : null,
    maxAge: 600,
  }));
  const { res, status } = await send("/", {
    method: "OPTIONS",
    headers: { Origin: SITE, "Access-Control-Request-Headers": "x-a, x-b" },
  });
  assert.equal(status, 204);
  assert.equal(res.headers.get("Access-Control-Allow-Origin"), SITE);
  assert.equal(res.headers.get("Access-Control-Max-Age"), "600");
  assert.equal(res.headers.get("Access-Control-Allow-Headers"), "x-a,x-b");
  assert.equal(
    res.headers.get("Access-Control-Allow-Methods"),
    "GET,HEAD,PUT,POST,DELETE,PATCH",
  );
  assert.equal(
    res.headers.get("Vary"),
    "Origin, Access-Control-Request-Headers",
  );
});

Deno.test("fresh csp - sets the policy, its additions and where to report", async () => {
  const name = "Content-Security-Policy";
  const plain = (await appWith(csp())("/")).res.headers.get(name) ?? "";
  assert.match(plain, /^default-src 'self'; script-src 'self' 'unsafe-inline'/);
  const { headers } = (await appWith(csp({
    reportOnly: true,
    reportTo: "/csp",
    csp: ["connect-src wss:"],
  }))("/")).res;
  assert.equal(headers.get(name), null);
  assert.match(
    headers.get(`${name}-Report-Only`) ?? "",
    /connect-src wss:; report-to csp-endpoint; report-uri \/csp$/,
  );
  assert.equal(headers.get("Reporting-Endpoints"), 'csp-endpoint="/csp"');
});
