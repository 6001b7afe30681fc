// Two of the faults, short: that what `deno task faults` proves at length can be proved at all.
import assert from "node:assert/strict";
import { FAULTS } from "../faults/cluster/faults_list.ts";
import { wrongOf } from "../faults/cluster/report.ts";
import { isHeld, prove } from "../faults/cluster/run.ts";

const SECONDS = 2;
const PATIENCE_MS = 180_000;

Deno.test("faults - an app is killed and the stream is lost and rebuilt while people work, and all of it holds", async () => {
  const faults = FAULTS.filter(({ name }) => ["kill-app", "rebuild-stream"].includes(name));
  const proof = await prove({ faults, seconds: SECONDS, seed: 1 }, false, AbortSignal.timeout(PATIENCE_MS));
  assert.ok(proof !== undefined);
  assert.deepEqual(proof.rows.map(({ outcome }) => wrongOf(outcome)), [[], []]);
  assert.ok(isHeld(proof), JSON.stringify(proof.kept));
  for (const { outcome: { acknowledged } } of proof.rows) {
    for (const [kind, count] of Object.entries(acknowledged)) {
      assert.ok(count > 0, `no ${kind} was acknowledged`);
    }
  }
  assert.ok(proof.rows[1]!.outcome.resets > 0, "nobody was told to read again");
});
