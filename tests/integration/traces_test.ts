// The app with Deno's OpenTelemetry switched on: what leaves the process in spans, logs and metrics has no secret in it.
import assert from "node:assert/strict";
import { call, until } from "../harness/live.ts";
import { testNats } from "../harness/nats.ts";
import { testDatabase } from "../harness/postgres.ts";
import { type AppProcess, processToken, startProcess } from "../harness/process.ts";
import { TEST_SECRET } from "../harness/server.ts";
import { TestSocket } from "../harness/socket.ts";

const STREAM = "/v2/realtime/stream";
const UPLOAD = "/v2/documents/upload/stream";
const CHAT = "/v2/collaboration/chat/stream";
/** No signature of ours, but whoever sees it in a log will take it for a token. */
const FORGED = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJmb3JnZWQifQ.Zm9yZ2Vk";

let database: Awaited<ReturnType<typeof testDatabase>>;
let nats: Awaited<ReturnType<typeof testNats>>;
let collector: Deno.HttpServer<Deno.NetAddr>;
let app: AppProcess;
let token: string;
/** Every body that the app exported, by the path it came to. */
const exported: { readonly path: string; readonly body: string }[] = [];
/** What must not be seen anywhere. */
const secrets: string[] = [];

Deno.test.beforeAll(async () => {
  [database, nats] = await Promise.all([testDatabase(), testNats()]);
  collector = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (req) => {
    exported.push({ path: new URL(req.url).pathname, body: await req.text() });
    return Response.json({});
  });
  app = await startProcess({
    DATABASE_URL: database.appUrl,
    NATS_URL: nats.url,
    JWT_SECRET: TEST_SECRET,
    METRICS_PORT: "0",
    OTEL_DENO: "true",
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.addr.port}`,
    OTEL_BSP_SCHEDULE_DELAY: "100",
    OTEL_BLRP_SCHEDULE_DELAY: "100",
    OTEL_METRIC_EXPORT_INTERVAL: "500",
  });
  token = await processToken();
  secrets.push(...token.split("."), ...FORGED.split("."));
});
Deno.test.afterAll(async () => {
  await app?.stop();
  await collector?.shutdown();
  await nats?.stop();
  await database?.drop();
});

interface Span {
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** All spans so far. */
function spans(): Span[] {
  return exported.filter(({ path }) => path === "/v1/traces").flatMap(({ body }) => {
    // deno-lint-ignore no-explicit-any
    const found: any[] = JSON.parse(body).resourceSpans.flatMap((of: any) =>
      // deno-lint-ignore no-explicit-any
      of.scopeSpans.flatMap((scope: any) => scope.spans)
    );
    return found.map(({ name, attributes }) => ({
      name,
      // deno-lint-ignore no-explicit-any
      attributes: Object.fromEntries(attributes.map((one: any) => [one.key, Object.values(one.value)[0]])),
    }));
  });
}

function spanOf(requestId: string | null): Promise<Span> {
  return until(
    "its span",
    () => spans().find(({ attributes }) => attributes["innstream.request_id"] === requestId),
  );
}

function metricsUrl(): string {
  return String(app.log.find(({ message }) => message === "listening")!.metrics);
}

async function ticket(): Promise<string> {
  const { json } = await call(`${app.url}/auth/ticket`, { token, method: "POST" });
  secrets.push(json.ticket);
  return json.ticket;
}

/** Opens a socket and lets it go; answers whether it was let in. */
async function tries(url: string, headers: Record<string, string> = {}): Promise<boolean> {
  try {
    const socket = await TestSocket.open(`${app.wsUrl}${url}`, undefined, headers);
    await socket.close();
    return true;
  } catch {
    return false;
  }
}

Deno.test("traces - a span is named by its route, and has the number of its request and no query", async () => {
  const { status, headers } = await call(`${app.url}/finance/revenue?limit=5&token=${token}`);
  assert.equal(status, 200);
  const { name, attributes } = await spanOf(headers.get("x-request-id"));
  assert.deepEqual(
    [name, attributes["http.route"], attributes["url.full"], attributes["url.query"]],
    ["GET /:base/:entity", "/:base/:entity", `${app.url}/finance/revenue`, ""],
  );
});

Deno.test("traces - no token, ticket or cookie leaves the process, in whatever way it came", async () => {
  const cookie = `token=${token}`;
  const asked = await Promise.all([
    call(`${app.url}/tasks/realtime/subscribe?wait=0&token=${token}`),
    call(`${app.url}/finance/revenue`, { token }),
    call(`${app.url}/finance/revenue`, { headers: { cookie } }),
    call(`${app.url}/overview?token=${token}`, { headers: { accept: "text/html", cookie } }),
    call(`${app.url}/finance/revenue`, { token: FORGED }),
    call(`${app.url}/finance/revenue?token=${FORGED}`),
    call(`${app.url}/finance/revenue?token=${token.slice(0, -4)}`),
    call(`${app.url}/${FORGED}?ticket=${FORGED}`),
    call(`${app.url}/finance/${FORGED}`, { token }),
    call(`${app.url}/finance/%E0%A4%A?token=${token}`, { token }),
    call(`${app.url}/finance/revenue`, {
      token,
      json: { amount: FORGED },
      headers: { "x-request-id": FORGED },
    }),
  ]);
  assert.deepEqual(asked.map(({ status }) => status), [
    200,
    200,
    200,
    200,
    401,
    401,
    401,
    404,
    404,
    400,
    422,
  ]);
  const origin = { origin: app.url, cookie };
  for (const path of [STREAM, UPLOAD, CHAT]) {
    assert.deepEqual(
      [
        await tries(`${path}?token=${token}`),
        await tries(`${path}?ticket=${await ticket()}`),
        await tries(path, origin),
        await tries(path, { authorization: `Bearer ${token}` }),
        await tries(`${path}?token=${FORGED}`),
        await tries(`${path}?ticket=${FORGED}`),
      ],
      [true, true, true, true, false, false],
    );
  }
  const socket = await TestSocket.stream(app.wsUrl, token);
  for (const bad of [{ token: FORGED }, { ticket: FORGED }]) socket.send({ type: "auth", ...bad });
  await until("both refused", () => socket.frames.filter(({ type }) => type === "error").length === 2);
  await socket.close();
  const scraped = (await call(`${metricsUrl()}?token=${FORGED}`)).text;

  const last = await call(`${app.url}/health/live`);
  await spanOf(last.headers.get("x-request-id"));
  await until("metrics", () => exported.some(({ path }) => path === "/v1/metrics"));
  await until("the log", () => exported.some(({ body }) => body.includes('"listening')));
  for (const route of [STREAM, UPLOAD, CHAT]) {
    const count = spans().filter(({ attributes }) => attributes["http.route"] === route).length;
    assert.equal(count, route === STREAM ? 7 : 6, route);
  }
  const seen = [...exported.map(({ body }) => body), ...app.log.map((line) => JSON.stringify(line)), scraped];
  for (const text of seen) {
    assert.ok(!text.includes("eyJ"), text.slice(Math.max(0, text.indexOf("eyJ") - 300)).slice(0, 400));
    for (const secret of secrets) assert.ok(!text.includes(secret), secret);
  }
});
