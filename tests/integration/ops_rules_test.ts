// What Prometheus is told: its configuration, its rules and the tests of its rules.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { METRICS } from "@/lib/metrics/catalogue.ts";
import { made } from "../../ops/generate.ts";
import { type Alert, metricsIn, readAlerts, readRules, ruleFiles } from "../../ops/rules.ts";
import { programOr } from "../harness/programs.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SEVERITIES = ["page", "ticket", "critical", "warning"];
const promtool = programOr("promtool", "Prometheus' own checks of its rules are not run");

interface RuleTest {
  readonly alertname: string;
  readonly exp_alerts: readonly { readonly exp_labels: { readonly severity: string } }[];
}

function ruleTests(): RuleTest[] {
  const dir = `${ROOT}/ops/prometheus/tests`;
  return [...Deno.readDirSync(dir)].flatMap(({ name }) => {
    const { tests } = parse(Deno.readTextFileSync(`${dir}/${name}`), { maxAliasCount: -1 }) as {
      tests: { alert_rule_test: RuleTest[] }[];
    };
    return tests.flatMap((test) => test.alert_rule_test);
  });
}

async function runPromtool(...args: string[]): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(promtool!, { args, cwd: ROOT }).output();
  const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.ok(success, output);
}

Deno.test("ops - what is made by code is what is committed", () => {
  for (const [path, text] of made()) {
    assert.equal(Deno.readTextFileSync(`${ROOT}/${path}`), text, `${path}: run deno task ops`);
  }
});

Deno.test("ops - every alert says what it is, how urgent, and where its runbook is", () => {
  const alerts = readAlerts();
  assert.ok(alerts.length > 30);
  for (const { alert, labels, annotations } of alerts) {
    assert.ok(SEVERITIES.includes(labels?.severity ?? ""), `${alert} has a severity`);
    const { summary, description, runbook_url } = annotations ?? {};
    assert.ok(summary && description, `${alert} has a summary and a description`);
    const runbook = /^docs\/runbooks\/[a-z-]+\.md$/.exec(runbook_url ?? "")?.[0];
    assert.ok(runbook && Deno.statSync(`${ROOT}/${runbook}`).isFile, `${alert} has a runbook`);
  }
});

Deno.test("ops - the alerts of the product's text keep their names, thresholds and severities", () => {
  const named = readAlerts().filter(({ alert }) => alert.startsWith("Streaming"));
  assert.deepEqual(named.map((alert) => [alert.alert, alert.expr, alert.for, alert.labels?.severity]), [
    ["StreamingConnectionsDrop", "streaming_active_connections < 50", "5m", "warning"],
    ["StreamingHighLatency", "streaming_avg_latency_ms > 200", "10m", "warning"],
    ["StreamingHighErrors", "rate(streaming_errors[5m]) > 0.01", "5m", "critical"],
  ]);
});

Deno.test("ops - every metric in a rule is one of the catalogue, every recorded series recorded", () => {
  const recorded = new Set(readRules().map(({ record }) => record));
  for (const { alert, record, expr } of readRules()) {
    const unknown = metricsIn(expr, isMetric).filter((name) => !isMetric(name));
    assert.deepEqual(unknown, [], `metrics of ${alert ?? record}`);
    const series = expr.match(/\binnstream:[a-z0-9_:]+/g) ?? [];
    assert.deepEqual(series.filter((name) => !recorded.has(name)), [], `series of ${alert}`);
  }
});

Deno.test("ops - every alert has a test in which it fires and one in which it does not", () => {
  const tests = ruleTests();
  const tested = (fires: boolean) => ({ alert, labels }: Alert) =>
    tests.some(({ alertname, exp_alerts }) =>
      alertname === alert &&
      fires === exp_alerts.some(({ exp_labels }) => exp_labels.severity === labels?.severity)
    );
  const alerts = readAlerts();
  const name = ({ alert, labels }: Alert) => `${alert} ${labels?.severity}`;
  assert.deepEqual(alerts.filter((alert) => !tested(true)(alert)).map(name), []);
  assert.deepEqual(alerts.filter((alert) => !tested(false)(alert)).map(name), []);
});

Deno.test({
  name: "ops - promtool accepts the configuration and the rules",
  ignore: promtool === undefined,
  async fn() {
    await runPromtool("check", "config", "ops/prometheus/prometheus.yml");
    await runPromtool("check", "rules", ...ruleFiles().map((name) => `ops/prometheus/rules/${name}`));
  },
});

Deno.test({
  name: "ops - promtool finds every alert firing above its limit and silent below it",
  ignore: promtool === undefined,
  async fn() {
    const files = [...Deno.readDirSync(`${ROOT}/ops/prometheus/tests`)].map(({ name }) => name);
    await runPromtool("test", "rules", ...files.map((name) => `ops/prometheus/tests/${name}`));
  },
});

function isMetric(name: string): boolean {
  return Object.hasOwn(METRICS, name);
}
