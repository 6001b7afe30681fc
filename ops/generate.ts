/** `deno task ops`: writes what is made from code below ops/. A test compares it with what is committed. */
import { dashboard } from "./grafana/dashboard.ts";
import { promiseRules } from "./prometheus/promise_rules.ts";
import { promiseTests } from "./prometheus/promise_tests.ts";

/** Every made file, by its path from the root, with its text. */
export function made(): ReadonlyMap<string, string> {
  return new Map([
    ["ops/prometheus/rules/promises.yml", promiseRules()],
    ["ops/prometheus/tests/promises_test.yml", promiseTests()],
    ["ops/grafana/dashboards/innstream.json", dashboard()],
  ]);
}

if (import.meta.main) {
  const root = new URL("../", import.meta.url);
  for (const [path, text] of made()) {
    Deno.writeTextFileSync(new URL(path, root), text);
    console.log(path);
  }
}
