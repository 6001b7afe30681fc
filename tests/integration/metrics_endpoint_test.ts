// The port of the metrics, whatever its measures and its readers do.
import assert from "node:assert/strict";
import { Registry } from "@/lib/metrics/registry.ts";
import { type Measure, type MetricsEndpoint, serveMetrics } from "@/services/metrics/endpoint.ts";
import { APP_METRICS } from "@/services/metrics/app_metrics.ts";
import { call, until } from "../harness/live.ts";

const registry = new Registry(APP_METRICS);
const logged: string[] = [];

function serve(...measures: Measure[]): MetricsEndpoint {
  return serveMetrics({
    hostname: "127.0.0.1",
    port: 0,
    registry,
    measures,
    log: (_level, message, fields) => void logged.push(`${message}: ${fields?.error}`),
  });
}

async function scrape({ port }: MetricsEndpoint): Promise<string> {
  return (await call(`http://127.0.0.1:${port}/metrics`)).text;
}

Deno.test("metrics - what cannot be measured, or hangs, keeps nothing from being told, and is not begun twice", async () => {
  let begun = 0;
  const { promise: hanging, resolve } = Promise.withResolvers<void>();
  const endpoint = serve(
    () => {
      begun++;
      return hanging;
    },
    () => Promise.reject(new Error("away")),
    () => registry.set("innstream_feeds", {}, 3),
  );
  assert.match(await scrape(endpoint), /^innstream_feeds 3$/m);
  assert.deepEqual(logged.splice(0), ["a metric could not be measured: away"]);
  registry.set("innstream_feeds", {}, 0);
  await until("another measurement", async () => /^innstream_feeds 3$/m.test(await scrape(endpoint)));
  assert.equal(begun, 1);
  resolve();
  registry.set("innstream_feeds", {}, 0);
  await until("one more", async () => /^innstream_feeds 3$/m.test(await scrape(endpoint)));
  assert.equal(begun, 2);
  await endpoint.close();
});

Deno.test("metrics - scrapes at the same time share one measurement", async () => {
  let measured = 0;
  const endpoint = serve(() => void measured++);
  await Promise.all(Array.from({ length: 50 }, () => scrape(endpoint)));
  assert.equal(measured, 1);
  await endpoint.close();
});

Deno.test("metrics - who never finishes a request, or reads no answer, holds up neither scrapes nor the end", async () => {
  const endpoint = serve();
  const stuck = await Promise.all(Array.from({ length: 20 }, async (_, i) => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: endpoint.port });
    const request = `GET /metrics HTTP/1.1\r\nHost: x\r\n${i % 2 === 0 ? "\r\n" : ""}`.repeat(
      i % 2 === 0 ? 200 : 1,
    );
    await connection.write(new TextEncoder().encode(request));
    return connection;
  }));
  assert.match(await scrape(endpoint), /^# TYPE/m);
  await endpoint.close();
  await assert.rejects(Deno.connect({ hostname: "127.0.0.1", port: endpoint.port }));
  for (const connection of stuck) connection.close();
});
