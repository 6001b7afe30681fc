import assert from "node:assert/strict";
import { DRILLS, NOT_CAUSED } from "../../ops/drills/run.ts";
import { scaledRules } from "../../ops/drills/scaled.ts";
import { readAlerts } from "../../ops/rules.ts";

Deno.test("drills - every alert has one, or is named as one that cannot be caused", () => {
  const alerts = new Set(readAlerts().map(({ alert }) => alert));
  const known = [...DRILLS.map(({ alert }) => alert), ...Object.keys(NOT_CAUSED)];
  assert.deepEqual(known.toSorted(), [...alerts].toSorted());
});

Deno.test("drills - windows and durations are divided, thresholds and names are not", () => {
  const text = `groups:
  - name: some
    interval: 15s
    rules:
      - record: x:ratio_rate3d
        expr: sum(rate(a_total[3d])) / 5
      - alert: A
        expr: increase(b[15m]) > 30 and max_over_time(sum(c)[30m:1m]) >= 50
        for: 30s
      - alert: B
        expr: d == 0
`;
  assert.equal(
    scaledRules(text, 60),
    `groups:
  - name: some
    rules:
      - record: x:ratio_rate3d
        expr: sum(rate(a_total[4320000ms])) / 5
      - alert: A
        expr: increase(b[15000ms]) > 30 and max_over_time(sum(c)[30000ms:1000ms]) >= 50
        for: 500ms
      - alert: B
        expr: d == 0
`,
  );
});
