import assert from "node:assert/strict";
import fc from "fast-check";
import { bucketOf, inRollout, sharesOf } from "@/lib/flags/rollout.ts";

const orgId = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const percent = fc.integer({ min: 0, max: 10_000 }).map((hundredths) => hundredths / 100);
/** Ids as a sequence gives them, and as another system may number them. */
const SCHEMES: Record<string, (n: number) => number> = {
  "1, 2, 3": (n) => n + 1,
  "thousands": (n) => (n + 1) * 1000,
  "odd": (n) => 2 * n + 1,
  "from a million": (n) => 1_000_000 + n,
  "large": (n) => Number.MAX_SAFE_INTEGER - n,
};

Deno.test("rollout - the same organisation is in the same bucket for ever", () => {
  // Changed values would move every organisation of every installation.
  assert.deepEqual([1, 2, 3, 42, 1_000_000].map(bucketOf), [775, 3624, 1290, 5197, 1626]);
});

Deno.test("rollout - raising the percentage only adds organisations", () => {
  fc.assert(fc.property(orgId, percent, percent, (org, a, b) => {
    const [low, high] = a <= b ? [a, b] : [b, a];
    assert.ok(!inRollout(org, low) || inRollout(org, high));
  }));
});

Deno.test("rollout - at 0 nobody is in, at 100 everybody", () => {
  fc.assert(fc.property(orgId, (org) => !inRollout(org, 0) && inRollout(org, 100)));
});

Deno.test("rollout - a hundredth of a percent counts, whatever its binary form", () => {
  const orgs = Array.from({ length: 100_000 }, (_, n) => n + 1);
  for (const hundredths of [1, 29, 57, 113, 1_009, 5_801]) {
    const expected = orgs.filter((org) => bucketOf(org) < hundredths).length;
    assert.equal(orgs.filter((org) => inRollout(org, hundredths / 100)).length, expected, `${hundredths}`);
    assert.ok(expected > 0);
  }
});

Deno.test("rollout - the share of 1000 and of 10,000 organisations is about what was asked for", () => {
  for (const [name, idOf] of Object.entries(SCHEMES)) {
    for (const count of [1_000, 10_000]) {
      const shares = sharesOf(Array.from({ length: count }, (_, n) => idOf(n)));
      for (const [at, inside] of shares.entries()) {
        // Five standard deviations of a fair draw, and one for the rounding.
        const p = at / 100;
        const slack = 5 * Math.sqrt(count * p * (1 - p)) + 1;
        assert.ok(Math.abs(inside - count * p) <= slack, `${name}: ${inside} of ${count} at ${at} %`);
      }
    }
  }
});

Deno.test("rollout - the buckets of 100,000 organisations are even", () => {
  const perBucket = new Array<number>(100).fill(0);
  for (let org = 1; org <= 100_000; org++) perBucket[Math.floor(bucketOf(org) / 100)]! += 1;
  const chiSquared = perBucket.reduce((sum, count) => sum + (count - 1_000) ** 2 / 1_000, 0);
  // 99 degrees of freedom: above 160 in one of ten thousand fair draws, far above for a poor hash.
  assert.ok(chiSquared < 160, `chi squared is ${chiSquared}`);
});

Deno.test("rollout - the shares are what each percentage would let in", () => {
  fc.assert(fc.property(fc.array(orgId, { maxLength: 50 }), (orgIds) => {
    const shares = sharesOf(orgIds);
    assert.equal(shares.length, 101);
    for (const [at, inside] of shares.entries()) {
      assert.equal(inside, orgIds.filter((org) => inRollout(org, at)).length);
    }
  }));
});
