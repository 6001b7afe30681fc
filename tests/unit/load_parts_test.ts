// The parts of the load scripts and of their runner that need no k6.
import assert from "node:assert/strict";
import fc from "fast-check";
import { eventFrame } from "@/lib/protocol/frames.ts";
import { FrameReader } from "../load/common/frames.ts";
import { Tally } from "../load/common/tally.ts";
import { FewLines } from "../load/run/few_lines.ts";
import { readOptions } from "../load/run/options.ts";
import { reportTables } from "../load/run/report.ts";
import { reportHtml } from "../load/run/report_html.ts";
import { SCRIPTS } from "../load/run/scripts.ts";
import { Usage } from "@/bench/common/taken.ts";

Deno.test("load - a tally tells a double from what is new, and counts what is missing", () => {
  fc.assert(fc.property(fc.array(fc.nat(5_000)), fc.uniqueArray(fc.nat(5_000)), (came, published) => {
    const tally = new Tally();
    const seen = new Set<number>();
    for (const n of came) {
      assert.equal(tally.saw(n), !seen.has(n));
      seen.add(n);
    }
    assert.equal(tally.missing(published), published.filter((n) => !seen.has(n)).length);
  }));
});

Deno.test("load - of a frame of the server the numbered events of this run are read", () => {
  const event = (title: string) => ({
    id: title,
    entity: "task",
    action: "created",
    propertyId: 1,
    version: 1,
    at: "2026-11-23T21:50:50.019Z",
    data: { id: 1, title },
  });
  const events = ["load a 7", "load b 8", "Towels", "load a 12"].map((title) => ({
    json: JSON.stringify(event(title)),
  }));
  const frame = new FrameReader("a").read(eventFrame("tasks", events, 44, 41));
  assert.deepEqual([frame.type, frame.seq, frame.prevSeq], ["event", 44, 41]);
  const at = Date.parse("2026-11-23T21:50:50.019Z");
  assert.deepEqual(frame.events, [{ n: 7, at }, { n: 12, at }]);
});

Deno.test("load - options are those of the script unless others are asked for", () => {
  const { connections, seconds } = SCRIPTS["stream-1000"]!;
  const whole = {
    name: "stream-1000",
    connections,
    seconds,
    rate: 20,
    url: undefined,
    nats: undefined,
    cluster: false,
    charts: false,
  };
  assert.deepEqual(readOptions(["stream-1000"]), whole);
  assert.deepEqual(
    readOptions(["stream-1000", "--seconds=5", "--connections", "3", "--url", "http://127.0.0.1:4000/"]),
    { ...whole, seconds: 5, connections: 3, url: "http://127.0.0.1:4000" },
  );
  assert.equal(readOptions([]), undefined);
  assert.equal(readOptions(["stream-1000", "--help"]), undefined);
});

Deno.test("load - an option that makes no sense is told with what would be right", () => {
  const told = (...args: string[]) => String(readOptions(args));
  assert.match(told("stream-999"), /"stream-999" is not the name of a script/);
  assert.match(told("stream-1000", "--seconds", "0"), /--seconds is "0": a whole number from 1 to/);
  assert.match(told("stream-1000", "--connections", "1000001"), /--connections is "1000001"/);
  assert.match(told("stream-1000", "--rate", "1.5"), /--rate is "1.5"/);
  assert.match(told("stream-1000", "--url", "localhost"), /--url is "localhost"/);
  assert.match(told("stream-1000", "--nats", "nats://127.0.0.1"), /--url/);
  assert.match(told("stream-1000", "--nats", "127.0.0.1"), /--nats is "127.0.0.1"/);
  assert.match(told("stream-1000", "--cluster", "--url", "http://127.0.0.1"), /give one/);
  assert.match(told("stream-1000", "--fast"), /--fast/);
});

Deno.test("load - of lines that k6 repeats the first three are told, and how many more there were", () => {
  const told: string[] = [];
  const lines = new FewLines((line) => told.push(line));
  for (let i = 0; i < 5; i++) {
    lines.line(`time="2026-11-23T21:50:50Z" level=warning msg="Request Failed" error=${i}`);
  }
  lines.line("something else");
  lines.end();
  const first = [0, 1, 2].map((i) => `level=warning msg="Request Failed" error=${i}`);
  assert.deepEqual(told, [...first, "something else", `"Request Failed" came 2 more times`]);
});

Deno.test("load - the report says what was demanded and what was, and shows text as text", () => {
  const trend = { type: "trend", contains: "time" } as const;
  const tables = reportTables("a <b> & c", {
    state: { testRunDurationMs: 1 },
    metrics: {
      delivery: {
        ...trend,
        values: { avg: 12.34, "p(99)": 120, count: 7 },
        thresholds: { "avg<100": { ok: true }, "p(99)<100": { ok: false } },
      },
      errors: {
        type: "rate",
        contains: "default",
        values: { rate: 0.0005 },
        thresholds: { "rate<0.001": { ok: true } },
      },
      app_memory_mb: {
        type: "trend",
        contains: "default",
        values: {},
        thresholds: { "max<2048": { ok: true } },
      },
    },
  });
  assert.deepEqual(tables[0]!.rows, [
    ["app_memory_mb max", "<2048", "not sampled", "yes"],
    ["delivery avg", "<100", "12.3 ms", "yes"],
    ["delivery p(99)", "<100", "120 ms", "NO"],
    ["errors rate", "<0.001", "0.05 %", "yes"],
  ]);
  const html = reportHtml({
    title: "a <b> & c",
    tables,
    samples: [50, 100].map((core) => ({ app: { cpuSeconds: 1, core, machine: 1, mb: 1 } })),
  });
  assert.ok(html.includes("<h1>a &lt;b> &amp; c</h1>"));
  assert.ok(html.includes('points="0.0,100.0 900.0,0.0"'), "half way up, then at the top");
});

Deno.test("load - every script is there, and its name says which file it is", () => {
  const files = [...Deno.readDirSync(new URL("../load", import.meta.url))]
    .flatMap(({ name, isFile }) => isFile && name.endsWith(".ts") ? [name] : []);
  const named = Object.keys(SCRIPTS).map((name) => `${name.replaceAll("-", "_")}.ts`);
  assert.deepEqual(files.sort(), named.sort());
});

Deno.test("load - usage is that of the processes between two looks; one that is gone counts nothing", async () => {
  const cores = 4;
  const usage = new Usage(() => ({ own: [Deno.pid], gone: [2 ** 31 - 1] }), cores);
  assert.deepEqual(await usage.look(), {}, "the first look only begins");
  // Until the clock of the system, which counts in hundredths, has moved.
  let taken = await usage.look();
  for (let sum = 0; taken.own!.core === 0;) {
    for (let i = 0; i < 1_000_000; i++) sum += Math.sqrt(i);
    assert.ok(sum > 0);
    taken = await usage.look();
  }
  assert.equal(taken.own!.machine, taken.own!.core / cores);
  assert.ok(taken.own!.mb > 1, String(taken.own!.mb));
  assert.deepEqual(taken.gone, { cpuSeconds: 0, core: 0, machine: 0, mb: 0 });
});
