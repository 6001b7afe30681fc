import assert from "node:assert/strict";
import { readFailure, readSummary, testArguments } from "../run.ts";

Deno.test("runner - the counts are read from the summary of deno test and from no other line", () => {
  assert.deepEqual(readSummary("ok | 12 passed (3 steps) | 0 failed | 1 ignored (12s)"), {
    passed: 12,
    failed: 0,
  });
  assert.deepEqual(readSummary("FAILED | 0 passed | 1 failed (0ms)"), { passed: 0, failed: 1 });
  assert.deepEqual(readSummary("FAILED | 3 passed (4 steps) | 2 failed (1 step) (3s)"), {
    passed: 3,
    failed: 2,
  });
  assert.deepEqual(readSummary("\x1b[32mok\x1b[0m | 7 passed | 0 failed \x1b[90m(1s)\x1b[0m"), {
    passed: 7,
    failed: 0,
  });
  assert.equal(readSummary("running 3 tests from ./tests/unit/a_test.ts"), undefined);
  assert.equal(readSummary("a test ... ok (3ms)"), undefined);
});

Deno.test("runner - a failed test is told with its file", () => {
  const file = "tests/unit/a_test.ts";
  assert.deepEqual(readFailure(`a - goes => to b => ./${file}:1:6`), { test: "a - goes => to b", file });
  assert.deepEqual(readFailure(`./${file} (uncaught error)`), { test: `./${file} (uncaught error)`, file });
  assert.equal(readFailure("    at file:///tests/unit/a_test.ts:1:43"), undefined);
  assert.equal(readFailure("a test ... FAILED (3ms)"), undefined);
});

Deno.test("runner - named files replace the suites and their lanes, options alone do not", () => {
  const fixed = ["test", "-A", "--no-check"];
  const lanes = [["tests/unit", "tests/integration"], ["tests/browser"]];
  const both = (...args: string[]) => lanes.map((suites) => [...fixed, ...args, ...suites]);
  assert.deepEqual(testArguments([], lanes), both());
  assert.deepEqual(testArguments(["--filter", "feed"], lanes), both("--filter", "feed"));
  assert.deepEqual(testArguments(["--fail-fast"], lanes), both("--fail-fast"));
  assert.deepEqual(testArguments(["tests/unit/a_test.ts"], lanes), [[...fixed, "tests/unit/a_test.ts"]]);
});
