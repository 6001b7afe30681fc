// The runbooks: one for each alert, with queries and commands that exist.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { METRICS } from "@/lib/metrics/catalogue.ts";
import { metricsIn, readAlerts, readRules } from "../../ops/rules.ts";
import { tempDir } from "../harness/dirs.ts";
import { startDemo } from "../harness/live.ts";
import { programOr } from "../harness/programs.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const DIR = `${ROOT}/docs/runbooks`;
const SECTIONS = ["What it means", "Look first", "Do", "Over when"];
const PAGES = [...Deno.readDirSync(DIR)].map(({ name }) => name).sort();
const RUNBOOKS = PAGES.filter((name) => name !== "README.md");
const promtool = programOr("promtool", "the queries of the runbooks are not parsed");

function read(name: string): string {
  return Deno.readTextFileSync(`${DIR}/${name}`);
}

/** The lines of every block of a language. */
function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp("```" + language + "\\n(.*?)```", "gs"))].flatMap(([, lines]) =>
    lines!.trim().split("\n")
  );
}

const queries = () =>
  RUNBOOKS.flatMap((name) => blocks(read(name), "promql").map((expr) => ({ name, expr })));

Deno.test("runbooks - there is one for each alert, and each says what it must", () => {
  const alerts = readAlerts();
  const named = alerts.map(({ annotations }) => annotations!.runbook_url!.replace("docs/runbooks/", ""));
  assert.deepEqual([...new Set(named)].sort(), RUNBOOKS);
  for (const { alert, annotations } of alerts) {
    const text = read(annotations!.runbook_url!.replace("docs/runbooks/", ""));
    assert.equal(/^# (.+)$/m.exec(text)?.[1], alert);
    const sections = [...text.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
    assert.deepEqual(sections, SECTIONS, alert);
    assert.ok(blocks(text, "promql").length > 0, `${alert} has a query`);
    assert.match(text, /^1\. /m);
  }
});

Deno.test("runbooks - the list of them has every alert with its severity", () => {
  const rows = [...read("README.md").matchAll(/^\| \[(\w+)\]\(([a-z-]+\.md)\) \| ([a-z ]+) \|/gm)];
  const wanted = Map.groupBy(readAlerts(), ({ alert }) => alert);
  assert.deepEqual(
    rows.map(([, alert, page, severity]) => [alert, page, severity]).sort(),
    [...wanted].map(([alert, rules]) => [
      alert,
      rules[0]!.annotations!.runbook_url!.replace("docs/runbooks/", ""),
      rules.map(({ labels }) => labels!.severity).join(" or "),
    ]).sort(),
  );
});

Deno.test("runbooks - their queries ask for metrics that exist", () => {
  const recorded = new Set(readRules().map(({ record }) => record));
  for (const { name, expr } of queries()) {
    const unknown = metricsIn(expr, isMetric).filter((metric) => !isMetric(metric));
    assert.deepEqual(unknown, [], `${name}: ${expr}`);
    const series = expr.match(/\binnstream:[a-z0-9_:]+/g) ?? [];
    assert.deepEqual(series.filter((each) => !recorded.has(each)), [], name);
  }
});

Deno.test({
  name: "runbooks - promtool parses their queries",
  ignore: promtool === undefined,
  async fn() {
    const dir = tempDir("innstream-runbooks-");
    const rules = queries().map(({ expr }, i) => ({ record: `query:${i}`, expr }));
    Deno.writeTextFileSync(`${dir.path}/queries.yml`, stringify({ groups: [{ name: "queries", rules }] }));
    const { success, stderr } = await new Deno.Command(promtool!, {
      args: ["check", "rules", `${dir.path}/queries.yml`],
    }).output();
    dir.remove();
    assert.ok(success, new TextDecoder().decode(stderr));
  },
});

Deno.test("runbooks - they name tasks and files that exist", () => {
  const { tasks } = JSON.parse(Deno.readTextFileSync(`${ROOT}/deno.json`)) as {
    tasks: Record<string, string>;
  };
  const text = [...PAGES.map(read), Deno.readTextFileSync(`${ROOT}/docs/troubleshooting.md`)].join("\n");
  for (const [, task] of text.matchAll(/deno task ([\w-]+)/g)) {
    assert.ok(tasks[task!], `there is a task ${task}`);
  }
  for (const [, path] of text.matchAll(/\b(ops\/[\w/.-]*\w)/g)) Deno.statSync(`${ROOT}/${path}`);
});

Deno.test("runbooks - what they and the troubleshooting ask of a running app is answered", async () => {
  const server = await startDemo();
  const { metricsEndpoint } = server.services;
  const env = {
    APP: server.url,
    METRICS: `http://127.0.0.1:${metricsEndpoint!.port}`,
    TOKEN: await server.token(),
    ADMIN: await server.token({ role: "admin" }),
    JWKS_URL: `${server.url}/health/live`,
  };
  const text = [...PAGES.map(read), Deno.readTextFileSync(`${ROOT}/docs/troubleshooting.md`)].join("\n");
  const commands = new Set(blocks(text, "sh").filter((line) => line.startsWith("curl ")));
  assert.ok(commands.size > 15);
  const failed: string[] = [];
  for (const command of commands) {
    const { stdout, code } = await new Deno.Command("bash", { args: ["-c", command], env, stderr: "null" })
      .output();
    const answer = new TextDecoder().decode(stdout);
    // Of a pipe this is the end of its last part: a curl that got no answer leaves that nothing to print.
    if (code !== 0 || answer === "" || /"code":"|404/.test(answer)) {
      failed.push(`${command}: ${code} ${answer}`);
    }
  }
  await server.stop();
  assert.deepEqual(failed, []);
});

function isMetric(name: string): boolean {
  return Object.hasOwn(METRICS, name);
}
