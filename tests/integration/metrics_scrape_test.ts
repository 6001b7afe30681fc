// What a scrape of a running instance tells, after each thing that it counts was done once.
import assert from "node:assert/strict";
import { METRICS } from "@/lib/metrics/catalogue.ts";
import { APP_METRICS } from "@/services/metrics/app_metrics.ts";
import { ChatPeer } from "../harness/chat.ts";
import { call, publish, startDemo, until } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";
import { TestSocket } from "../harness/socket.ts";
import { testFile, TestUpload } from "../harness/upload.ts";

let server: TestServer;
Deno.test.beforeAll(async () => {
  server = await startDemo();
});
Deno.test.afterAll(() => server?.stop());

function metricsUrl(path = "/metrics"): string {
  return `http://127.0.0.1:${server.services.metricsEndpoint!.port}${path}`;
}

/** The value of each series, by its line without the value. */
async function scrape(): Promise<Map<string, number>> {
  const { text } = await call(metricsUrl());
  return new Map(
    text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).map((line) => {
      const space = line.lastIndexOf(" ");
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
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

Deno.test("metrics - a scrape answers while NATS is away, and says so", async () => {
  await server.nats.kill();
  await until("disconnected", async () => (await scrape()).get("innstream_nats_connected") === 0);
  await until("the flags", async () => (await scrape()).get("innstream_flag_store_up") === 0);
  await server.nats.restart();
  await seen("innstream_nats_connected");
  await seen("innstream_nats_reconnects_total");
});
