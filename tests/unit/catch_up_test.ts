import assert from "node:assert/strict";
import { CATCH_UP_EVENTS_MAX } from "@/lib/protocol/limits.ts";
import { CATCH_UP_READS_MAX, CatchUp, CHUNK_KEPT_MS } from "@/lib/realtime/catch_up.ts";
import type { Chunk, EventLog } from "@/lib/realtime/ports.ts";
import { Slots } from "@/lib/realtime/slots.ts";
import { ManualClock, MemoryLog, settle } from "../harness/memory_log.ts";

Deno.test("catch-up - who asks from the same cursor shares one read", async () => {
  const log = new MemoryLog();
  for (let i = 0; i < 10; i++) log.append(1, "tasks");
  const catchUp = new CatchUp(log, new ManualClock(), () => {});
  const reads = await Promise.all(Array.from({ length: 100 }, () => catchUp.read(1, 2, "e1")));
  assert.equal(log.reads, 1);
  assert.equal(new Set(reads).size, 1);
});

Deno.test("catch-up - at most 8 reads of the stream run at once, all are answered", async () => {
  let running = 0;
  let most = 0;
  const waiting: (() => void)[] = [];
  const log: EventLog = {
    state: () => Promise.resolve({ epoch: "e", first: 1, last: 1000 }),
    async read(_org, seq): Promise<Chunk> {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => waiting.push(resolve));
      running--;
      return { events: [], end: seq + 1, pending: 0 };
    },
  };
  const catchUp = new CatchUp(log, new ManualClock(), () => {});
  const reads = Array.from({ length: 50 }, (_, seq) => catchUp.read(1, seq + 1, "e"));
  for (let done = 0; done < 50; done += CATCH_UP_READS_MAX) {
    await settle();
    assert.equal(catchUp.active, Math.min(CATCH_UP_READS_MAX, 50 - done));
    for (const go of waiting.splice(0)) go();
  }
  await settle();
  for (const go of waiting.splice(0)) go();
  assert.equal((await Promise.all(reads)).length, 50);
  assert.equal(most, CATCH_UP_READS_MAX);
});

Deno.test("catch-up - too far, trimmed, ahead and recreated are told before anything is sent", async () => {
  const log = new MemoryLog(1);
  for (let i = 0; i <= CATCH_UP_EVENTS_MAX; i++) log.append(1, "tasks");
  const catchUp = new CatchUp(log, new ManualClock(), () => {});
  assert.deepEqual(await catchUp.read(1, 0, "e1"), { reset: "too_far" });
  assert.ok(!("reset" in await catchUp.read(1, 1, "e1")));
  assert.deepEqual(await catchUp.read(1, log.last + 1, "e1"), { reset: "ahead" });
  assert.deepEqual(await catchUp.read(1, 5, "e0"), { reset: "recreated" });
  log.trim(100);
  assert.deepEqual(await catchUp.read(1, 98, "e1"), { reset: "trimmed" });
  assert.ok(!("reset" in await catchUp.read(1, 99, "e1")));
});

Deno.test("catch-up - a failed read is not remembered", async () => {
  const log = new MemoryLog();
  log.append(1, "tasks");
  log.failing = 1;
  const catchUp = new CatchUp(log, new ManualClock(), () => {});
  await assert.rejects(catchUp.read(1, 0, "e1"));
  assert.ok(!("reset" in await catchUp.read(1, 0, "e1")));
});

Deno.test("catch-up - a chunk is kept for those who ask in the same seconds, and no longer", async () => {
  const log = new MemoryLog();
  log.append(1, "tasks");
  const clock = new ManualClock();
  const catchUp = new CatchUp(log, clock, () => {});
  const first = await catchUp.read(1, 0, "e1");
  assert.equal(await catchUp.read(1, 0, "e1"), first);
  clock.advance(CHUNK_KEPT_MS);
  assert.notEqual(await catchUp.read(1, 0, "e1"), first);
});

Deno.test("catch-up - what is trimmed or made anew while it is read is told, and a read without progress fails", async () => {
  const log = new MemoryLog();
  for (let i = 0; i < 10; i++) log.append(1, "tasks");
  const failures: unknown[] = [];
  const catchUp = new CatchUp(log, new ManualClock(), (error) => failures.push(error));
  log.duringRead = () => log.trim(8);
  assert.deepEqual(await catchUp.read(1, 2, "e1"), { reset: "trimmed" });
  log.duringRead = () => log.recreate("e2");
  assert.deepEqual(await catchUp.read(1, 8, "e1"), { reset: "recreated" });
  const stuck: EventLog = {
    state: () => Promise.resolve({ epoch: "e", first: 1, last: 5 }),
    read: (_org, seq) => Promise.resolve({ events: [], end: seq, pending: 0 }),
  };
  const reads = new CatchUp(stuck, new ManualClock(), (error) => failures.push(error));
  const waiting = [reads.read(1, 3, "e"), reads.read(1, 3, "e")];
  for (const read of waiting) await assert.rejects(read, /nothing new/);
  assert.equal(failures.length, 1, "told once, however many waited");
});

Deno.test("slots - a task that throws gives its place back", async () => {
  const slots = new Slots(1);
  await assert.rejects(slots.run(() => Promise.reject(new Error("no"))));
  assert.equal(await slots.run(() => Promise.resolve(7)), 7);
  assert.equal(slots.taken, 0);
});
