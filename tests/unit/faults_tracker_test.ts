// The checker of the fault tests finds what it is there to find.
import assert from "node:assert/strict";
import { type Outcome, READING } from "../faults/cluster/crowd.ts";
import { tableOf, wrongOf } from "../faults/cluster/report.ts";
import { checkGapless, checkKept, type Findings, Tracker } from "../faults/cluster/tracker.ts";

const ACKED = [{ key: "a", at: 1 }, { key: "b", at: 2 }, { key: "c", at: 3 }];

Deno.test("faults - a client that heard all of it once and in order is right", () => {
  const tracker = new Tracker();
  for (const [i, { key }] of ACKED.entries()) {
    tracker.position(i + 1, "e");
    tracker.event(key, 10 + i);
  }
  assert.deepEqual(tracker.findings(ACKED), { lost: [], doubled: [], disordered: [] });
  assert.equal(tracker.slowest(ACKED), 9);
});

Deno.test("faults - what is missing, comes twice or goes back is found", () => {
  const tracker = new Tracker();
  tracker.position(5, "e");
  tracker.event("a", 1);
  tracker.event("a", 2);
  tracker.position(4, "e");
  assert.deepEqual(tracker.findings(ACKED), { lost: ["b", "c"], doubled: ["a"], disordered: ["4 after 5"] });
  assert.equal(tracker.isComplete(ACKED), false);
});

Deno.test("faults - a reset covers what was written before it, and nothing after", () => {
  const tracker = new Tracker();
  tracker.position(50, "e");
  tracker.reset(1, "f", 2);
  tracker.position(2, "f");
  assert.deepEqual(tracker.findings(ACKED), { lost: ["c"], doubled: [], disordered: [] });
});

Deno.test("faults - what is kept is compared both ways", () => {
  assert.deepEqual(checkKept(["a", "b"], ["b", "b", "x"]), { lost: ["a"], doubled: ["b"], disordered: [] });
  assert.deepEqual(checkGapless([1, 2, 3]), []);
  assert.deepEqual(checkGapless([1, 3, 3]), ["3 where 2 belongs"]);
});

Deno.test("faults - the verdict names whatever is wrong, on whichever interface", () => {
  const right: Findings = { lost: [], doubled: [], disordered: [] };
  const outcome: Outcome = {
    acknowledged: { rest: 1, nats: 1, chat: 1, chunks: 1 },
    findings: { stream: right, poll: right, chat: right },
    resets: 0,
    slowestMs: 1,
    outageMs: { writing: { median: 1, longest: 1 }, reading: { median: 1, longest: 1 } },
    stuck: [],
  };
  assert.deepEqual(wrongOf(outcome), []);
  for (const kind of READING) {
    for (const what of ["lost", "doubled", "disordered"] as const) {
      const wrong = { ...outcome, findings: { ...outcome.findings, [kind]: { ...right, [what]: ["a"] } } };
      assert.deepEqual(wrongOf(wrong), [`${kind} ${what}: 1`]);
      assert.match(
        tableOf([{ fault: { name: "x", what: "y" }, outcome: wrong }]),
        new RegExp(`\\*\\*${kind} ${what}: 1`),
      );
    }
  }
  assert.deepEqual(wrongOf({ ...outcome, stuck: ["rest-1"] }), ["not back: rest-1"]);
});
