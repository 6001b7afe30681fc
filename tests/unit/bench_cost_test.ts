import assert from "node:assert/strict";
import { ASSUMED, type Assumed, polling, streaming, TEXT } from "@/bench/cost/model.ts";
import { parse } from "@/bench/cost/run.ts";

/** So few that they do not count. */
const QUIET: Assumed = { ...ASSUMED, eventsPerMinute: 1e-9 };

Deno.test("cost - ten polls of a million quiet clients are the requests of the product's text", () => {
  const { requestsPerSecond, connections } = polling(QUIET);
  assert.equal(Math.round(requestsPerSecond), TEXT.requestsPerSecond);
  assert.equal(connections, 10_000_000);
});

Deno.test("cost - sockets make no requests, and need less of everything than polls", () => {
  for (const assumed of [QUIET, { ...ASSUMED }]) {
    const [before, after] = [polling(assumed), streaming(assumed)];
    assert.ok(after.requestsPerSecond <= 1_000, String(after.requestsPerSecond));
    for (const what of ["cores", "memoryGb", "egressGb", "machineDollars", "egressDollars"] as const) {
      assert.ok(after[what] < before[what], `${what}: ${after[what]}, ${before[what]}`);
    }
  }
});

Deno.test("cost - dollars follow the prices, cores how far they may be used", () => {
  const at = (more: Partial<Assumed>) => streaming({ ...ASSUMED, ...more });
  const base = at({});
  assert.equal(at({ used: 25 }).cores, base.cores * 2);
  assert.equal(at({ egressCents: 10 }).egressDollars, base.egressDollars * 2);
  const free = at({ coreDollars: 0, memoryDollars: 0 });
  assert.equal(free.machineDollars, 0);
  assert.ok(at({ seen: 50 }).egressGb === base.egressGb / 2);
});

Deno.test("cost - a flag that is none, or no number above 0, is refused", () => {
  assert.deepEqual(parse([]), { ...ASSUMED });
  assert.deepEqual(parse(["--coreDollars=7.5"]), { ...ASSUMED, coreDollars: 7.5 });
  for (
    const flag of ["--cores=1", "--clients=0", "--clients=x", "--clients=-1", "clients=1", "--toString=1"]
  ) {
    assert.equal(parse([flag]), undefined, flag);
  }
});
