// What a scrape of a running instance tells, after each thing that it counts was done once.
import assert from "node:assert/strict";
import { jetstreamManager } from "@nats-io/jetstream";
import { type MetricName, METRICS } from "@/lib/metrics/catalogue.ts";
import { APP_METRICS } from "@/services/metrics/app_metrics.ts";
import { EVENTS } from "@/services/nats/streams.ts";
import { connectPool } from "@/services/postgres/pool.ts";
import { ChatPeer } from "../harness/chat.ts";
import { call, publish, startDemo, until } from "../harness/live.ts";
import { programOr } from "../harness/programs.ts";
import { testPostgresUrl } from "../harness/postgres.ts";
import type { TestServer } from "../harness/server.ts";
import { readSeries } from "../harness/scrape.ts";
import { TestSocket } from "../harness/socket.ts";
import { testFile, TestUpload } from "../harness/upload.ts";

const promtool = programOr("promtool", "a scrape is not checked by it");

let server: TestServer;
Deno.test.beforeAll(async () => {
  server = await startDemo();
});
Deno.test.afterAll(() => server?.stop());

function metricsUrl(path = "/metrics"): string {
  return `http://127.0.0.1:${server.services.metricsEndpoint!.port}${path}`;
}

/** Metrics of which some series was not 0 in some scrape. */
const moved = new Set<string>();

async function scrape(): Promise<Map<string, number>> {
  const series = readSeries((await call(metricsUrl())).text);
  for (const [line, value] of series) {
    if (value !== 0) moved.add(line.replace(/\{.*/, "").replace(/_(bucket|sum|count)$/, ""));
  }
  return series;
}

/** Waits for a scrape in which a series has at least this value. */
function seen(series: string, least = 1): Promise<unknown> {
  return until(series, async () => ((await scrape()).get(series) ?? 0) >= least);
}

Deno.test("metrics - every name of the catalogue that an app tells is in a scrape", async () => {
  const { text, headers } = await call(metricsUrl());
  assert.match(headers.get("content-type")!, /^text\/plain; version=0\.0\.4/);
  const told = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]);
  assert.deepEqual(told, APP_METRICS.map((name) => [name, METRICS[name].type]));
});

Deno.test("metrics - what alerts see growing begins at 0", async () => {
  const first = await scrape();
  const zeros = [
    'innstream_downgrades_total{reason="switched_off"}',
    'innstream_events_dropped_total{reason="payload"}',
    'innstream_auth_failures_total{code="ticket_invalid"}',
    'innstream_connections_closed_total{endpoint="stream",reason="slow"}',
    'innstream_connections_refused_total{endpoint="chat",code="server_full"}',
  ];
  assert.deepEqual(zeros.map((series) => first.get(series)), zeros.map(() => 0));
});

Deno.test("metrics - a poll or socket that is refused is no request that failed", async () => {
  const { connections } = server.services;
  const take = connections.take;
  connections.take = () => ({ code: "server_full" });
  const { status } = await call(`${server.url}/tasks/realtime/subscribe`, { token: await server.token() });
  connections.take = take;
  assert.equal(status, 503);
  await seen('innstream_connections_refused_total{endpoint="poll",code="server_full"}');
  assert.equal((await scrape()).get('innstream_http_requests_total{method="GET",status="503"}'), undefined);
});

Deno.test("metrics - a socket, an event, a resume and a refusal are counted", async () => {
  const token = await server.token();
  const socket = await TestSocket.stream(server.wsUrl, token);
  await call(`${server.url}/finance/revenue`, { token, method: "POST", json: { amount: 1, propertyId: 1 } });
  const event = await socket.next((frame) => frame.type === "event");
  await seen('innstream_connections{endpoint="stream"}');
  await seen('innstream_connections_opened_total{endpoint="stream"}');
  await seen('innstream_events_delivered_total{service="finance"}');
  await seen("innstream_events_published_total");
  await seen("innstream_event_publish_seconds_count");
  await seen('innstream_event_delivery_seconds_count{service="finance"}');
  await seen('innstream_http_requests_total{method="POST",status="201"}');
  await seen("streaming_active_connections");
  const mean = await until(
    "a mean",
    async () => (await scrape()).get("streaming_avg_latency_ms") || undefined,
  );
  assert.ok(mean > 0);
  await socket.close();
  await seen('innstream_connections_closed_total{endpoint="stream",reason="gone"}');
  const epoch = (await server.services.feeds.acquire(1)).epoch;
  const back = await TestSocket.stream(server.wsUrl, token, { lastSeq: event.seq - 1, epoch });
  await seen('innstream_resumes_total{outcome="replayed"}');
  await seen('innstream_catch_ups_total{source="ring"}');
  await back.close();
  const lost = await TestSocket.stream(server.wsUrl, token, { lastSeq: 1, epoch: "another" });
  await seen('innstream_resumes_total{outcome="reset"}');
  await seen('innstream_resets_total{reason="recreated"}');
  await lost.close();
  await call(`${server.url}/v2/realtime/stream`, { token });
  await seen('innstream_connections_refused_total{endpoint="stream",code="upgrade_required"}');
  await call(`${server.url}/finance/revenue`, { token: "wrong" });
  await seen('innstream_auth_failures_total{code="unauthenticated"}');
});

