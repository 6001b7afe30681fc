// When something runs for a target, and what becomes of its marks. The clock is the test's.
import assert from "node:assert/strict";
import FakeTimers from "@sinonjs/fake-timers";
import { ProblemError } from "@/lib/protocol/problems.ts";
import { Slots } from "@/lib/realtime/slots.ts";
import { type Outcome, Pacer, TRIES_MAX } from "@/services/derived/pacer.ts";

interface Run {
  readonly target: string;
  readonly at: number;
  readonly marks: number;
  readonly end: (again?: number) => void;
  readonly fail: (error: unknown) => void;
}

/** A pacer whose runs the test ends. */
function pacing(atOnce = 4) {
  const clock = FakeTimers.install({ toFake: ["setTimeout", "clearTimeout", "Date"], now: 1_000_000 });
  const runs: Run[] = [];
  const outcomes: Outcome[] = [];
  const errors: unknown[] = [];
  const pacer = new Pacer<string>({
    keyOf: (target) => target,
    everyMs: 1_000,
    slots: new Slots(atOnce),
    turnOf: () => 1,
    now: () => Date.now(),
    failed: (error) => errors.push(error),
    run: (target, marks) =>
      new Promise((end, fail) => {
        runs.push({ target, at: Date.now() - 1_000_000, marks: marks.length, end, fail });
      }),
  });
  const mark = (target = "a") => pacer.mark(target, { settled: (outcome) => outcomes.push(outcome) });
  /** Lets what is settled take effect, and `ms` pass. */
  const pass = (ms: number) => clock.tickAsync(ms);
  return { clock, pacer, runs, outcomes, errors, mark, pass, [Symbol.dispose]: () => clock.uninstall() };
}

Deno.test("pacer - the first mark runs at once, those of the next second together at its end", async () => {
  using t = pacing();
  t.mark();
  await t.pass(0);
  t.runs[0]!.end();
  await t.pass(300);
  t.mark();
  t.mark();
  await t.pass(699);
  assert.equal(t.runs.length, 1);
  await t.pass(1);
  t.runs[1]!.end();
  await t.pass(0);
  assert.deepEqual(t.runs.map(({ at, marks }) => [at, marks]), [[0, 1], [1_000, 2]]);
  assert.deepEqual(t.outcomes, ["covered", "covered", "covered"]);
  await t.pass(1_000);
  assert.equal(t.pacer.size, 0);
});

Deno.test("pacer - what is marked during a run is covered by the next one only", async () => {
  using t = pacing();
  t.mark();
  await t.pass(0);
  t.mark();
  await t.pass(2_500);
  t.runs[0]!.end();
  await t.pass(0);
  assert.deepEqual(t.outcomes, ["covered"]);
  assert.deepEqual(t.runs.map(({ at }) => at), [0, 2_500]);
  t.runs[1]!.end();
  await t.pass(0);
  assert.deepEqual(t.outcomes, ["covered", "covered"]);
});

Deno.test("pacer - a run that names a time comes again then, with its marks and those that came meanwhile", async () => {
  using t = pacing();
  t.mark();
  await t.pass(0);
  t.runs[0]!.end(250);
  await t.pass(100);
  t.mark();
  await t.pass(150);
  assert.deepEqual(t.runs.map(({ at, marks }) => [at, marks]), [[0, 1], [250, 2]]);
  assert.deepEqual(t.outcomes, []);
});

Deno.test("pacer - targets do not wait for each other, but no more run at once than may", async () => {
  using t = pacing(2);
  for (const target of ["a", "b", "c"]) t.mark(target);
  await t.pass(0);
  assert.deepEqual(t.runs.map(({ target }) => target), ["a", "b"]);
  t.runs[1]!.end();
  await t.pass(0);
  assert.deepEqual(t.runs.map(({ target }) => target), ["a", "b", "c"]);
});

Deno.test("pacer - an outage is waited out, a bug is given up after some tries", async () => {
  using t = pacing();
  t.mark();
  await t.pass(0);
  for (let n = 0; n < TRIES_MAX * 3; n++) {
    t.runs.at(-1)!.fail(new ProblemError({ code: "unavailable" }));
    await t.pass(1_000);
  }
  assert.equal(t.runs.length, TRIES_MAX * 3 + 1);
  for (let n = 0; n < TRIES_MAX; n++) {
    assert.deepEqual(t.outcomes, []);
    t.runs.at(-1)!.fail(new Error("a bug"));
    await t.pass(60_000);
  }
  assert.deepEqual(t.outcomes, ["given_up"]);
  assert.equal(t.errors.length, TRIES_MAX * 4);
  assert.equal(t.pacer.size, 0);
});

Deno.test("pacer - closing waits for what runs, and tells the marks that are left", async () => {
  using t = pacing();
  t.mark("a");
  await t.pass(0);
  t.mark("a");
  const closing = t.pacer.close();
  t.mark("b");
  assert.deepEqual(t.outcomes, ["closed"]);
  t.runs[0]!.end();
  await t.pass(0);
  await closing;
  assert.deepEqual(t.outcomes, ["closed", "covered", "closed"]);
  await t.pass(5_000);
  assert.equal(t.runs.length, 1);
});

Deno.test("pacer - a clock that is put back does not make a target wait for longer", async () => {
  using t = pacing();
  t.mark();
  await t.pass(0);
  t.runs[0]!.end();
  await t.pass(1_500);
  t.mark();
  await t.pass(0);
  t.clock.setSystemTime(1);
  t.runs[1]!.end();
  t.mark();
  await t.pass(1_000);
  assert.equal(t.runs.length, 3);
});
