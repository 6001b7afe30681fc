import assert from "node:assert/strict";
import fc from "fast-check";
import { METRICS } from "@/lib/metrics/catalogue.ts";
import { Registry, SERIES_MAX } from "@/lib/metrics/registry.ts";

Deno.test("metrics - the text of a counter, a gauge and a histogram", () => {
  const registry = new Registry([
    "innstream_outbox_rows",
    "innstream_resets_total",
    "innstream_chat_presence_detect_seconds",
  ]);
  registry.set("innstream_outbox_rows", {}, 7);
  registry.count("innstream_resets_total", { reason: "trimmed" });
  registry.count("innstream_resets_total", { reason: "trimmed" }, 2);
  registry.observe("innstream_chat_presence_detect_seconds", {}, 3.5);
  registry.observe("innstream_chat_presence_detect_seconds", {}, 4, 2);
  registry.observe("innstream_chat_presence_detect_seconds", {}, 60);
  assert.equal(
    registry.text(),
    `# HELP innstream_outbox_rows Committed events that wait to be published
# TYPE innstream_outbox_rows gauge
innstream_outbox_rows 7
# HELP innstream_resets_total Clients told to read again
# TYPE innstream_resets_total counter
innstream_resets_total{reason="trimmed"} 3
# HELP innstream_chat_presence_detect_seconds ${METRICS.innstream_chat_presence_detect_seconds.help}
# TYPE innstream_chat_presence_detect_seconds histogram
innstream_chat_presence_detect_seconds_bucket{le="0.25"} 0
innstream_chat_presence_detect_seconds_bucket{le="0.5"} 0
innstream_chat_presence_detect_seconds_bucket{le="1"} 0
innstream_chat_presence_detect_seconds_bucket{le="2"} 0
innstream_chat_presence_detect_seconds_bucket{le="3"} 0
innstream_chat_presence_detect_seconds_bucket{le="4"} 3
innstream_chat_presence_detect_seconds_bucket{le="5"} 3
innstream_chat_presence_detect_seconds_bucket{le="7.5"} 3
innstream_chat_presence_detect_seconds_bucket{le="10"} 3
innstream_chat_presence_detect_seconds_bucket{le="30"} 3
innstream_chat_presence_detect_seconds_bucket{le="+Inf"} 4
innstream_chat_presence_detect_seconds_sum 71.5
innstream_chat_presence_detect_seconds_count 4
`,
  );
});

Deno.test("metrics - what was never counted is told as zero where it has no labels", () => {
  assert.match(new Registry(["innstream_revocations_total"]).text(), /^innstream_revocations_total 0$/m);
});

Deno.test("metrics - a label can hold anything, and stays on its line", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (reason) => {
    const registry = new Registry(["innstream_resets_total"]);
    registry.count("innstream_resets_total", { reason });
    const [, , line, end] = registry.text().split("\n");
    assert.equal(end, "");
    const value = /^innstream_resets_total\{reason="((?:[^"\\]|\\["\\n])*)"\} 1$/s.exec(line!)?.[1];
    const read = value?.replace(/\\(.)/g, (_, char) => char === "n" ? "\n" : char);
    assert.equal(read, reason);
  }));
});

Deno.test("metrics - at most so many series of one metric are kept, the rest counts as other", () => {
  const registry = new Registry(["innstream_resets_total"]);
  for (let i = 0; i < SERIES_MAX + 10; i++) registry.count("innstream_resets_total", { reason: `r${i}` });
  const lines = registry.text().split("\n").filter((line) => line.startsWith("innstream_resets_total{"));
  assert.equal(lines.length, SERIES_MAX + 1);
  assert.equal(lines.at(-1), 'innstream_resets_total{reason="other"} 10');
});

Deno.test("metrics - names follow the conventions of Prometheus", () => {
  for (const [name, { type, help }] of Object.entries(METRICS)) {
    assert.match(name, /^(innstream|process|streaming)_[a-z_]+$/);
    if (name.startsWith("streaming_")) continue;
    assert.equal(name.endsWith("_total"), type === "counter", `${name} is a ${type}`);
    if (type === "histogram") assert.match(name, /_(seconds|bytes)$/);
    assert.doesNotMatch(name, /_(ms|milliseconds|count)$/);
    assert.doesNotMatch(help, /\.$/);
  }
});

Deno.test("metrics - docs/metrics.md has the catalogue", async () => {
  const rows = Object.entries(METRICS).map(([name, { type, help, ...rest }]) => {
    const labels = "labels" in rest ? rest.labels.map((label) => `\`${label}\``).join(", ") : "";
    return `| \`${name}\` | ${type} | ${labels} | ${help} |`;
  });
  const table = ["| name | type | labels | tells |", "| --- | --- | --- | --- |", ...rows].join("\n");
  const text = await Deno.readTextFile(new URL("../../docs/metrics.md", import.meta.url));
  if (Deno.env.get("METRICS_TABLE") === "1") console.log(table);
  assert.ok(text.includes(`\n${table}\n`), "run this test with METRICS_TABLE=1 to have the table printed");
});
