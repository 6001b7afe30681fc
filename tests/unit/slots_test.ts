import assert from "node:assert/strict";
import fc from "fast-check";
import { Slots } from "@/lib/realtime/slots.ts";
import { settle } from "../harness/memory_log.ts";

/** Tasks of these in order, each ended by the test; answers who began, in order. */
function running(max: number) {
  const slots = new Slots(max);
  const began: number[] = [];
  const under: { turnOf: number; end: () => void }[] = [];
  const add = (turnOf: number) =>
    slots.run(() => {
      began.push(turnOf);
      return new Promise<void>((end) => under.push({ turnOf, end }));
    }, turnOf);
  return { slots, began, under, add };
}

Deno.test("slots - none begins a second task while another, who runs none, waits", async () => {
  const { began, under, add, slots } = running(2);
  const all = [1, 1, 1, 1, 2, 2, 3].map(add);
  await settle();
  assert.deepEqual(began, [1, 1]);
  assert.deepEqual([slots.waiting, slots.waitingOf(1), slots.waitingOf(9)], [5, 2, 0]);
  while (under.length > 0) {
    under.shift()!.end();
    await settle();
  }
  await Promise.all(all);
  assert.deepEqual(began, [1, 1, 2, 1, 3, 2, 1]);
  assert.equal(slots.taken, 0);
});

Deno.test("slots - whatever the order, never more than so many run, and everything does", async () => {
  const plan = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.boolean()), { maxLength: 40 });
  await fc.assert(fc.asyncProperty(plan, fc.integer({ min: 1, max: 3 }), async (steps, max) => {
    const { slots, began, under, add } = running(max);
    const all: Promise<void>[] = [];
    for (const [turnOf, ends] of steps) {
      all.push(add(turnOf));
      if (ends) under.shift()?.end();
      // Others end in the same moment.
      if (ends && turnOf === 0) under.shift()?.end();
      await settle();
      assert.equal(under.length, slots.taken);
      assert.ok(under.length <= max);
      assert.ok(under.length === max || slots.waiting === 0, "none waits while there is room");
    }
    while (under.length > 0) {
      under.shift()!.end();
      await settle();
    }
    await Promise.all(all);
    assert.equal(began.length, steps.length);
  }));
});