Deno.test("metrics - a token that is refused in a frame is counted as one in a request", async () => {
  const series = 'innstream_auth_failures_total{code="ticket_invalid"}';
  const before = (await scrape()).get(series)!;
  const socket = await TestSocket.stream(server.wsUrl, await server.token());
  socket.send({ type: "auth", ticket: "none" });
  await seen(series, before + 1);
  await seen("streaming_errors");
  await socket.close();
});

Deno.test("metrics - a revocation is counted, and what is refused for it", async () => {
  const token = await server.token({ sub: "leaver", jti: "of-the-leaver" });
  const revoked = await call(`${server.url}/auth/revoke`, { token, method: "POST" });
  assert.equal(revoked.status, 204);
  await seen("innstream_revocations_total");
  assert.equal((await call(`${server.url}/finance/revenue`, { token })).status, 401);
  await seen('innstream_auth_failures_total{code="token_revoked"}');
});

Deno.test("metrics - pages that fail, and requests that reach no route, are counted as any other", async () => {
  const page = { headers: { accept: "text/html" } };
  const { tokens } = server.services;
  const { verify } = tokens;
  tokens.verify = () => Promise.reject(new Error("a bug of the test's"));
  const broken = await call(`${server.url}/overview`, { headers: { ...page.headers, cookie: "token=x" } });
  tokens.verify = verify;
  assert.equal(broken.status, 500);
  await seen('innstream_http_requests_total{method="GET",status="500"}');
  const missing = 'innstream_http_requests_total{method="GET",status="404"}';
  const before = (await scrape()).get(missing) ?? 0;
  assert.equal((await call(`${server.url}/nowhere`, page)).status, 404);
  await seen(missing, before + 1);
  const malformed = 'innstream_http_requests_total{method="GET",status="400"}';
  const bad = (await scrape()).get(malformed) ?? 0;
  assert.equal((await call(`${server.url}/finance/%E0%A4%A`)).status, 400);
  await seen(malformed, bad + 1);
  assert.equal((await call(`${server.url}/health/live`, { method: "BREW" })).status, 405);
  await seen('innstream_http_requests_total{method="other",status="405"}');
});

Deno.test("metrics - what a publisher gets wrong is counted by its reason", async () => {
  await publish(server, "evt.1.1.tasks.task.updated", { nothing: true });
  await seen('innstream_events_dropped_total{reason="data"}');
});

Deno.test("metrics - a poll, chat, an upload and a flag are counted", async () => {
  const token = await server.token();
  const poll = call(`${server.url}/tasks/realtime/subscribe`, { token });
  await seen('innstream_connections_opened_total{endpoint="poll"}');
  await publish(server, "evt.1.1.tasks.task.updated", { data: { id: 1 } });
  await poll;
  const anna = await ChatPeer.join("property-1", {
    wsUrl: server.wsUrl,
    userId: "anna",
    token: await server.token({ sub: "anna" }),
  });
  await anna.said("Hello");
  anna.send({ type: "typing", roomId: "property-1", typing: true });
  await seen("innstream_chat_messages_total");
  await seen("innstream_chat_send_seconds_count");
  await seen("innstream_chat_history_seconds_count");
  await seen("innstream_chat_typing_seconds_count");
  await seen("innstream_chat_joined");
  await anna.close();
  const file = testFile(100_000);
  const upload = await TestUpload.open(file, { wsUrl: server.wsUrl, token });
  await upload.chunks(1, 2);
  await upload.finish();
  await seen('innstream_uploads_total{outcome="complete"}');
  await seen("innstream_upload_bytes_total", file.length);
  await seen("innstream_ocr_waiting");
  const admin = await server.token({ role: "admin" });
  await call(`${server.url}/feature-flags`, {
    token: admin,
    method: "POST",
    json: { STAFF_REALTIME_V1: false },
  });
  await seen("innstream_flag_changes_total");
  await until(
    "the flag",
    async () => (await scrape()).get('innstream_flag_value{flag="STAFF_REALTIME_V1"}') === 0,
  );
});

