import assert from "node:assert/strict";
import fc from "fast-check";
import type { StoredEvent } from "@/lib/realtime/event.ts";
import { Ring } from "@/lib/realtime/ring.ts";
import { RING_BYTES_MAX, RING_EVENTS_MAX } from "@/lib/protocol/limits.ts";

const event = (seq: number, bytes = 10): StoredEvent => ({
  seq,
  orgId: 1,
  propertyId: 1,
  service: "tasks",
  json: "{}",
  bytes,
  storedAt: 0,
  begunAt: 0,
});

Deno.test("ring - holds the last 500 events and no more", () => {
  const ring = new Ring(0);
  for (let seq = 1; seq <= 3 * RING_EVENTS_MAX; seq++) ring.push(event(seq));
  assert.equal(ring.size, RING_EVENTS_MAX);
  assert.equal(ring.floor, 2 * RING_EVENTS_MAX);
  assert.equal(ring.head, 3 * RING_EVENTS_MAX);
});

Deno.test("ring - is bounded in bytes, even by one event", () => {
  const ring = new Ring(0);
  for (let seq = 1; seq <= 100; seq++) ring.push(event(seq, Math.floor(RING_BYTES_MAX / 10)));
  assert.ok(ring.bytes <= RING_BYTES_MAX && ring.size === 10);
  ring.push(event(101, RING_BYTES_MAX + 1));
  assert.deepEqual([ring.size, ring.bytes, ring.floor], [0, 0, 101]);
});

Deno.test("ring - a quiet stretch moves the head alone: nothing was evicted, so nothing need be read", () => {
  const ring = new Ring(5);
  ring.advance(9);
  assert.deepEqual([ring.floor, ring.head], [5, 9]);
  ring.push(event(10));
  ring.advance(20);
  assert.deepEqual([ring.floor, ring.head], [5, 20]);
  ring.advance(15);
  assert.equal(ring.head, 20);
});

Deno.test("ring - answers exactly the events above a sequence", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 60 }),
      fc.nat({ max: 120 }),
      (steps, asked) => {
        const ring = new Ring(0, { eventsMax: 20 });
        const kept: number[] = [];
        let seq = 0;
        for (const step of steps) {
          ring.push(event(seq += step));
          kept.push(seq);
        }
        const from = Math.max(asked, ring.floor);
        const answered = [];
        for (let i = ring.indexAfter(from); i < ring.size; i++) answered.push(ring.at(i)!.seq);
        assert.deepEqual(answered, kept.filter((known) => known > from));
      },
    ),
  );
});
