// The checker of the fault tests finds what it is there to find.
import assert from "node:assert/strict";
import { checkGapless, checkKept, Tracker } from "../faults/cluster/tracker.ts";

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