Deno.test("metrics - no id and no token stands in a label", async () => {
  const { text } = await call(metricsUrl());
  assert.doesNotMatch(text, /eyJ|[0-9a-f]{8}-[0-9a-f]{4}-|anna|property-1/);
});

Deno.test("metrics - the port answers nothing else", async () => {
  assert.equal((await call(metricsUrl("/"))).status, 404);
  assert.equal((await call(metricsUrl("/health/live"))).status, 404);
  assert.equal((await call(metricsUrl(), { method: "POST" })).status, 405);
  assert.equal((await call(`${server.url}/metrics`)).status, 404);
});

Deno.test("metrics - a fallback to polls is counted for each connection that is sent elsewhere", async () => {
  const socket = await TestSocket.stream(server.wsUrl, await server.token());
  const switched = (on: boolean) =>
    server.services.flags.change({ REALTIME_STREAMING_V2: on }, { userId: "u1", orgId: 1 });
  await switched(false);
  await seen('innstream_downgrades_total{reason="switched_off"}');
  await seen('innstream_connections_closed_total{endpoint="stream",reason="downgrade"}');
  await switched(true);
  await socket.close();
});

Deno.test("metrics - a stream that is made anew is counted", async () => {
  await (await jetstreamManager(server.services.nats)).streams.delete(EVENTS);
  await seen("innstream_epoch_changes_total");
});

Deno.test("metrics - a scrape answers while NATS is away, says so, and how much waits for it", async () => {
  await server.nats.kill();
  await until("disconnected", async () => (await scrape()).get("innstream_nats_connected") === 0);
  const token = await server.token();
  const json = { amount: 1, propertyId: 1 };
  const { status } = await call(`${server.url}/finance/revenue`, { token, json });
  assert.equal(status, 201);
  await seen("innstream_outbox_rows");
  await seen("innstream_outbox_oldest_seconds", 0.001);
  await until("the flags", async () => (await scrape()).get("innstream_flag_store_up") === 0);
  await server.nats.restart();
  await seen("innstream_nats_connected");
  await seen("innstream_nats_reconnects_total");
  await seen("innstream_failures_total");
  await until("an empty outbox", async () => (await scrape()).get("innstream_outbox_rows") === 0);
});

Deno.test("metrics - a scrape answers while PostgreSQL is away, and says so", async () => {
  const database = new URL(server.database.appUrl).pathname.slice(1);
  const superuser = connectPool(testPostgresUrl(), { max: 1, applicationName: "test" });
  const connections = (isAllowed: boolean) =>
    superuser.unsafe(`alter database ${database} allow_connections ${isAllowed}`);
  await connections(false);
  await superuser`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = ${database} and pid <> pg_backend_pid()`;
  await until("down", async () => (await scrape()).get("innstream_postgres_up") === 0);
  await connections(true);
  await seen("innstream_postgres_up");
  await superuser.end();
});

/** What cannot be seen in a scrape here, and where it is tested. */
const ELSEWHERE: Partial<Record<MetricName, string>> = {
  innstream_send_buffer_bytes: "for a moment only: connections_test",
  innstream_catch_ups_active: "for a moment only: catch_up_test",
  innstream_chat_presence_detect_seconds: "needs an instance that dies: chat_presence_test",
  innstream_rate_limited_total: "rate_limits_test",
  innstream_audit_dropped_total: "audit_test",
};

Deno.test("metrics - every metric that an app tells was seen to move, or is tested elsewhere", () => {
  const still = APP_METRICS.filter((name) => !moved.has(name));
  assert.deepEqual(still.toSorted(), Object.keys(ELSEWHERE).toSorted());
});

Deno.test({
  name: "metrics - promtool reads a scrape, and dislikes nothing but the names of the product's alerts",
  ignore: promtool === undefined,
  async fn() {
    const { text } = await call(metricsUrl());
    const check = new Deno.Command(promtool!, {
      args: ["check", "metrics"],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = check.stdin.getWriter();
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
    const { stdout, stderr } = await check.output();
    const lines = (new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr)).split("\n").filter(
      Boolean,
    );
    assert.deepEqual(lines.filter((line) => !/^streaming_(avg_latency_ms|errors)\b/.test(line)), []);
  },
});
