// The dashboard: its structure, and that everything in panels and rules is told by a process that runs.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";
import { type MetricDefinition, METRICS } from "@/lib/metrics/catalogue.ts";
import { ROWS } from "../../ops/grafana/dashboard.ts";
import { metricsIn, readRules } from "../../ops/rules.ts";
import { startWorker } from "@/services/ocr/worker/start.ts";
import { tempDir } from "../harness/dirs.ts";
import { startDemo } from "../harness/live.ts";
import { programOr } from "../harness/programs.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Of the panels that the product's text lists. */
const NAMED = ["Active Connections", "Events Delivered", "Avg Latency", "Connections Over Time"]
  .concat(["Events by Service", "Error Rate"]);
/** Metrics that are in no panel and no rule, each with the reason. */
const UNUSED: Readonly<Record<string, string>> = {};
const promtool = programOr("promtool", "the queries of the dashboard are not parsed");

interface Placed {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  datasource?: { uid: string };
  targets?: { refId: string; expr: string; legendFormat: string; datasource: { uid: string } }[];
  fieldConfig?: { defaults: { unit: string } };
}

const board = JSON.parse(Deno.readTextFileSync(`${ROOT}/ops/grafana/dashboards/innstream.json`)) as {
  panels: Placed[];
  templating: { list: { name: string; type: string; query: unknown }[] };
};
const panels = board.panels.filter(({ type }) => type !== "row");
const inPanels = panels.flatMap(({ targets }) => targets!.map(({ expr }) => expr));
const inRules = readRules().map(({ expr }) => expr);

Deno.test("dashboard - it has the panels of the product's text first, and rows of every part", () => {
  assert.deepEqual(board.panels.slice(1, 7).map(({ title }) => title), NAMED);
  assert.deepEqual(
    board.panels.filter(({ type }) => type === "row").map(({ title }) => title),
    ROWS.map(({ title }) => title),
  );
});

Deno.test("dashboard - every panel has an id of its own, a description, a unit, queries of the chosen source", () => {
  const ids = board.panels.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(board.templating.list.map(({ name, type }) => [name, type]), [
    ["datasource", "datasource"],
    ["instance", "query"],
  ]);
  for (const { title, description, datasource, targets, fieldConfig } of panels) {
    assert.ok((description ?? "").endsWith("."), `${title} says what it shows`);
    assert.ok(fieldConfig!.defaults.unit, `${title} has a unit`);
    assert.equal(datasource!.uid, "${datasource}");
    assert.ok(targets!.length > 0, `${title} has a query`);
    assert.equal(new Set(targets!.map(({ refId }) => refId)).size, targets!.length);
    for (const target of targets!) assert.equal(target.datasource.uid, "${datasource}");
  }
});

Deno.test("dashboard - panels lie beside each other, within the page", () => {
  const overlaps = board.panels.flatMap(({ gridPos: a, title }, i) =>
    board.panels.slice(i + 1).filter(({ gridPos: b }) =>
      a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
    ).map((other) => `${title} and ${other.title}`)
  );
  assert.deepEqual(overlaps, []);
  for (const { gridPos: { x, w } } of board.panels) assert.ok(Number.isInteger(x) && x >= 0 && x + w <= 24);
});

Deno.test("dashboard - lines are named by labels that the metrics of their query have", () => {
  for (const { title, targets } of panels) {
    for (const { expr, legendFormat } of targets!) {
      const names = metricsIn(expr, isMetric);
      const labels = new Set(names.flatMap((name) => definition(name).labels ?? []));
      const told = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!);
      assert.deepEqual(told.filter((label) => label !== "instance" && !labels.has(label)), [], title);
      // A sum keeps what it is made by.
      const by = /\bsum by \(([\w, ]+)\)/.exec(expr)?.[1]?.split(", ") ?? told;
      assert.deepEqual(told.filter((label) => !by.includes(label)), [], `${title}: ${expr}`);
    }
  }
});

Deno.test({
  name: "dashboard - promtool parses its queries",
  ignore: promtool === undefined,
  async fn() {
    const dir = tempDir("innstream-dashboard-");
    const rules = inPanels.map((expr, i) => ({
      record: `panel:${i}`,
      expr: expr.replaceAll("$__rate_interval", "1m").replaceAll("$__range", "1h").replaceAll(
        "$instance",
        ".*",
      ),
    }));
    Deno.writeTextFileSync(`${dir.path}/panels.yml`, stringify({ groups: [{ name: "panels", rules }] }));
    const { success, stderr } = await new Deno.Command(promtool!, {
      args: ["check", "rules", `${dir.path}/panels.yml`],
    }).output();
    dir.remove();
    assert.ok(success, new TextDecoder().decode(stderr));
  },
});

Deno.test("dashboard - Grafana finds the source and the dashboards where they are mounted", () => {
  const dir = `${ROOT}/ops/grafana/provisioning`;
  const sources = parse(Deno.readTextFileSync(`${dir}/datasources/prometheus.yml`));
  assert.deepEqual(sources.datasources.map(({ type }: { type: string }) => type), ["prometheus"]);
  const providers = parse(Deno.readTextFileSync(`${dir}/dashboards/innstream.yml`)).providers;
  assert.deepEqual(
    providers.map(({ type, options }: { type: string; options: { path: string } }) => [
      type,
      options.path,
    ]),
    [["file", "/var/lib/grafana/dashboards"]],
  );
});

Deno.test("dashboard - every metric in a panel or a rule is told by an app or a worker that runs", async () => {
  await using server = await running();
  const told = new Set(
    (await Promise.all(server.ports.map(scrape))).flatMap((text) =>
      [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!)
    ),
  );
  const recorded = new Set(readRules().map(({ record }) => record));
  for (const expr of [...inPanels, ...inRules]) {
    assert.deepEqual(metricsIn(expr, isMetric).filter((name) => !told.has(name)), [], expr);
    const series = expr.match(/\binnstream:[a-z0-9_:]+/g) ?? [];
    assert.deepEqual(series.filter((name) => !recorded.has(name)), [], expr);
  }
});

Deno.test("dashboard - every metric of the catalogue is in a panel or a rule, or left out for a reason", () => {
  const used = new Set([...inPanels, ...inRules].flatMap((expr) => metricsIn(expr, isMetric)));
  const left = Object.keys(METRICS).filter((name) => !used.has(name));
  assert.deepEqual(left, Object.keys(UNUSED));
});

/** An app and a worker on the same servers, and where they tell their metrics. */
async function running(): Promise<AsyncDisposable & { ports: number[] }> {
  const server = await startDemo();
  const worker = await startWorker({
    databaseUrl: server.database.appUrl,
    natsUrl: server.nats.url,
    concurrency: 1,
    timeoutMs: 60_000,
    memoryBytes: 1024 ** 3,
    clamav: undefined,
    clamavRequired: false,
    metricsHost: "127.0.0.1",
    metricsPort: 0,
    aadhaarKeys: [],
  }, () => {});
  return {
    ports: [server.services.metricsEndpoint!.port, worker.metricsPort!],
    async [Symbol.asyncDispose]() {
      await worker.close();
      await server.stop();
    },
  };
}

async function scrape(port: number): Promise<string> {
  return await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
}

function definition(name: string): MetricDefinition {
  return METRICS[name as keyof typeof METRICS];
}

function isMetric(name: string): boolean {
  return Object.hasOwn(METRICS, name);
}
