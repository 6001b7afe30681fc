// What a scrape of a worker tells, after each thing that it counts was done.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { METRICS } from "@/lib/metrics/catalogue.ts";
import { WORKER_METRICS } from "@/services/metrics/worker_metrics.ts";
import { call, until } from "../harness/live.ts";
import { readSeries } from "../harness/scrape.ts";
import { plainPng } from "../specimens/plain_pictures.ts";
import { type Desk, openDesk } from "./worker_kit.ts";

let desk: Desk;
Deno.test.beforeAll(async () => {
  desk = await openDesk();
});
Deno.test.afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
});

Deno.test("metrics - a worker tells what it has read, and what not, and how its servers are", async () => {
  const readerEntry = fileURLToPath(new URL("readers/dies.ts", import.meta.url));
  const picture = { bytes: await plainPng(), documentType: "image", mediaType: "image/png" } as const;
  const scrapeOf = async (port: number) => (await call(`http://127.0.0.1:${port}/metrics`)).text;

  const broken = await desk.worker({ metricsPort: 0 }, { readerEntry });
  await desk.read((await desk.add(picture)).id);
  const failed = readSeries(await scrapeOf(broken.metricsPort!));
  assert.equal(failed.get('innstream_ocr_documents_total{outcome="crashed"}'), 5);
  await broken.close();

  const worker = await desk.worker({ metricsPort: 0 });
  await desk.read((await desk.add(picture)).id);
  const done = await until("all of it", async () => {
    const series = readSeries(await scrapeOf(worker.metricsPort!));
    return (series.get("innstream_event_publish_seconds_count") ?? 0) >= 1 && series;
  });
  assert.equal(done.get('innstream_ocr_documents_total{outcome="read"}'), 1);
  assert.equal(done.get("innstream_ocr_read_seconds_count"), 1);
  assert.ok(done.get("innstream_events_published_total")! >= 1);
  assert.deepEqual([done.get("innstream_postgres_up"), done.get("innstream_nats_connected")], [1, 1]);
  const text = await scrapeOf(worker.metricsPort!);
  const told = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]);
  assert.deepEqual(told, WORKER_METRICS.map((name) => [name, METRICS[name].type]));
  assert.match(text, /^innstream_build_info\{process="worker"/m);

  await desk.nats.kill();
  await until("told", async () => {
    return readSeries(await scrapeOf(worker.metricsPort!)).get("innstream_nats_connected") === 0;
  });
  await desk.nats.restart();
  await until("back", async () => {
    const series = readSeries(await scrapeOf(worker.metricsPort!));
    return series.get("innstream_nats_connected") === 1 &&
      series.get("innstream_nats_reconnects_total") === 1;
  });
});
